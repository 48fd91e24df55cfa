"""Telling Blender's glTF exporter which Actions to leave out, by the filter that it has for its own window."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import bpy

FILTER = "gltf_action_filter"
"""The exporter's property on the first scene; it is there only while an artist has the filter switched on."""


@contextmanager
def left_out(actions: Sequence[bpy.types.Action]) -> Iterator[None]:
    """Have glTF exports leave these Actions out until the block ends; an artist's own filter is put back then."""
    if not actions:
        yield
        return
    first: Any = bpy.data.scenes[0]
    lent = not hasattr(first, FILTER)
    if lent:
        from io_scene_gltf2 import GLTF2_filter_action as Entry  # type: ignore[import-not-found]  # may be missing

        bpy.types.Scene.gltf_action_filter = bpy.props.CollectionProperty(type=Entry)  # type: ignore[attr-defined]
    kept = [(item.action, item.keep) for item in first.gltf_action_filter]
    try:
        _fill(first.gltf_action_filter, [(action, False) for action in actions])
        yield
    finally:
        _fill(first.gltf_action_filter, kept)
        if lent:
            first.property_unset(FILTER)
            del bpy.types.Scene.gltf_action_filter  # type: ignore[attr-defined]


def _fill(items: Any, values: Sequence[tuple[bpy.types.Action, bool]]) -> None:
    items.clear()
    for action, keep in values:
        item = items.add()
        item.action, item.keep = action, keep
