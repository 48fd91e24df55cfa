"""Body and look grow together: the defaults."""

import bpy

settings = bpy.context.scene.clipmatrix  # type: ignore

settings.vary_shape = 1.0
settings.vary_offsets = 1.0
settings.vary_texture = 1.0
settings.vary_material = 1.0
settings.vary_light = 1.0
settings.vary_normals = 0.0
