"""The embedded figure, built as Add > Mesh > ClipMatrix builds it."""

from typing import Any

from clipmatrix.bodies.message import body_message


def build(bpy: Any, rooms: Any) -> list[Any]:
    """The figure and its motions; returns its mesh objects."""
    return [rooms("bodies.build").build_body(body_message("figure"), bpy.context).mesh_object]
