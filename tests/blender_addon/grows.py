"""Starts a job on what a file holds, saves it meanwhile, and waits to be killed: ``python grows.py FILE ADDRESS``."""

import importlib
import os
import sys
import tempfile
import time
from pathlib import Path

ADDON = Path(__file__).resolve().parents[2] / "blender_addon"


def main(path: str, address: str) -> None:
    """Do it."""
    sys.path.insert(0, str(ADDON))
    headless = importlib.import_module("headless")
    with tempfile.TemporaryDirectory() as folder:
        headless.link_extension(Path(folder))
        os.environ["BLENDER_USER_RESOURCES"] = folder
        import bpy

        bpy.ops.wm.open_mainfile(filepath=path)
        headless.enable()
        session = importlib.import_module(headless.MODULE + ".job.session").current()
        phase = importlib.import_module(headless.MODULE + ".job.phases").Phase
        session.connect(address, os.environ["CLIPMATRIX_SECRET"])
        while session.state is not phase.IDLE:
            session.tick()
            time.sleep(0.01)
        bpy.ops.clipmatrix.generate()
        while session.result is None or session.is_writing:
            session.tick()
            time.sleep(0.01)
        bpy.ops.wm.save_mainfile()
        print("saved meanwhile", flush=True)
        while True:
            session.tick()
            time.sleep(0.01)


main(*sys.argv[1:])
