"""Runs inside a Blender window: does what the test drops into a folder, one file of Python at a time.

``blender --python hand.py -- FOLDER``: ``7.py`` is run and answered by ``7.json``, which holds its ``answer`` or its
``error``. Everything happens in a timer, as an artist's clicks do between redraws.
"""

import json
import sys
import traceback
from pathlib import Path

import bpy

FOLDER = Path(sys.argv[sys.argv.index("--") + 1])
SECONDS = 0.05
names: dict[str, object] = {"bpy": bpy}


def obey() -> float:
    """Run what waits, in order, and say when to look again."""
    for task in sorted(FOLDER.glob("*.py"), key=lambda path: int(path.stem)):
        code = task.read_text()
        task.unlink()
        window = bpy.context.window_manager.windows[0]
        area = next(area for area in window.screen.areas if area.type == "VIEW_3D")
        region = next(region for region in area.regions if region.type == "WINDOW")
        names.pop("answer", None)
        try:
            with bpy.context.temp_override(window=window, area=area, region=region):
                exec(compile(code, task.name, "exec"), names)
            told = {"answer": names.get("answer")}
        except BaseException:
            told = {"error": traceback.format_exc()}
        draft = task.with_suffix(".draft")
        draft.write_text(json.dumps(told, default=str))
        draft.rename(task.with_suffix(".json"))
    return SECONDS


bpy.context.preferences.view.show_splash = False
bpy.app.timers.register(obey, persistent=True)
