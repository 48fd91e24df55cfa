"""Images to ask for, and how a job is waited for."""

import numpy as np

from ..test_real_backend import pump

COLOURS = {"red": (1, 0, 0, 1), "blue": (0, 0, 1, 1)}


def picture(blender, name, size=(8, 8)):
    image = blender.data.images.new(name, *size, alpha=True)
    image.pixels.foreach_set(np.tile(np.array(COLOURS[name], np.float32), size[0] * size[1]))
    return image


def finish(blender, rooms, session):
    phase = rooms("job.phases").Phase
    pump(session, lambda: session.state in (phase.FINISHED, phase.FAILED) and not session.is_writing)
    assert session.error is None
