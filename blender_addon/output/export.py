"""Taking a character home: a glTF binary for other programs, a .blend for Blender."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import bpy

from .acting import Character

CORE_INFLUENCES = 4
"""Bones per vertex that every glTF viewer understands."""


def export_glb(character: Character, path: Path) -> Path:
    """Write the character, and nothing else of the scene, as a glTF binary.

    It carries the skin, all shape keys as morph targets with their normals (a viewer shades a morphed surface by
    them), the base colour textures, and every Action of the armature as an animation of its own, sampled at each
    frame. At rest it is in the armature's rest pose.

    Parameters
    ----------
    character
        Mesh objects and their armature.
    path
        The .glb file; what was there is replaced.

    Raises
    ------
    RuntimeError
        Blender's own text, if its exporter refuses.
    """
    with only_selected(character):
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
            export_lights=False,
            export_extras=False,
        )
    return path


def save_blend(path: Path) -> Path:
    """Save a copy of the open file, everything packed into it; the open file keeps its own name.

    Raises
    ------
    RuntimeError
        Blender's own text, if the file can't be written or an image to be packed is missing.
    """
    bpy.ops.file.pack_all()
    path.unlink(missing_ok=True)  # otherwise Blender keeps the old one beside it as .blend1
    bpy.ops.wm.save_as_mainfile(filepath=str(path), copy=True, compress=True)
    return path


@contextmanager
def only_selected(character: Character) -> Iterator[None]:
    """Have the character's objects selected, shown, and nothing else, until the block ends."""
    layer = bpy.context.view_layer
    assert layer is not None
    active = layer.objects.active
    selected = [thing for thing in layer.objects if thing.select_get()]
    hidden = [thing for thing in character if thing.hide_get()]
    try:
        for thing in selected:
            thing.select_set(False)
        for thing in character:
            thing.hide_set(False)
            thing.select_set(True)
        layer.objects.active = character[0]
        yield
    finally:
        for thing in character:
            thing.select_set(False)
        for thing in hidden:
            thing.hide_set(True)
        for thing in selected:
            thing.select_set(True)
        layer.objects.active = active


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
