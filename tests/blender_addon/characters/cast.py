"""The five characters by name."""

from . import creature, figure, prop, robot, speaker

CAST = {
    "figure": figure.build,
    "creature": creature.build,
    "robot": robot.build,
    "speaker": speaker.build,
    "prop": prop.build,
}
"""Each builds one in the open scene and returns its mesh objects: ``build(bpy, rooms)``."""
