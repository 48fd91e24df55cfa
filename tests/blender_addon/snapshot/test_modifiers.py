"""Modifiers before and after the armature: which are no hindrance, which are refused, and what the buttons do."""

import numpy as np
import pytest

from ..fingerprint import differences, fingerprint
from .asking import press, read, refusal, settle

LATER = {
    "Mirror": "MIRROR",
    "Solidify": "SOLIDIFY",
    "Array": "ARRAY",
    "Mask": "MASK",
    "Displace": "DISPLACE",
    "Decimate": "DECIMATE",
}


def _shape(blender, thing):
    """The mesh Blender shows, (V, 3), world."""
    shown = thing.evaluated_get(blender.context.evaluated_depsgraph_get())
    return np.array([shown.matrix_world @ vertex.co for vertex in shown.data.vertices])


def _first(thing, name, kind):
    modifier = thing.modifiers.new(name, kind)
    thing.modifiers.move(len(thing.modifiers) - 1, 0)
    return modifier


@pytest.mark.parametrize("name", LATER)
def test_a_modifier_after_the_armature_is_named_and_left_alone(blender, scenes, rooms, name):
    thing, _ = scenes.character()
    thing.modifiers.new(name, LATER[name])
    before = fingerprint(blender)
    shot = read(blender, rooms)
    assert shot.remarks == (f"ClipMatrix sees Column without its {name} modifier.",)
    assert len(shot.character.parts[0].vertices) == len(thing.data.vertices)
    assert differences(before, fingerprint(blender)) == []


@pytest.mark.parametrize("kind", ["SUBSURF", "TRIANGULATE", "WEIGHTED_NORMAL"])
def test_a_modifier_that_changes_nothing_clip_could_see_gets_no_remark(blender, scenes, rooms, kind):
    thing, _ = scenes.character()
    thing.modifiers.new("Any", kind)
    assert read(blender, rooms).remarks == ()


def test_a_modifier_before_the_armature_that_moves_vertices_only_gets_a_remark(blender, scenes, rooms):
    thing, _ = scenes.character()
    _first(thing, "Bend", "SIMPLE_DEFORM")
    assert "without its Bend" in read(blender, rooms).remarks[0]


@pytest.mark.parametrize("kind", ["SUBSURF", "SOLIDIFY", "BEVEL"])
def test_what_does_as_well_below_the_armature_is_moved_there(blender, scenes, rooms, kind):
    thing, _ = scenes.character()
    _first(thing, "Early", kind)
    thing.modifiers.new("Last", "MASK")
    found = refusal(blender, rooms)
    assert found.fix.label == "Move Early Down"
    press(blender, found)
    assert [modifier.name for modifier in thing.modifiers] == ["Armature", "Early", "Last"]
    read(blender, rooms)


def test_a_mirror_before_the_armature_is_applied_and_the_character_looks_as_before(blender, scenes, rooms):
    thing, rig = scenes.character()
    _first(thing, "Mirror", "MIRROR").use_axis[0] = True
    _first(thing, "Bend", "SIMPLE_DEFORM").angle = 0.3
    thing.location.x = 1
    rig.pose.bones["bone1"].rotation_mode = "XYZ"
    rig.pose.bones["bone1"].rotation_euler.y = 0.7
    blender.context.view_layer.update()
    before = _shape(blender, thing)
    found = refusal(blender, rooms)
    assert "Mirror modifier changes the mesh before the armature" in found.message
    assert found.fix.label == "Apply Mirror"
    press(blender, found)
    blender.context.view_layer.update()
    assert [modifier.name for modifier in thing.modifiers] == ["Armature"]
    np.testing.assert_allclose(_shape(blender, thing), before, atol=1e-5)
    assert len(read(blender, rooms).character.parts[0].vertices) == len(before)


def test_a_mirror_on_a_mesh_with_shape_keys_is_switched_off_instead(blender, scenes, rooms):
    thing, _ = scenes.character()
    thing.shape_key_add(name="Basis")
    mirror = _first(thing, "Mirror", "MIRROR")
    found = refusal(blender, rooms)
    assert "shape keys" in found.remedy
    with pytest.raises(RuntimeError, match="has shape keys"):
        blender.ops.clipmatrix.apply_modifier(object="Column", modifier="Mirror")
    press(blender, found)
    assert not mirror.show_viewport
    assert not mirror.show_render
    read(blender, rooms)


def test_a_modifier_that_is_switched_off_or_works_in_renders_alone_is_none(blender, scenes, rooms):
    thing, _ = scenes.character()
    _first(thing, "Mirror", "MIRROR").show_viewport = False
    assert read(blender, rooms).remarks == ()


def test_of_two_armature_modifiers_the_button_switches_the_last_one_off(blender, scenes, rooms):
    thing, rig = scenes.character()
    other = scenes.chain("Other rig")
    thing.modifiers.new("Clothes", "ARMATURE").object = other
    scenes.select(thing)
    found = refusal(blender, rooms)
    assert found.fix.label == "Switch Off Clothes"
    press(blender, found)
    assert rooms("scene.characters").selected_cast(blender.context).armature == rig
    read(blender, rooms)


def test_an_armature_modifier_without_an_armature_counts_for_nothing(blender, scenes, rooms):
    thing, _ = scenes.character()
    thing.modifiers.new("Nobody", "ARMATURE")
    read(blender, rooms)


@pytest.mark.parametrize("flag", ["use_bone_envelopes", "use_multi_modifier"])
def test_envelopes_and_multi_modifier_are_turned_off_by_the_button(blender, scenes, rooms, flag):
    thing, _ = scenes.character()
    setattr(thing.modifiers["Armature"], flag, True)
    press(blender, refusal(blender, rooms))
    assert not getattr(thing.modifiers["Armature"], flag)
    read(blender, rooms)


def test_envelopes_without_any_weights_are_refused_without_a_button(blender, scenes, rooms):
    thing, _ = scenes.character()
    thing.vertex_groups.clear()
    thing.modifiers["Armature"].use_bone_envelopes = True
    found = refusal(blender, rooms)
    assert found.fix is None
    assert "Automatic Weights" in found.remedy


def test_vertex_groups_without_bones_and_bones_without_groups_are_passed_over(blender, scenes, rooms):
    thing, _ = scenes.character()
    thing.vertex_groups.new(name="pinned cloth").add(range(20), 1.0, "REPLACE")
    thing.vertex_groups.remove(thing.vertex_groups["bone1"])
    joints = read(blender, rooms).character.joints
    assert joints == ("bone0", "bone2", "(still)")


def test_an_armature_modifier_without_vertex_groups_leaves_the_part_where_it_is(blender, scenes, rooms):
    thing, _ = scenes.character()
    thing.modifiers["Armature"].use_vertex_groups = False
    character = read(blender, rooms).character
    assert character.joints == ("(still)",)


def test_all_of_a_robots_mirrors_are_settled_one_after_the_other(blender, scenes, rooms):
    thing, rig = scenes.character()
    for index in range(3):
        other = scenes.column(f"Extra {index}")
        scenes.skin(other, rig, scenes.smooth_weights(other, rig))
        _first(other, "Mirror", "MIRROR")
        _first(other, "Subdivision", "SUBSURF")
    scenes.select(thing)
    _, said = settle(blender, rooms, most=12)
    assert len(said) == 6
