"""Texture, material and light change; every vertex stays where it is."""

import bpy

settings = bpy.context.scene.clipmatrix  # type: ignore

settings.vary_shape = 0.0
settings.vary_offsets = 0.0
settings.vary_texture = 1.0
settings.vary_material = 1.0
settings.vary_light = 1.0
settings.vary_normals = 0.0
