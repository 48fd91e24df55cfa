"""Opens a .blend in a Blender of its own; accepts or discards what it holds: ``python opens.py VERB FILE``."""

import importlib
import os
import sys
import tempfile
from pathlib import Path

ADDON = Path(__file__).resolve().parents[3] / "blender_addon"


def main(verb: str, path: str) -> None:
    """Do it, and print what there was and is."""
    sys.path.insert(0, str(ADDON))
    headless = importlib.import_module("headless")
    with tempfile.TemporaryDirectory() as folder:
        headless.link_extension(Path(folder))
        os.environ["BLENDER_USER_RESOURCES"] = folder
        import bpy

        bpy.ops.wm.open_mainfile(filepath=path)
        headless.enable()
        session = importlib.import_module(headless.MODULE + ".job.session").current()
        session.tick()
        print("result waits:", session.result is not None)
        getattr(bpy.ops.clipmatrix, verb)()
        session.tick()
        columns = [thing for thing in bpy.data.objects if thing.type == "MESH"]
        print("draft left:", any(thing.data.shape_keys or thing.material_slots for thing in columns))
        print("record left:", any(thing.clipmatrix_draft for thing in columns))
        headless.disable()


main(*sys.argv[1:])
sys.stdout.flush()
os._exit(0)  # Blender's own exit handlers may crash or hang without a window
