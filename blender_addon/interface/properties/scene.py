"""``scene.clipmatrix``: the prompts, what may change, how the job runs."""

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    FloatVectorProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)
from clipmatrix_protocol import CameraOrbit, Settings, Vary

from ...job import session
from .. import fields
from . import cameras, poses, prompts, regions

SIZES = {str(size): (str(size), f"{size} pixels on a side") for size in fields.values(Settings, "texture_size")}
"""Name and description for each choice of ``Settings.texture_size``."""

START = [
    ("CURRENT", "Accepted Take", "Go on from the take this character wears; without one, from the mesh itself"),
    ("FRESH", "The Mesh Itself", "Begin anew from the Basis, whatever take the character wears"),
]


def _offered_clips(_settings: object, _context: bpy.types.Context, typed: str) -> list[str]:
    """What the backend can load without asking anybody; suggestions while the artist types."""
    welcome = session.current().welcome
    return [name for name in (welcome.clips if welcome else ()) if typed.casefold() in name.casefold()]


class ClipMatrixSceneProperties(bpy.types.PropertyGroup):
    """``scene.clipmatrix``; defaults and ranges are those of ``clipmatrix_protocol.brief``."""

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
    vary_shape: FloatProperty(  # type: ignore[valid-type]
        name="Shape Keys",
        description="How freely the character's own shape keys move; 0 leaves them as they are",
        soft_max=2,
        **fields.number(Vary, "shape"),
    )
    vary_offsets: FloatProperty(  # type: ignore[valid-type]
        name="Geometry",
        description="How freely the surface leaves its place; 0 keeps every vertex where it is",
        soft_max=2,
        **fields.number(Vary, "offsets"),
    )
    vary_texture: FloatProperty(  # type: ignore[valid-type]
        name="Texture",
        description="How fast the base colour changes; 0 paints nothing",
        soft_max=2,
        **fields.number(Vary, "texture"),
    )
    vary_material: FloatProperty(  # type: ignore[valid-type]
        name="Material",
        description="How fast roughness and metallic change; 0 keeps the material's own",
        soft_max=2,
        **fields.number(Vary, "material"),
    )
    vary_light: FloatProperty(  # type: ignore[valid-type]
        name="Light",
        description="How fast the light changes that the character is judged under; 0 keeps it neutral",
        soft_max=2,
        **fields.number(Vary, "light"),
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
    start: EnumProperty(  # type: ignore[valid-type]
        name="Start From", description="What a new job starts from", items=START, default="CURRENT"
    )
    cameras: EnumProperty(  # type: ignore[valid-type]
        name="Cameras", description="Whence the character is looked at", items=cameras.SOURCES, default="ORBIT"
    )
    azimuth: FloatVectorProperty(  # type: ignore[valid-type]
        name="Around",
        description="The angles the cameras look from, degrees around the character; 0 is its front (-Y)",
        min=-360,
        max=360,
        **fields.span(CameraOrbit, "azimuth"),
    )
    elevation: FloatVectorProperty(  # type: ignore[valid-type]
        name="Height",
        description="How far below and above the character the cameras go, degrees",
        min=-90,
        max=90,
        **fields.span(CameraOrbit, "elevation"),
    )
    field_of_view: FloatVectorProperty(  # type: ignore[valid-type]
        name="Field of View",
        description="From long to wide lenses, degrees",
        min=1,
        max=120,
        **fields.span(CameraOrbit, "field_of_view"),
    )
    clip: StringProperty(  # type: ignore[valid-type]
        name="CLIP",
        description="The model that judges: embedded, MODEL:PRETRAINED as open_clip names it, or MODEL:/path/to/file",
        search=_offered_clips,
        search_options={"SUGGESTION"},
        **fields.text(Settings, "clip"),
    )
    steps: IntProperty(  # type: ignore[valid-type]
        name="Steps", description="How many times the character is improved", **fields.number(Settings, "steps")
    )
    views: IntProperty(  # type: ignore[valid-type]
        name="Views", description="Cameras drawn afresh for each step", **fields.number(Settings, "views")
    )
    resolution: IntProperty(  # type: ignore[valid-type]
        name="View Size",
        description="Side of a view in pixels; 0 fits it to the CLIP model",
        **fields.number(Settings, "resolution"),
    )
    texture_size: EnumProperty(  # type: ignore[valid-type]
        name="Texture Size",
        description="Side of each part's texture, in pixels",
        **fields.choice(Settings, "texture_size", SIZES),
    )
    seed: IntProperty(  # type: ignore[valid-type]
        name="Seed",
        description="The same seed on the same machine makes the same character",
        **fields.number(Settings, "seed"),
    )
    update_every: FloatProperty(  # type: ignore[valid-type]
        name="Show Every",
        description="Seconds between two looks at the growing character",
        **fields.number(Settings, "update_every"),
    )
    view_words: BoolProperty(  # type: ignore[valid-type]
        name="Tell the Side",
        description="Tell the texts whether a view shows the front, a side or the back",
        **fields.flag(Settings, "view_words"),
    )
    keep: FloatProperty(  # type: ignore[valid-type]
        name="Keep the Paint",
        description="How strongly the texture stays near the one it starts from; 0 lets it go",
        **fields.number(Settings, "keep"),
    )
    mirror: BoolProperty(  # type: ignore[valid-type]
        name="Mirror in X",
        description="Keep the geometry equal left and right, where the mesh itself is",
        **fields.flag(Settings, "mirror"),
    )


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
