"""What an artist does with the zip, in a Python whose only packages are Blender and what Blender brings.

``python -I -S artist.py PACKAGES ZIP ADDRESS REPORT``: install, connect, generate, accept, remove; the report is JSON.
"""

import importlib
import importlib.util
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

MODULE = "bl_ext.user_default.clipmatrix"
BUNDLED = ("clipmatrix_protocol", "msgspec", "zmq")
SECONDS = 60

packages, archive, address, report_path = sys.argv[1:]
sys.path.insert(0, packages)
report: dict[str, Any] = {"before": [name for name in BUNDLED if importlib.util.find_spec(name)]}

import bpy  # noqa: E402 - only found now


def traces() -> list[str]:
    """What Blender has of the extension."""
    handlers = [str(found) for kind in dir(bpy.app.handlers) for found in _listed(getattr(bpy.app.handlers, kind))]
    return [
        *(name for name in dir(bpy.types) if name.upper().startswith("CLIPMATRIX")),
        *(name for name in dir(bpy.types.Scene) if "clipmatrix" in name),
        *(f"operator {name}" for name in dir(bpy.ops.clipmatrix)),
        *(found for found in handlers if "clipmatrix" in found),
        *(name for name in bpy.context.preferences.addons.keys() if "clipmatrix" in name),
    ]


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def files() -> list[str]:
    """What lies in the folder where Blender keeps extensions, Blender's own notes left out."""
    folder = Path(os.environ["BLENDER_USER_RESOURCES"]) / "extensions"
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and ".blender_ext" not in path.parts and not path.name.startswith("compat")
    )


def pump(session: Any, until: Any) -> None:
    """Tick as the window's timer would."""
    end = time.monotonic() + SECONDS
    while not until():
        assert time.monotonic() < end, (session.state, session.error)
        session.tick()
        time.sleep(0.01)


bpy.ops.wm.read_factory_settings(use_empty=True)
report["installed"] = list(
    bpy.ops.extensions.package_install_files(
        filepath=archive, repo="user_default", enable_on_install=True, overwrite=True
    )
)
report["modules"] = {name: importlib.import_module(name).__file__ for name in (*BUNDLED, MODULE)}
report["files"] = files()

session = importlib.import_module(MODULE + ".job.session").current()
Phase = importlib.import_module(MODULE + ".job.phases").Phase
preferences = bpy.context.preferences.addons[MODULE].preferences
preferences.address, preferences.secret = address, os.environ["SECRET"]
bpy.ops.clipmatrix.connect()
pump(session, lambda: session.state is not Phase.CONNECTING)
report["connected"] = [session.state.name, str(session.error)]

bpy.ops.mesh.primitive_uv_sphere_add(segments=12, ring_count=8)
thing = bpy.context.object
settings = bpy.context.scene.clipmatrix
settings.prompt = "a red figure"
settings.steps, settings.views, settings.texture_size, settings.update_every = 3, 1, "64", 0.0
bpy.ops.clipmatrix.generate()
pump(session, lambda: session.state in (Phase.FINISHED, Phase.FAILED))
report["finished"] = [session.state.name, str(session.error), session.summary and session.summary.steps]
report["accepted"] = list(bpy.ops.clipmatrix.accept())
keys = thing.data.shape_keys.key_blocks
report["moved"] = max((a.co - b.co).length for a, b in zip(keys[-1].data, keys[0].data, strict=True))
nodes = thing.material_slots[0].material.node_tree.nodes
report["images"] = [[node.image.size[:], len(node.image.packed_file.data)] for node in nodes if node.type == "TEX_IMAGE"]

report["traces_on"] = traces()
bpy.ops.extensions.package_uninstall(repo_index=1, pkg_id="clipmatrix")
report["traces_off"] = traces()
report["files_off"] = files()
report["result_kept"] = [key.name for key in thing.data.shape_keys.key_blocks]

Path(report_path).write_text(json.dumps(report, indent=2))
sys.stdout.flush()
os._exit(0)  # Blender's own exit handlers may crash without a window
