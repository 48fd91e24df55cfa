"""The defaults."""

import bpy

settings = bpy.context.scene.clipmatrix  # type: ignore

settings.steps = 200
settings.views = 4
settings.resolution = 0
settings.texture_size = "1024"
settings.update_every = 0.5
