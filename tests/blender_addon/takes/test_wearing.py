"""Putting takes on and off: every byte comes back, and what the artist changes on a take stays with it."""

import numpy as np
import pytest
from clipmatrix_protocol import Vary

from ..fingerprint import differences

OFFSETS = "ClipMatrix offsets"


def _apply(blender, take):
    assert blender.ops.clipmatrix.take_apply(take=take) == {"FINISHED"}


def _compare(blender):
    assert blender.ops.clipmatrix.take_compare() == {"FINISHED"}


def _wardrobe(blender, name="Rig"):
    return blender.data.objects[name].clipmatrix_wardrobe


def _points(key):
    flat = np.empty(len(key.points) * 3, np.float32)
    key.points.foreach_get("co", flat)
    return flat


def test_before_and_after_change_places_without_losing_a_byte(blender, character, accept, looks, same):
    before = looks()
    accept()
    after = looks()
    for _ in range(2):
        _compare(blender)
        same(before)
        _compare(blender)
        same(after)


def test_accepting_keeps_what_was_on_the_character_and_says_what_it_is(blender, character, accept):
    take = accept(seed=7, prompt="a blue knight")
    own = _wardrobe(blender)
    assert [one.name for one in own.takes] == ["As it came", "a blue knight 7"]
    assert own.worn == take.uid
    assert (take.prompt, take.seed, take.steps) == ("a blue knight 7", 7, 5)
    assert take.similarity == pytest.approx(0.3)
    assert take.parent == "original"
    assert take.date[:2] == "20"


def test_every_take_comes_back_byte_for_byte(blender, character, accept, looks, same):
    original, kept = looks(), {}
    for seed in (1, 2, 3):
        uid = accept(seed).uid
        kept[uid] = looks()
    for uid in (*reversed(kept), *kept, "original", *kept):
        _apply(blender, uid)
        same(kept.get(uid, original))


@pytest.mark.parametrize(
    "vary",
    [
        Vary(offsets=0),
        Vary(texture=0, material=0),
        Vary(shape=0, offsets=0),
        Vary(offsets=0, texture=0),
        Vary(normals=1),
        Vary(shape=0, offsets=0, texture=0, material=0, normals=1),
    ],
)
def test_takes_that_change_only_some_things_come_back_too(blender, character, accept, looks, same, vary):
    before = looks()
    accept(1)
    full = looks()
    partial = accept(2, vary).uid
    changed = looks()
    _apply(blender, "original")
    same(before)
    _apply(blender, partial)
    same(changed)
    _apply(blender, _wardrobe(blender).takes[1].uid)
    same(full)


def test_what_is_changed_on_a_worn_take_is_kept_with_it(blender, character, accept, looks, same):
    accept(1)
    key = character[0].data.shape_keys.key_blocks[OFFSETS]
    key.points[5].co.x += 0.5
    key.value = 0.75
    character[0].data.shape_keys.key_blocks["wide"].value = 0.9
    mine = blender.data.materials.new("mine")
    character[0].material_slots[2].material = mine
    character[0].material_slots[0].material.roughness = 0.123
    changed = looks()
    _compare(blender)
    _compare(blender)
    same(changed)
    accept(2)
    _apply(blender, _wardrobe(blender).takes[1].uid)
    same(changed)


def test_what_is_changed_on_the_original_is_kept_with_it(blender, character, accept, looks, same):
    accept(1)
    _compare(blender)
    character[0].data.shape_keys.key_blocks["wide"].value = 0.6
    character[0].material_slots[1].material = None
    changed = looks()
    _compare(blender)
    _compare(blender)
    same(changed)


def test_a_take_follows_a_basis_that_is_sculpted_later(blender, character, accept):
    uid = accept(1).uid
    worn = _points(character[1].data.shape_keys.key_blocks[OFFSETS])
    _compare(blender)
    assert character[1].data.shape_keys is None
    character[1].data.vertices[2].co.z += 0.25
    _apply(blender, uid)
    moved = (_points(character[1].data.shape_keys.key_blocks[OFFSETS]) - worn).reshape(-1, 3)
    np.testing.assert_allclose(moved[2], [0, 0, 0.25], atol=1e-6)
    assert not np.delete(moved, 2, axis=0).any()


def test_a_key_removed_by_hand_can_be_put_on_again(blender, character, accept):
    uid = accept(1).uid
    worn = _points(character[0].data.shape_keys.key_blocks[OFFSETS])
    character[0].shape_key_remove(character[0].data.shape_keys.key_blocks[OFFSETS])
    character[1].shape_key_clear()
    _compare(blender)
    _apply(blender, uid)
    assert np.array_equal(_points(character[0].data.shape_keys.key_blocks[OFFSETS]), worn)


def test_animation_and_corrections_of_a_take_outlive_the_comparison(blender, character, accept, looks, same):
    accept(1)
    thing, hat = character
    key = thing.data.shape_keys.key_blocks[OFFSETS]
    key.value = 0
    key.keyframe_insert("value", frame=1)
    key.value = 1
    key.keyframe_insert("value", frame=48)
    hat.data.shape_keys.key_blocks[OFFSETS].vertex_group = hat.vertex_groups.new(name="brim").name
    correction = thing.shape_key_add(name="correction", from_mix=False)
    correction.relative_key = key
    after = looks()
    basis = _points(thing.data.shape_keys.reference_key)
    _compare(blender)
    assert np.array_equal(_points(thing.data.shape_keys.key_blocks[OFFSETS]), basis)
    assert thing.data.shape_keys.animation_data.action is not None
    _compare(blender)
    same(after)


def test_keyframes_of_the_takes_slider_move_the_next_take_as_well(blender, character, accept):
    first = accept(1).uid
    key = character[0].data.shape_keys.key_blocks[OFFSETS]
    for frame, value in ((1, 0.0), (41, 1.0)):
        key.value = value
        key.keyframe_insert("value", frame=frame)
    blender.context.scene.frame_set(11)
    worn = character[0].data.shape_keys.key_blocks[OFFSETS].value
    assert 0 < worn < 0.5
    accept(2)
    assert character[0].data.shape_keys.animation_data.action is not None
    blender.context.scene.frame_set(11)
    _apply(blender, first)
    assert character[0].data.shape_keys.key_blocks[OFFSETS].value == worn


def test_a_mesh_that_is_shared_since_is_refused_with_a_fix(blender, scenes, rooms, character, accept, looks, same):
    accept(1)
    twin = scenes.add("Twin", character[1].data)
    before = looks()
    with pytest.raises(RuntimeError, match="shares its mesh"):
        _compare(blender)
    same(before)
    assert rooms("job.session").current().error.operator == "clipmatrix.single_user"
    blender.data.objects.remove(twin)
    _compare(blender)


@pytest.mark.parametrize("mode", ["POSE", "WEIGHT_PAINT", "SCULPT"])
def test_a_result_can_be_accepted_in_other_modes(blender, scenes, character, accept, looks, same, mode):
    before = looks()
    if mode == "POSE":
        scenes.select(character[0].parent)
    blender.ops.object.mode_set(mode=mode)
    accept(1)
    assert _wardrobe(blender).takes[1].picture
    blender.ops.object.mode_set(mode="OBJECT")
    scenes.select(character[0])
    after = looks()
    _compare(blender)
    changed = [line.split(": ")[1] for line in differences(before, looks())]
    assert not [path for path in changed if path.startswith(("meshes", "shape_keys", "objects/Column/material_slots"))]
    _compare(blender)
    same(after)


def test_a_slider_made_after_the_first_take_goes_back_to_where_it_was(blender, character, accept, looks, same):
    accept(1)
    tall = character[0].shape_key_add(name="tall", from_mix=False)
    tall.value = 0.5
    _compare(blender)
    before = looks()
    _compare(blender)
    accept(2)
    assert character[0].data.shape_keys.key_blocks["tall"].value != 0.5
    _apply(blender, "original")
    same(before)


def test_a_remodelled_part_is_refused_with_nothing_changed(blender, scenes, character, accept, looks, same):
    first = accept(1).uid
    accept(2)
    scenes.select(character[1])
    blender.ops.object.mode_set(mode="EDIT")
    blender.ops.mesh.select_all(action="SELECT")
    blender.ops.mesh.subdivide()
    blender.ops.object.mode_set(mode="OBJECT")
    remodelled = looks()
    with pytest.raises(RuntimeError, match="Hat has 26 vertices now, and had 8 when this take was made"):
        _apply(blender, first)
    same(remodelled)
    _compare(blender)  # the original asks for no vertices
    assert character[1].data.shape_keys is None
    _compare(blender)  # and the worn take has been remodelled with the mesh
    same(remodelled)


def test_a_hidden_part_changes_with_the_others(blender, character, accept, looks, same):
    before = looks()
    first = accept(1).uid
    worn = looks()
    character[1].hide_set(True)
    accept(2)  # which does not see the hat
    _apply(blender, "original")
    character[1].hide_set(False)
    same(before)
    _apply(blender, first)
    same(worn)


def test_a_renamed_character_keeps_its_takes(blender, character, accept, looks, same):
    for name in ("Rig", "Column", "Hat"):
        blender.data.objects[name].name = f"old {name}"
    blender.data.objects["old Column"].data.name = "another mesh"
    before = looks()
    accept(1)
    for name in ("old Rig", "old Column", "old Hat"):
        blender.data.objects[name].name = name.removeprefix("old ")
    _compare(blender)
    for name in ("Rig", "Column", "Hat"):
        blender.data.objects[name].name = f"old {name}"
    same(before)


def test_two_characters_have_takes_of_their_own(blender, scenes, character, accept, looks, same):
    accept(1)
    other, rig = scenes.column("Other"), scenes.chain("Other rig")
    scenes.skin(other, rig, scenes.smooth_weights(other, rig))
    scenes.select(other)
    before = looks()
    accept(2)
    both = looks()
    assert [take.name for take in _wardrobe(blender, "Other rig").takes] == ["As it came", "a take 2"]
    assert [take.name for take in _wardrobe(blender).takes] == ["As it came", "a take 1"]
    _compare(blender)
    same(before)
    _compare(blender)
    same(both)


def test_meshes_without_a_rig_have_takes_as_well(blender, scenes, accept, looks, same):
    cup, saucer = scenes.cube("Cup"), scenes.cube("Saucer", size=0.8)
    scenes.select(cup, saucer)
    before = looks()
    accept(1)
    after = looks()
    _compare(blender)
    same(before)
    _compare(blender)
    same(after)
    scenes.select(saucer)
    _compare(blender)
    assert saucer.data.shape_keys is None
    assert cup.data.shape_keys is not None


def test_a_job_on_a_take_that_left_the_finish_alone_starts_from_the_finish_of_most_faces(
    blender, character, accept, rooms
):
    cloth = blender.data.materials["cloth"].node_tree.nodes["Principled BSDF"].inputs
    skin = blender.data.materials["skin"].node_tree.nodes["Principled BSDF"].inputs
    cloth["Roughness"].default_value, skin["Roughness"].default_value = 0.75, 0.25
    for face in character[0].data.polygons:
        face.material_index = 1
    accept(1, Vary(material=0))
    shot = rooms("scene.snapshot").snapshot(blender.context, character)
    assert shot.character.start_look.roughness == 0.75


@pytest.mark.parametrize("vary", [Vary(), Vary(texture=0), Vary(texture=0, offsets=0, shape=0)])
def test_a_job_starts_from_the_finish_of_the_take_that_is_worn(blender, character, accept, rooms, vary):
    accept(1, vary)
    worn = character[0].material_slots[0].material.node_tree.nodes["Principled BSDF"].inputs
    shot = rooms("scene.snapshot").snapshot(blender.context, character)
    assert shot.character.start_look.roughness == worn["Roughness"].default_value != 0.5


def test_a_take_whose_key_is_renamed_is_taken_off_and_put_on(blender, character, accept):
    accept()
    keys = character[0].data.shape_keys.key_blocks
    keys[OFFSETS].name = "orc"
    worn = _points(keys["orc"])
    _compare(blender)
    assert [key.name for key in keys] == ["Basis", "wide"]
    _compare(blender)
    assert len(keys) == 3
    assert np.array_equal(_points(keys[2]), worn)


def test_a_duplicate_of_a_takes_key_is_the_artists(blender, character, accept):
    if "shape_key_copy" not in dir(blender.ops.object):
        pytest.skip("this Blender can't duplicate a shape key")
    accept()
    thing = character[0]
    thing.active_shape_key_index = thing.data.shape_keys.key_blocks.find(OFFSETS)
    blender.ops.object.shape_key_copy()
    copied = _points(thing.data.shape_keys.key_blocks[f"{OFFSETS}.001"])
    for _ in range(3):
        _compare(blender)
    assert OFFSETS not in thing.data.shape_keys.key_blocks
    assert np.array_equal(_points(thing.data.shape_keys.key_blocks[f"{OFFSETS}.001"]), copied)


def test_a_take_whose_key_is_renamed_is_no_slider_of_the_character(blender, character, accept, rooms):
    accept()
    character[0].data.shape_keys.key_blocks[OFFSETS].name = "orc"
    shot = rooms("scene.snapshot").snapshot(blender.context, character)
    assert [shape.name for shape in shot.character.shapes] == ["wide"]
    assert len(shot.character.start_offsets) == 2
    assert rooms("scene.overview").overview(character, character[0].parent).keys == 1
