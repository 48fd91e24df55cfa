"""The session, and settings for a job that takes a moment."""

import pytest


@pytest.fixture
def session(blender, rooms):
    return rooms("job.session").current()


@pytest.fixture
def own(blender, rooms):
    """The scene's properties, for a job that takes a moment."""
    settings = rooms("interface.properties").of(blender.context.scene)
    settings.steps, settings.views, settings.texture_size, settings.update_every = 2, 1, "64", 0.0
    return settings
