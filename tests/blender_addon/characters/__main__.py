"""Save the five characters as .blend files to look at, and one picture of all: at rest, and in their Actions.

``python -m tests.blender_addon.characters FOLDER``
"""

import argparse
import importlib
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from ..conftest import headless, room
from .cast import CAST


def save(bpy: Any, name: str, folder: Path, tile: int) -> np.ndarray:
    """Build one character in an empty file, save it, and return its row of pictures."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    headless.enable()
    parts = CAST[name](bpy, room)
    armature = room("scene.characters").armature_of(parts[0])
    character = [*parts, *((armature,) if armature else ())]
    bpy.ops.wm.save_as_mainfile(filepath=str(folder / f"{name}.blend"), compress=True)
    pictures = room("output.pictures")
    row: np.ndarray = pictures.row(character, pictures.plan(character), tile=tile)
    return row


def main() -> None:
    """Read the arguments, and save all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tile", type=int, default=128, help="side of one picture, pixels")
    parser.add_argument("--only", choices=CAST, action="append")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as resources:
        headless.link_extension(Path(resources))
        os.environ["BLENDER_USER_RESOURCES"] = resources
        bpy = importlib.import_module("bpy")
        rows = [save(bpy, name, arguments.folder, arguments.tile) for name in arguments.only or CAST]
        room("output.images").write_image(np.concatenate(rows[::-1]), arguments.folder / "characters.png")
        headless.disable()
    sys.stdout.flush()
    os._exit(0)  # Blender's own exit handlers may crash or hang without a window


if __name__ == "__main__":
    main()
