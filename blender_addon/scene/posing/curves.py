"""The curves of an Action, wherever the version of Blender keeps them."""

from __future__ import annotations

from typing import Any

import bpy


def curves(action: Any) -> list[bpy.types.FCurve]:
    """All of an Action's curves; those of 4.4 and later are in channel bags, and from 5.0 only there."""
    if not hasattr(action, "layers"):
        return list(action.fcurves)
    bags = [bag for layer in action.layers for strip in layer.strips for bag in strip.channelbags]
    return [curve for bag in bags for curve in bag.fcurves]
