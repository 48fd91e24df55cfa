"""Files that a headless command begins with: a .blend, or a model of another format, which is imported."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import bpy

from ..errors import Refusal, reason
from .stage import window

IMPORTERS: Mapping[str, str] = MappingProxyType(
    {
        ".glb": "import_scene.gltf",
        ".gltf": "import_scene.gltf",
        ".vrm": "import_scene.gltf",
        ".fbx": "import_scene.fbx" if bpy.app.version < (4, 5, 0) else "wm.fbx_import",
        ".obj": "wm.obj_import",
        ".usd": "wm.usd_import",
        ".usda": "wm.usd_import",
        ".usdc": "wm.usd_import",
        ".usdz": "wm.usd_import",
        ".abc": "wm.alembic_import",
        ".ply": "wm.ply_import",
        ".stl": "wm.stl_import",
    }
)
"""Endings, and the operator of Blender's that imports such files."""

ENDINGS = (".blend", *IMPORTERS)
"""What can be opened; copies that Blender keeps, such as ``.blend1``, can be, too."""


def can_open(path: Path) -> bool:
    """Whether a file is one of those, by its ending."""
    ending = path.suffix.lower()
    return ending in IMPORTERS or ending.startswith(".blend")


def open_file(path: Path) -> None:
    """Open a .blend; or begin a new file, without anything in it, and import a model there.

    Of a model that was imported the armature is for the command to find; without one, all its meshes are selected.

    Raises
    ------
    Refusal
        If Blender can't read it, or finds nothing in it.
    """
    ending = path.suffix.lower()
    try:
        if ending not in IMPORTERS:
            bpy.ops.wm.open_mainfile(filepath=str(path))
            return
        bpy.ops.wm.read_homefile(use_empty=True)
        with window():
            _importer(ending)(filepath=str(path))
            _select(path)
    except RuntimeError as error:
        raise Refusal(f"Blender can't open {path}.", reason(error)) from error


def open_again(path: str, *, figure: bool) -> None:
    """Open the file that the command began with, for one more run; one with a figure needs none.

    Raises
    ------
    Refusal
        If it was never saved, and the run needs what was in it.
    """
    if path:
        open_file(Path(path))
    elif figure:
        bpy.ops.wm.read_homefile()
    else:
        raise Refusal("The open file was never saved, and can't be opened again.", "Save it, or name it with --blend.")


def open_image(path: Path) -> bpy.types.Image:
    """Open an image, or take the one that the file has of it.

    Raises
    ------
    Refusal
        If Blender can't read it.
    """
    try:
        return bpy.data.images.load(str(path), check_existing=True)
    except RuntimeError as error:
        raise Refusal(f"Blender can't open {path}.", reason(error)) from error


def _importer(ending: str) -> Any:
    category, name = IMPORTERS[ending].split(".")
    return getattr(getattr(bpy.ops, category), name)


def _select(path: Path) -> None:
    layer = bpy.context.view_layer
    assert layer is not None
    shown = [thing for thing in layer.objects if thing.visible_get()]
    meshes = [thing for thing in shown if thing.type == "MESH"]
    if not meshes:
        raise Refusal(f"Blender finds no mesh in {path}.", "Look at it in Blender, with File > Import.")
    alone = not any(thing.type == "ARMATURE" for thing in shown)
    for thing in layer.objects:
        thing.select_set(alone and thing in meshes)
    layer.objects.active = meshes[0] if alone else None
