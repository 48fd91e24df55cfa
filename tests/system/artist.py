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
    owners = (bpy.types.Scene, bpy.types.Object, bpy.types.Mesh, bpy.types.Material, bpy.types.WindowManager)
    kinds = (getattr(bpy.app.handlers, name) for name in dir(bpy.app.handlers))
    menus = (getattr(bpy.types, name) for name in dir(bpy.types) if "_MT_" in name or "_HT_" in name)
    keymaps = bpy.context.window_manager.keyconfigs.addon.keymaps if bpy.context.window_manager.keyconfigs.addon else ()
    found = [
        *(name for name in dir(bpy.types)),
        *(f"property {name}" for owner in owners for name in dir(owner)),
        *(f"operator clipmatrix.{name}" for name in dir(bpy.ops.clipmatrix)),
        *(f"handler {one}" for kind in kinds if isinstance(kind, list) for one in kind),
        *(f"menu {one.__module__}" for menu in menus for one in getattr(menu.draw, "_draw_funcs", ())),
        *(f"key {item.idname}" for keymap in keymaps for item in keymap.keymap_items),
        *bpy.context.preferences.addons.keys(),
    ]
    return [trace for trace in found if "clipmatrix" in trace.lower()]


def files() -> list[str]:
    """What lies in the folder where Blender keeps extensions, Blender's own index and cache left out."""
    folder = Path(os.environ["BLENDER_USER_RESOURCES"]) / "extensions"
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and not {".blender_ext", ".cache"} & set(path.parts)
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
report["images"] = [
    [node.image.size[:], len(node.image.packed_file.data)] for node in nodes if node.type == "TEX_IMAGE"
]

report["traces_on"] = traces()
bpy.ops.extensions.package_uninstall(repo_index=1, pkg_id="clipmatrix")
report["traces_off"] = traces()
report["files_off"] = files()
report["result_kept"] = [key.name for key in thing.data.shape_keys.key_blocks]

Path(report_path).write_text(json.dumps(report, indent=2))
sys.stdout.flush()
os._exit(0)  # Blender's own exit handlers may crash without a window
