"""Mask modifiers: what the artist does not see is not sent, whatever hides it."""

import numpy as np
import pytest

from ..fingerprint import differences, fingerprint
from .asking import read, refusal


def hide(thing, name, weights, **options):
    """A Mask modifier by a vertex group of its own."""
    group = thing.vertex_groups.new(name=name)
    for vertex, weight in weights.items():
        group.add([vertex], weight, "REPLACE")
    mask = thing.modifiers.new(f"Hide {name}", "MASK")
    mask.vertex_group = name
    for option, value in options.items():
        setattr(mask, option, value)
    return mask


def shown(blender, thing):
    """How many triangles Blender shows."""
    mesh = thing.evaluated_get(blender.context.evaluated_depsgraph_get()).data
    mesh.calc_loop_triangles()
    return len(mesh.loop_triangles)


BODY = {vertex: 1.0 for vertex in range(24)}

MASKS = {
    "what is kept": {},
    "the rest": {"invert_vertex_group": True},
    "a threshold": {"threshold": 0.5},
    "a threshold and the rest": {"threshold": 0.5, "invert_vertex_group": True},
}


@pytest.mark.parametrize("name", MASKS)
def test_what_a_mask_hides_is_not_sent(blender, scenes, rooms, name):
    thing, _ = scenes.character()
    whole = len(read(blender, rooms).character.parts[0].triangles)
    hide(thing, "body", BODY | {vertex: 0.5 for vertex in range(24, 32)}, **MASKS[name])
    before = fingerprint(blender)
    shot = read(blender, rooms)
    part = shot.character.parts[0]
    assert 0 < len(part.triangles) == len(part.corner_uvs) == shown(blender, thing) < whole
    assert len(part.vertices) == len(thing.data.vertices), "so that results come home"
    assert shot.remarks == ()
    assert differences(before, fingerprint(blender)) == []


def test_several_masks_hide_what_any_of_them_hides_also_above_the_armature(blender, scenes, rooms):
    thing, _ = scenes.character()
    hide(thing, "body", {vertex: 1.0 for vertex in range(40)})
    hide(thing, "shirt", {vertex: 1.0 for vertex in range(16)}, invert_vertex_group=True)
    thing.modifiers.move(len(thing.modifiers) - 1, 0)
    part = read(blender, rooms).character.parts[0]
    assert len(part.triangles) == shown(blender, thing)
    assert part.triangles.min() >= 16
    assert part.triangles.max() < 40


def test_uvs_stay_with_their_triangles(blender, scenes, rooms):
    thing, _ = scenes.character()
    whole = read(blender, rooms).character.parts[0]
    uvs = {tuple(corners): uv for corners, uv in zip(whole.triangles.tolist(), whole.corner_uvs, strict=True)}
    hide(thing, "body", BODY, invert_vertex_group=True)
    part = read(blender, rooms).character.parts[0]
    for corners, uv in zip(part.triangles.tolist(), part.corner_uvs, strict=True):
        np.testing.assert_array_equal(uv, uvs[tuple(corners)])


def test_a_mask_that_hides_everything_is_refused(blender, scenes, rooms):
    thing, _ = scenes.character()
    hide(thing, "nothing", {})
    assert refusal(blender, rooms).message == "Column's Mask modifiers hide all of it."


def test_a_part_whose_masks_exclude_each_other_is_hidden_as_a_body_of_mpfbs_below_its_proxy(blender, scenes, rooms):
    thing, rig = scenes.character()
    proxy = scenes.cube("Proxy")
    proxy.parent = rig
    hide(thing, "body", BODY)
    scenes.select(thing)
    cast = rooms("scene.characters").selected_cast
    assert [part.name for part in cast(blender.context).parts] == ["Column", "Proxy"]
    rest = thing.modifiers.new("Hide base mesh", "MASK")
    rest.vertex_group, rest.invert_vertex_group = "body", True
    blender.context.view_layer.update()
    assert shown(blender, thing) == 0
    found = cast(blender.context)
    assert ([part.name for part in found.parts], found.hidden) == (["Proxy"], [thing])
    assert [part.name for part in read(blender, rooms).character.parts] == ["Proxy"]


@pytest.mark.parametrize("how", ["smooth", "by bones", "after other weights"])
def test_a_mask_that_can_not_be_told_from_the_mesh_is_named(blender, scenes, rooms, how):
    thing, _ = scenes.character()
    if how == "after other weights":
        thing.modifiers.new("Weigh", "VERTEX_WEIGHT_EDIT")
    mask = hide(thing, "body", BODY, use_smooth=how == "smooth")
    if how == "by bones":
        mask.mode = "ARMATURE"
    assert "ClipMatrix sees Column without its Hide body modifier." in read(blender, rooms).remarks


def test_a_mask_that_is_switched_off_hides_nothing(blender, scenes, rooms):
    thing, _ = scenes.character()
    hide(thing, "body", BODY).show_viewport = False
    assert len(read(blender, rooms).character.parts[0].triangles) == shown(blender, thing)
