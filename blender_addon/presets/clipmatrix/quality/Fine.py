"""As many steps as the paper takes, more views, and a larger texture."""

import bpy

settings = bpy.context.scene.clipmatrix  # type: ignore

settings.steps = 600
settings.views = 8
settings.resolution = 0
settings.texture_size = "2048"
settings.update_every = 1.0
