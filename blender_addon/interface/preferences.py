"""How a backend is reached: kept in Blender's preferences, never in a .blend."""

import os
from pathlib import Path

import bpy
from bpy.props import BoolProperty, EnumProperty, StringProperty
from clipmatrix_protocol import DEFAULT_ADDRESS

from ..errors import Refusal
from ..link.launch import SECRET_VARIABLE
from ..link.target import invitation

WAYS = (
    ("START", "Start Here", "Let Blender start a backend on this computer; it ends with Blender"),
    ("ADDRESS", "Address", "Connect to a backend that runs already, by its address and its secret"),
    ("LINE", "Pasted Line", "Connect to a backend on another machine, by the line that you were given"),
)
"""How a backend may be reached; the one that was touched last is used."""


def _by_address(settings: "ClipMatrixPreferences", _context: bpy.types.Context) -> None:
    settings.way = "ADDRESS"


def _by_line(settings: "ClipMatrixPreferences", _context: bpy.types.Context) -> None:
    settings.way = "LINE"


class ClipMatrixPreferences(bpy.types.AddonPreferences):
    """How the backend is reached."""

    bl_idname = (__package__ or "").rpartition(".")[0]

    way: EnumProperty(  # type: ignore[valid-type]
        name="Backend",
        description="How the backend is reached",
        items=WAYS,
        default="START",
    )
    python: StringProperty(  # type: ignore[valid-type]
        name="Backend's Python",
        description="The Python or the virtual environment in which the backend is installed, or its “clipmatrix” "
        "program; empty looks where uv and pipx put it",
        subtype="FILE_PATH",
    )
    address: StringProperty(  # type: ignore[valid-type]
        name="Address",
        description="Where “clipmatrix serve” runs: host, host:port or tcp://host:port",
        default=DEFAULT_ADDRESS,
        update=_by_address,
    )
    secret: StringProperty(  # type: ignore[valid-type]
        name="Secret",
        description="The launch secret that “clipmatrix serve” prints; empty takes it from CLIPMATRIX_SECRET",
        subtype="PASSWORD",
        update=_by_address,
    )
    line: StringProperty(  # type: ignore[valid-type]
        name="Line",
        description="The line that “clipmatrix keys add” printed for you; keep it to yourself, it is your key",
        subtype="PASSWORD",
        update=_by_line,
    )
    at_once: BoolProperty(  # type: ignore[valid-type]
        name="Connect When Blender Starts",
        description="Start the backend, or connect to it, as soon as Blender has opened",
        default=False,
    )

    def draw(self, context: bpy.types.Context) -> None:
        """Everything, one above the other."""
        draw(self, self.layout)


def draw(settings: ClipMatrixPreferences, layout: bpy.types.UILayout) -> None:
    """All preferences."""
    draw_way(settings, layout)
    if settings.way != "START":
        layout.prop(settings, "python")
    layout.prop(settings, "at_once")


def draw_way(settings: ClipMatrixPreferences, layout: bpy.types.UILayout) -> None:
    """The way to the backend and what it needs, for the preferences and the panel."""
    layout.row().prop(settings, "way", expand=True)
    column = layout.column(align=True)
    match settings.way:
        case "START":
            column.prop(settings, "python", text="", icon="CONSOLE", placeholder="Found by itself")
        case "ADDRESS":
            column.prop(settings, "address", text="", placeholder="host:port")
            column.prop(settings, "secret")
        case "LINE":
            row = column.row(align=True)
            row.prop(settings, "line", text="", placeholder="clipmatrix://...")
            row.operator("clipmatrix.paste_line", text="Paste", icon="PASTEDOWN")
            if host := _machine(settings.line):
                column.label(text=host, icon="WORLD")


def _machine(line: str) -> str:
    """Where a line leads; empty if it is none, which Connect says in words."""
    try:
        return invitation(line).host
    except Refusal:
        return ""


def of(context: bpy.types.Context) -> ClipMatrixPreferences:
    """The extension's preferences."""
    assert context.preferences is not None
    found = context.preferences.addons[ClipMatrixPreferences.bl_idname].preferences
    assert isinstance(found, ClipMatrixPreferences)
    return found


def secret(settings: ClipMatrixPreferences) -> str:
    """The launch secret to use."""
    return settings.secret or os.environ.get(SECRET_VARIABLE, "")


def logs() -> Path:
    """Where the logs of backends go that Blender has started."""
    return Path(bpy.utils.extension_path_user(ClipMatrixPreferences.bl_idname, path="logs"))


def register() -> None:
    """Register the preferences."""
    bpy.utils.register_class(ClipMatrixPreferences)


def unregister() -> None:
    """Take them off."""
    bpy.utils.unregister_class(ClipMatrixPreferences)
