"""Curves of Actions, layered (Blender 4.4 and newer) or not."""

from collections.abc import Iterator
from typing import Any

import bpy
import numpy as np

LINEAR = 1
"""Interpolation of a keyframe, by its number: ``foreach_set`` takes no names."""


def bags(action: Any) -> Iterator[Any]:
    """Yield what holds an Action's curves: the Action itself, or the channel bag of each slot."""
    if not hasattr(action, "layers"):
        yield action
        return
    for layer in action.layers:
        for strip in layer.strips:
            yield from strip.channelbags


def bag_of(action: Any, slot: Any) -> Any:
    """Return what takes a slot's new curves, made where it is missing; the slot is ignored before Blender 4.4."""
    if not hasattr(action, "slots"):
        return action
    layer = action.layers[0] if action.layers else action.layers.new("Layer")
    strip = layer.strips[0] if layer.strips else layer.strips.new(type="KEYFRAME")
    return strip.channelbag(slot, ensure=True)


def add_curve(bag: Any, path: str, index: int, frames: np.ndarray, values: np.ndarray) -> bpy.types.FCurve:
    """Add a curve with a linear key per frame, frames and values (F,)."""
    curve: bpy.types.FCurve = bag.fcurves.new(path, index=index)
    curve.keyframe_points.add(len(frames))
    points = np.stack([frames, values], axis=1).astype(np.float32)
    curve.keyframe_points.foreach_set("co", points.ravel())
    curve.keyframe_points.foreach_set("interpolation", np.full(len(frames), LINEAR, dtype=np.int32))
    curve.update()
    return curve
