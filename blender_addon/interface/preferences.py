"""Where the backend is: kept in Blender's preferences, never in a .blend."""

import os

import bpy
from bpy.props import StringProperty
from clipmatrix_protocol import DEFAULT_ADDRESS

SECRET_VARIABLE = "CLIPMATRIX_SECRET"
"""Environment variable with the launch secret, for where none is set in the preferences."""


class ClipMatrixPreferences(bpy.types.AddonPreferences):
    """Address and secret of the backend."""

    bl_idname = (__package__ or "").rpartition(".")[0]

    address: StringProperty(  # type: ignore[valid-type]
        name="Backend",
        description="Where “clipmatrix serve” runs: host, host:port or tcp://host:port",
        default=DEFAULT_ADDRESS,
    )
    secret: StringProperty(  # type: ignore[valid-type]
        name="Secret",
        description="The launch secret that “clipmatrix serve” prints; empty takes it from CLIPMATRIX_SECRET",
        subtype="PASSWORD",
    )

    def draw(self, context: bpy.types.Context) -> None:
        """Both fields, one above the other."""
        draw(self, self.layout)


def draw(settings: ClipMatrixPreferences, layout: bpy.types.UILayout) -> None:
    """The connection's fields, for the preferences and the panel."""
    layout.prop(settings, "address")
    layout.prop(settings, "secret")


def of(context: bpy.types.Context) -> ClipMatrixPreferences:
    """The extension's preferences."""
    assert context.preferences is not None
    found = context.preferences.addons[ClipMatrixPreferences.bl_idname].preferences
    assert isinstance(found, ClipMatrixPreferences)
    return found


def secret(settings: ClipMatrixPreferences) -> str:
    """The launch secret to use."""
    return settings.secret or os.environ.get(SECRET_VARIABLE, "")


def register() -> None:
    """Register the preferences."""
    bpy.utils.register_class(ClipMatrixPreferences)


def unregister() -> None:
    """Take them off."""
    bpy.utils.unregister_class(ClipMatrixPreferences)
