"""What the artist's clicks do, a file for each topic."""

import bpy

from . import connection, detail, export, fixes, job, lights, locks, prompts, report, result, takes

CLASSES = (
    *connection.CLASSES,
    *job.CLASSES,
    *prompts.CLASSES,
    *locks.CLASSES,
    *result.CLASSES,
    *report.CLASSES,
    *fixes.CLASSES,
    *detail.CLASSES,
    *takes.CLASSES,
    *lights.CLASSES,
    *export.CLASSES,
)

register, unregister = bpy.utils.register_classes_factory(CLASSES)
