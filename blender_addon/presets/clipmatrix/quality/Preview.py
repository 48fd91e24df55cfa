"""A first look in a fraction of the time."""

import bpy

settings = bpy.context.scene.clipmatrix  # type: ignore

settings.steps = 60
settings.views = 2
settings.resolution = 0
settings.texture_size = "256"
settings.update_every = 0.25
