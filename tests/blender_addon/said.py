"""Every text of ours that Blender shows by itself: labels and tooltips, read off Blender's own registry."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

INTERFACE = Path(__file__).resolve().parents[2] / "blender_addon" / "interface"

INHERITED = {"rna_type", "name", "bl_idname", "filepath", "check_existing", "filter_glob"}
"""Properties that Blender's own base classes bring, with Blender's own texts."""


@dataclass(frozen=True)
class Said:
    """One thing with its label and tooltip.

    Attributes
    ----------
    where
        Class, or class and property, for a message.
    context
        The translation context of the label: operators have one of their own.
    """

    where: str
    label: str
    tooltip: str
    context: str = "*"


def operators(bpy: Any) -> list[str]:
    """Names of our operators, as in ``bpy.ops.clipmatrix``."""
    return dir(bpy.ops.clipmatrix)


def of_operators(bpy: Any) -> Iterator[Said]:
    for name in operators(bpy):
        kind = getattr(bpy.ops.clipmatrix, name).get_rna_type()
        yield Said(name, kind.name, kind.description, "Operator")
        yield from _properties(name, kind.properties)


def of_groups(bpy: Any) -> Iterator[Said]:
    """Properties of our property groups and preferences."""
    for base in (bpy.types.PropertyGroup, bpy.types.AddonPreferences):
        for kind in base.__subclasses__():
            if ".clipmatrix." in kind.__module__ and kind.is_registered:
                yield from _properties(kind.__name__, kind.bl_rna.properties)


def of_panels(bpy: Any) -> Iterator[Said]:
    """Titles of panels and menus, which have no tooltips."""
    for name in dir(bpy.types):
        if name.startswith(("CLIPMATRIX_PT_", "CLIPMATRIX_MT_")) and not name.endswith("_presets"):
            yield Said(name, getattr(bpy.types, name).bl_label, "")


def constants(name: str, *keywords: str) -> Iterator[tuple[str, str]]:
    """File and value of every constant string that the interface's code hands over by one of these keywords.

    Parameters
    ----------
    name
        Of the attribute that is called, as in ``layout.label(...)``; empty for any.
    """
    for path in sorted(INTERFACE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            for keyword in node.keywords if name in ("", node.func.attr) else ():
                if keyword.arg in keywords:
                    for value in _strings(keyword.value):
                        yield str(path.relative_to(INTERFACE)), value


def _strings(node: ast.expr) -> Iterator[str]:
    """The string, or both of a choice between two."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    if isinstance(node, ast.IfExp):
        yield from _strings(node.body)
        yield from _strings(node.orelse)


def _properties(owner: str, properties: Any) -> Iterator[Said]:
    for prop in properties:
        if prop.identifier in INHERITED or prop.is_hidden:
            continue
        where = f"{owner}.{prop.identifier}"
        yield Said(where, prop.name, prop.description)
        if prop.type == "ENUM":
            for item in prop.enum_items_static:
                yield Said(f"{where}={item.identifier}", item.name, item.description)
