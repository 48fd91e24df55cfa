"""Operators that remove the cause of a refusal: the buttons under its sentences."""

from . import data, modifiers, objects, shape_keys, unwrap

CLASSES = (*unwrap.CLASSES, *data.CLASSES, *objects.CLASSES, *modifiers.CLASSES, *shape_keys.CLASSES)
