"""Shortcuts: few, on keys that Blender leaves free, and changed like any other in Preferences > Keymap."""

from dataclasses import dataclass

import bpy


@dataclass(frozen=True)
class Shortcut:
    """One operator on one key, with Shift, Ctrl and Alt held down."""

    operator: str
    key: str


KEYMAP = "3D View"
"""The keymap they are in: they work with the pointer over a 3D viewport."""

SHORTCUTS = (
    Shortcut("clipmatrix.generate", "M"),
    Shortcut("clipmatrix.stop", "X"),
    Shortcut("clipmatrix.take_compare", "B"),
)


def add(config: bpy.types.KeyConfig) -> bpy.types.KeyMap:
    """Put the shortcuts into a key configuration."""
    keymap = config.keymaps.new(name=KEYMAP, space_type="VIEW_3D")
    for shortcut in SHORTCUTS:
        keymap.keymap_items.new(shortcut.operator, shortcut.key, "PRESS", shift=True, ctrl=True, alt=True)  # type: ignore[arg-type]
    return keymap


def remove(config: bpy.types.KeyConfig) -> None:
    """Take them out again."""
    keymap = config.keymaps.find(KEYMAP, space_type="VIEW_3D")
    if keymap is None:
        return
    for item in list(keymap.keymap_items):
        if item.idname.startswith("clipmatrix."):
            keymap.keymap_items.remove(item)


def _addons() -> bpy.types.KeyConfig | None:
    """Blender's configuration for extensions; None where there is no window manager for one."""
    manager = bpy.context.window_manager
    return manager.keyconfigs.addon if manager else None


def register() -> None:
    """Add the shortcuts."""
    config = _addons()
    if config is not None:
        add(config)


def unregister() -> None:
    """Remove them."""
    config = _addons()
    if config is not None:
        remove(config)
