"""Taking a character home: glTF and FBX for other programs, a .blend for Blender."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import bpy

from ..errors import Fix, Refusal
from ..scene.posing.actions import left_over
from .acting import Character, posed
from .fbx_actions import as_strips
from .gltf_actions import left_out
from .hanging import hung_up, left_hanging
from .keeping import each_from_rest, nodes_unmarked, poses_kept
from .masked import carries_masked, masks_applied
from .repertoire import Repertoire, performing
from .selecting import only_selected
from .textures import packed_copies
from .uv_order import rendered_uvs_first

CORE_INFLUENCES = 4
"""Bones per vertex that every glTF viewer understands."""


ADDONS = {
    ".glb": ("EXPORT_SCENE_OT_gltf", "glTF 2.0 format", "io_scene_gltf2"),
    ".fbx": ("EXPORT_SCENE_OT_fbx", "FBX format", "io_scene_fbx"),
}
"""By a file's ending the class of Blender's exporter, and the add-on that brings it: its name and its module."""


def check(character: Character, path: Path) -> None:
    """Ask what an export to this file asks before it begins.

    Raises
    ------
    Refusal
        As :func:`export_glb` and :func:`export_fbx` do.
    """
    ending = path.suffix.lower()
    if ending in ADDONS:
        _refuse_without_addon(ending)
        with only_selected(character):
            pass


def remarks(character: Character, path: Path) -> list[str]:
    """In what the file will differ from what is seen, one sentence each."""
    ending = path.suffix.lower()
    hanging = left_hanging(character) if ending == ".glb" else ()
    masked = carries_masked(character) if ending in ADDONS else ()
    return [
        *(
            f"{thing.name} follows constraints that glTF can't tell; it stands still in {path.name}."
            for thing in hanging
        ),
        *(f"{thing.name} is linked; {path.name} has what its masks hide, too." for thing in masked),
    ]


def export_glb(character: Character, path: Path, lights: Sequence[bpy.types.Object] = ()) -> Path:
    """Write the character, and nothing else of the scene, as a glTF binary.

    It carries the skin, all shape keys as morph targets with their normals (a viewer shades a morphed surface by
    them), the base colour textures, and every Action of the armature as an animation of its own, sampled at each
    frame. At rest it is in the armature's rest pose. What masks hide by a group is not in it.

    Parameters
    ----------
    character
        Mesh objects and their armature.
    path
        The .glb file; what was there is replaced.
    lights
        Lights to go with it (KHR_lights_punctual); glTF has no place for a world.

    Raises
    ------
    RuntimeError
        Blender's own text, if its exporter refuses.
    Refusal
        If a part of the character is hidden in a way that Blender does not export, or the exporter switched off.
    """
    _refuse_without_addon(".glb")
    with (
        only_selected((*character, *lights)),
        masks_applied(character),
        performing(character) as repertoire,
        poses_kept(repertoire),
        posed(character),
        hung_up(character),
        each_from_rest(repertoire),
        nodes_unmarked(character),
        left_out(left_over(_all(repertoire))),
    ):
        bpy.ops.export_scene.gltf(
            filepath=str(path),
            export_format="GLB",
            use_selection=True,
            export_yup=True,
            export_apply=False,  # applying modifiers would drop the shape keys
            export_materials="EXPORT",
            export_image_format="AUTO",
            export_skins=True,
            export_all_influences=_most_influences(character) > CORE_INFLUENCES,
            export_rest_position_armature=True,
            export_morph=True,
            export_morph_normal=True,
            export_morph_tangent=False,
            export_try_sparse_sk=True,  # expressions move a small part of the body
            export_animations=True,
            export_animation_mode="ACTIONS",
            export_anim_single_armature=True,
            export_force_sampling=True,
            export_optimize_animation_size=True,
            export_anim_slide_to_zero=True,  # an animation starts at 0 s, so that it loops without a gap
            export_cameras=False,
            export_lights=bool(lights),
            export_extras=False,
        )
    return path


def export_fbx(character: Character, path: Path) -> Path:
    """Write the character, and nothing else of the scene, as a binary FBX.

    It carries the skin, all shape keys as blend shapes, every Action that fits the armature as a take of its own,
    keyed at each frame, and the textures inside the file, as they look now. What masks hide by a group is not in it.

    Parameters
    ----------
    character
        Mesh objects and their armature.
    path
        The .fbx file; what was there is replaced.

    Raises
    ------
    RuntimeError
        Blender's own text, if its exporter refuses.
    Refusal
        If a part of the character is hidden in a way that Blender does not export, or the exporter switched off.
    """
    _refuse_without_addon(".fbx")
    with (
        only_selected(character),
        masks_applied(character),
        performing(character) as repertoire,
        poses_kept(repertoire),
        posed(character),
        hung_up(character),
        each_from_rest(repertoire),
        packed_copies(character),
        rendered_uvs_first(character),
        as_strips(repertoire),
    ):
        bpy.ops.export_scene.fbx(
            filepath=str(path),
            use_selection=True,
            object_types={"ARMATURE", "MESH", "EMPTY"},
            use_mesh_modifiers=False,  # applying modifiers would drop the shape keys
            mesh_smooth_type="FACE",
            use_armature_deform_only=False,
            add_leaf_bones=False,  # they would come back as bones the artist never made
            bake_anim=True,
            bake_anim_use_all_bones=True,
            bake_anim_use_all_actions=False,
            bake_anim_use_nla_strips=True,  # one for each Action
            bake_anim_simplify_factor=0.0,
            path_mode="COPY",  # with the next line: packed textures, which have no file, travel inside
            embed_textures=True,
        )
    return path


def save_blend(path: Path) -> Path:
    """Save a copy of the open file, everything packed into it; the open file keeps its own name.

    Raises
    ------
    RuntimeError
        Blender's own text, if the file can't be written.
    """
    with suppress(RuntimeError):  # some file is missing, as it was before; all others are packed
        bpy.ops.file.pack_all()
    path.unlink(missing_ok=True)  # otherwise Blender keeps the old one beside it as .blend1
    bpy.ops.wm.save_as_mainfile(filepath=str(path), copy=True, compress=True)
    return path


def _refuse_without_addon(ending: str) -> None:
    exporter, name, module = ADDONS[ending]
    if not hasattr(bpy.types, exporter):
        raise Refusal(
            f"Blender's add-on “{name}” is switched off, and writes the {ending} files.",
            "Switch it on in Preferences, Add-ons.",
            Fix("preferences.addon_enable", "Switch It On", {"module": module}),
        )


def _all(repertoire: Repertoire) -> set[bpy.types.Action]:
    return {action for actions in repertoire.values() for action in actions}


def _most_influences(character: Character) -> int:
    """Count the bones of the vertex that most bones move."""
    return max(
        (
            len(vertex.groups)
            for thing in character
            if isinstance(thing.data, bpy.types.Mesh)
            for vertex in thing.data.vertices
        ),
        default=0,
    )
