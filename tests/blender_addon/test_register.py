"""Switching the extension on and off."""

import importlib


def _clipmatrix_names(bpy):
    return {name for name in dir(bpy.types) if name.upper().startswith("CLIPMATRIX")}


def test_enabling_registers_operators_panels_and_properties(blender):
    assert blender.context.scene.clipmatrix.steps == 200
    assert hasattr(blender.types, "CLIPMATRIX_PT_generate")
    assert blender.ops.clipmatrix.generate.idname() == "CLIPMATRIX_OT_generate"


def test_disabling_leaves_nothing_behind(blender):
    module = importlib.import_module("bl_ext.user_default.clipmatrix")
    before = len(blender.app.handlers.undo_post)
    assert _clipmatrix_names(blender)
    blender.ops.preferences.addon_disable(module=module.__package__)
    assert not hasattr(blender.types.Scene, "clipmatrix")
    assert not _clipmatrix_names(blender)
    assert len(blender.app.handlers.undo_post) == before - 1
    blender.ops.preferences.addon_enable(module=module.__package__)
    assert blender.context.scene.clipmatrix.prompt == "a red figure"


def test_no_operator_shows_an_artist_a_traceback(blender):
    """Each has its ``execute`` guarded; presets' are Blender's own code."""
    kinds = [getattr(blender.types, name) for name in _clipmatrix_names(blender) if "_OT_" in name.upper()]
    ours = [kind for kind in kinds if "execute" in vars(kind) or any("execute" in vars(base) for base in kind.__mro__)]
    assert len(ours) > 50
    bare = {kind.__name__ for kind in ours if not hasattr(kind.execute, "__wrapped__")}
    assert {name for name in bare if "preset" not in name} == set()
