"""``scene.clipmatrix``: the prompts, what may change, how the job runs."""

from typing import Any

import bpy
from bpy.props import (
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)
from clipmatrix_protocol import CameraFixed, CameraOrbit, Settings, Vary

from ...job import series, session
from .. import fields
from . import cameras, poses, prompts, regions

SIZES = {str(size): (str(size), f"{size} pixels on a side") for size in fields.values(Settings, "texture_size")}
"""Name and description for each choice of ``Settings.texture_size``."""

START = [
    ("CURRENT", "What It Wears", "Go on from the take this character wears; without one, from its own paint"),
    ("FRESH", "The Bare Mesh", "Begin anew from the Basis and from plain grey, whatever the character wears"),
]


def _offered_clips(_settings: object, _context: bpy.types.Context, typed: str) -> list[str]:
    """What the backend can load without asking anybody; suggestions while the artist types."""
    welcome = session.current().welcome
    return [name for name in (welcome.clips if welcome else ()) if typed.casefold() in name.casefold()]


PROJECTIONS = {
    "perspective": ("Perspective", "What is far looks smaller, as to the eye"),
    "orthographic": ("Orthographic", "What is far looks as large as what is near"),
}
"""Name and description for each choice of ``CameraOrbit.projection``."""

HINTS: dict[str, dict[str, Any]] = {
    "clip": {"search": _offered_clips, "search_options": {"SUGGESTION"}},
    "texture_size": {"words": SIZES},
    "smoothness": {"soft_max": 200},
}
"""What Blender wants to know of a setting besides what the protocol says."""


class ClipMatrixSceneProperties(bpy.types.PropertyGroup):
    """``scene.clipmatrix``: what is Blender's own; :data:`FROM_PROTOCOL` adds the rest."""

    prompts: CollectionProperty(  # type: ignore[valid-type]
        name="Prompts", description="What the character should become", type=prompts.ClipMatrixPrompt
    )
    active_prompt: IntProperty(  # type: ignore[valid-type]
        name="Active Prompt", description="The prompt whose settings are shown", min=0
    )
    prompt: StringProperty(  # type: ignore[valid-type]
        name="Prompt",
        description="What the character should become, in plain words",
        get=prompts.get_first,
        set=prompts.set_first,
    )
    locked: CollectionProperty(  # type: ignore[valid-type]
        name="Locked",
        description="What stays exactly as it is, whatever the prompts say",
        type=regions.ClipMatrixLocked,
    )
    active_locked: IntProperty(  # type: ignore[valid-type]
        name="Active Locked Part", description="The line of the list that the buttons work on", min=0
    )
    poses: EnumProperty(  # type: ignore[valid-type]
        name="Poses", description="In which poses the character is looked at", items=poses.POSES, default="ACTION"
    )
    pose_jitter: FloatProperty(  # type: ignore[valid-type]
        name="Jitter",
        description="How far bones are turned at random out of the current pose, degrees; 0 takes it as it is",
        min=0,
        max=90,
        soft_max=30,
        default=0,
    )
    action: PointerProperty(  # type: ignore[valid-type]
        name="Action",
        description="The Action whose poses are looked at; none takes the one that the armature plays",
        type=bpy.types.Action,
        poll=poses.fits_selected,
    )
    frames: EnumProperty(  # type: ignore[valid-type]
        name="Frames", description="Which part of the Action is looked at", items=poses.FRAMES, default="ALL"
    )
    first_frame: IntProperty(  # type: ignore[valid-type]
        name="First", description="The first frame that is looked at", default=1
    )
    last_frame: IntProperty(  # type: ignore[valid-type]
        name="Last", description="The last frame that is looked at", default=24
    )
    variations: IntProperty(  # type: ignore[valid-type]
        name="Variations",
        description="How many takes are grown in one go, from this seed and those after it; you choose among them",
        min=1,
        max=series.MOST,
        default=1,
    )
    start: EnumProperty(  # type: ignore[valid-type]
        name="Start From", description="What a new job starts from", items=START, default="CURRENT"
    )
    cameras: EnumProperty(  # type: ignore[valid-type]
        name="Cameras", description="Where the character is seen from", items=cameras.SOURCES, default="ORBIT"
    )


FROM_PROTOCOL = {
    **{f"vary_{name}": fields.prop(Vary, name, soft_max=2) for name in Vary.__struct_fields__},
    "azimuth": fields.prop(CameraOrbit, "azimuth", min=-360, max=360),
    "elevation": fields.prop(CameraOrbit, "elevation", min=-90, max=90),
    "field_of_view": fields.prop(CameraOrbit, "field_of_view", min=1, max=120),
    "projection": fields.prop(CameraOrbit, "projection", PROJECTIONS),
    "share": fields.prop(CameraOrbit, "share"),
    "jitter": fields.prop(CameraFixed, "jitter"),
    **{name: fields.prop(Settings, name, **HINTS.get(name, {})) for name in Settings.__struct_fields__},
}
"""Every strength, the ranges of the orbit and every setting, as the protocol defines them."""

ClipMatrixSceneProperties.__annotations__.update(FROM_PROTOCOL)


def of(scene: bpy.types.Scene) -> ClipMatrixSceneProperties:
    """The scene's ClipMatrix properties."""
    found: ClipMatrixSceneProperties = scene.clipmatrix  # type: ignore[attr-defined]
    return found


CLASSES = (prompts.ClipMatrixPrompt, regions.ClipMatrixLocked, ClipMatrixSceneProperties)

_register_classes, _unregister_classes = bpy.utils.register_classes_factory(CLASSES)


def register() -> None:
    """Put ``clipmatrix`` on every scene."""
    _register_classes()
    bpy.types.Scene.clipmatrix = PointerProperty(  # type: ignore[attr-defined]
        type=ClipMatrixSceneProperties, name="ClipMatrix", description="What ClipMatrix is asked for in this scene"
    )


def unregister() -> None:
    """Take it off again."""
    del bpy.types.Scene.clipmatrix  # type: ignore[attr-defined]
    _unregister_classes()
