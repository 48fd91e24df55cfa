"""The right-click menu and the shortcuts: they call what is there, and take nothing of Blender's."""

import importlib.util
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from .strict_layout import StrictLayout

WHERE_OURS_WORK = {
    "3D View",
    "3D View Generic",
    "Object Mode",
    "Object Non-modal",
    "Pose",
    "Screen",
    "User Interface",
    "Window",
}
"""Keymaps that are asked with the pointer over a 3D viewport in Object or Pose Mode."""


def test_the_menu_offers_what_is_done_to_a_character(blender, rooms):
    layout = StrictLayout(blender)
    rooms("interface.menus").show_menu(layout)
    assert {"clipmatrix.generate", "clipmatrix.unwrap", "clipmatrix.export_gltf"} <= set(layout.drawn)


@pytest.mark.parametrize("menu", ["VIEW3D_MT_object_context_menu", "VIEW3D_MT_pose_context_menu"])
def test_blenders_own_menus_open_it(blender, rooms, menu):
    entry = rooms("interface.menus").show_entry
    assert entry in getattr(blender.types, menu).draw._draw_funcs
    layout = StrictLayout(blender)
    entry(SimpleNamespace(layout=layout), blender.context)


def shortcuts(blender, rooms):
    """The shortcuts in a key configuration of their own."""
    config = blender.context.window_manager.keyconfigs.new("ClipMatrix test")
    try:
        keymap = rooms("interface.keymaps").add(config)
        return [(item.idname, item.type, item.shift, item.ctrl, item.alt) for item in keymap.keymap_items]
    finally:
        blender.context.window_manager.keyconfigs.remove(config)


def test_shortcuts_call_operators_that_are_there(blender, rooms):
    found = shortcuts(blender, rooms)
    assert len(found) == len(rooms("interface.keymaps").SHORTCUTS) > 0
    for name, *_ in found:
        category, operator = name.split(".")
        assert operator in dir(getattr(blender.ops, category))


def test_shortcuts_are_in_the_configuration_that_artists_can_change_and_leave_with_us(blender, rooms):
    keymaps = rooms("interface.keymaps")
    config = blender.context.window_manager.keyconfigs.addon
    if config is None:
        pytest.skip("this Blender has no key configuration for extensions without a window")

    def ours():
        keymap = config.keymaps.find(keymaps.KEYMAP, space_type="VIEW_3D")
        return [item.idname for item in keymap.keymap_items if "clipmatrix" in item.idname] if keymap else []

    assert len(ours()) == len(keymaps.SHORTCUTS)
    keymaps.unregister()
    assert ours() == []
    keymaps.register()
    assert len(ours()) == len(keymaps.SHORTCUTS)


def factory_keymaps(blender, name):
    """A keymap that Blender ships, as (keymap, key, modifiers) of all its entries."""
    path = Path(blender.utils.system_resource("SCRIPTS")) / "presets" / "keyconfig" / "keymap_data" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    params = module.Params(select_mouse="LEFT") if name == "blender_default" else module.Params()
    return [
        (keymap, entry[1]["type"], *(bool(entry[1].get(held)) for held in ("shift", "ctrl", "alt")))
        for keymap, _, content in module.generate_keymaps(params)
        for entry in content["items"]
    ]


@pytest.mark.parametrize("name", ["blender_default", "industry_compatible_data"])
def test_no_key_of_blenders_is_taken(blender, rooms, name):
    taken = {tuple(keys) for keymap, *keys in factory_keymaps(blender, name) if keymap in WHERE_OURS_WORK}
    assert len(taken) > 100
    for _, *keys in shortcuts(blender, rooms):
        assert tuple(keys) not in taken
