"""The body changes; texture, material and light stay."""

import bpy

settings = bpy.context.scene.clipmatrix  # type: ignore

settings.vary_shape = 1.0
settings.vary_offsets = 1.0
settings.vary_texture = 0.0
settings.vary_material = 0.0
settings.vary_light = 0.0
settings.vary_normals = 0.0
