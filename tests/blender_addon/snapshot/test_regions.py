"""Vertex groups and bones as regions: how far each vertex of each part belongs to them."""

import numpy as np
import pytest

from .asking import read


@pytest.fixture
def regions(blender, rooms):
    """The regions of the selected character's snapshot, by label."""

    def call(*pairs):
        stretch = rooms("scene.regions").Stretch
        shot = read(blender, rooms, stretches=[stretch(kind, name) for kind, name in pairs])
        return {region.name: region.weights for region in shot.character.regions}

    return call


@pytest.fixture
def dressed(blender, scenes):
    """A skinned column, a mirrored hat on its top bone by way of an empty, and a shoe on its lowest one."""
    thing, rig = scenes.character()
    hook = scenes.add("Hook", None)
    hook.parent, hook.parent_type, hook.parent_bone = rig, "BONE", "bone2"
    hat, shoe = scenes.cube("Hat"), scenes.cube("Shoe")
    hat.parent, hat.scale = hook, (-1, 1, 1)
    shoe.parent, shoe.parent_type, shoe.parent_bone = rig, "BONE", "bone0"
    scenes.select(thing)
    return thing, rig


def group(thing, name, weights):
    made = thing.vertex_groups.new(name=name)
    for vertex, weight in weights.items():
        made.add([vertex], weight, "REPLACE")


def expected(thing, rig, names):
    """Normalised deform weights, added up by Blender's own rules."""
    indices = [thing.vertex_groups[name].index for name in names]
    rows = []
    for vertex in thing.data.vertices:
        entries = {entry.group: entry.weight for entry in vertex.groups}
        rows.append(sum(entries.get(index, 0) for index in indices) / sum(entries.values()))
    return np.array(rows, np.float32)


def test_a_vertex_group_is_a_region_with_its_weights_and_nothing_on_parts_without_it(dressed, regions):
    group(dressed[0], "face", {3: 1.0, 5: 0.25})
    column, hat, shoe = regions(("GROUP", "face"))["group: face"]
    assert column.dtype == np.float32
    assert {int(vertex): float(column[vertex]) for vertex in np.flatnonzero(column)} == {3: 1.0, 5: 0.25}
    assert not hat.any()
    assert not shoe.any()


def test_a_group_that_several_parts_have_is_one_region(blender, dressed, regions):
    group(dressed[0], "skin", {1: 1.0})
    group(blender.data.objects["Hat"], "skin", {2: 1.0, 6: 0.5})  # mirrored: vertex order stays the object's own
    column, hat, _ = regions(("GROUP", "skin"))["group: skin"]
    assert np.flatnonzero(column).tolist() == [1]
    assert np.flatnonzero(hat).tolist() == [2, 6]


def test_a_bone_is_all_that_it_and_those_below_it_move(dressed, regions):
    thing, rig = dressed
    found = regions(("BONE", "bone0"), ("BONE", "bone1"), ("BONE", "bone2"))
    for label, family, on_hat, on_shoe in (
        ("bone: bone0", ["bone0", "bone1", "bone2"], 1, 1),
        ("bone: bone1", ["bone1", "bone2"], 1, 0),
        ("bone: bone2", ["bone2"], 1, 0),
    ):
        column, hat, shoe = found[label]
        np.testing.assert_allclose(column, expected(thing, rig, family), atol=1e-6)
        assert (hat == on_hat).all()
        assert (shoe == on_shoe).all()


def test_a_bone_that_does_not_deform_stands_for_those_below_it(dressed, regions):
    thing, rig = dressed
    rig.data.bones["bone1"].use_deform = False
    column = regions(("BONE", "bone1"))["bone: bone1"][0]
    weights = {name: expected(thing, rig, [name]) for name in ("bone0", "bone2")}
    np.testing.assert_allclose(column, weights["bone2"] / (weights["bone0"] + weights["bone2"]), atol=1e-6)


def test_a_part_held_by_a_constraint_belongs_to_the_bone_it_follows(blender, scenes, regions):
    thing, rig = scenes.character()
    lamp = scenes.cube("Lamp")
    held = lamp.constraints.new("CHILD_OF")
    held.target, held.subtarget = rig, "bone1"
    scenes.select(thing)
    assert (regions(("BONE", "bone1"))["bone: bone1"][1] == 1).all()
    assert not regions(("BONE", "bone2"))["bone: bone2"][1].any()


def test_a_vertex_group_and_a_bone_of_one_name_are_two_regions(dressed, regions):
    assert list(regions(("GROUP", "bone1"), ("BONE", "bone1"), ("GROUP", "bone1"))) == ["group: bone1", "bone: bone1"]


def test_the_rest_of_a_region_is_all_but_that_on_every_part(dressed, rooms, blender):
    group(dressed[0], "face", {3: 1.0, 5: 0.25})
    stretch = rooms("scene.regions").Stretch("GROUP", "face", inverted=True)
    (rest,) = read(blender, rooms, stretches=[stretch]).character.regions
    column, hat, shoe = rest.weights
    assert (rest.name, column.dtype) == ("all but group: face", np.float32)
    assert {int(vertex): float(column[vertex]) for vertex in np.flatnonzero(column < 1)} == {3: 0.0, 5: 0.75}
    assert (hat == 1).all()
    assert (shoe == 1).all()


def test_several_rests_are_what_none_of_them_spares(dressed, rooms, blender):
    group(dressed[0], "face", {3: 1.0, 5: 0.25})
    group(dressed[0], "chin", {5: 0.5, 7: 1.0})
    stretch = rooms("scene.regions").Stretch
    asked = [stretch("GROUP", "face", inverted=True), stretch("GROUP", "chin", inverted=True), stretch("GROUP", "face")]
    *rests, face = read(blender, rooms, stretches=asked).character.regions
    for rest in rests:
        column = rest.weights[0]
        assert {int(vertex): float(column[vertex]) for vertex in np.flatnonzero(column < 1)} == {3: 0.0, 5: 0.5, 7: 0.0}
    assert np.flatnonzero(face.weights[0]).tolist() == [3, 5]


def test_a_character_nobody_asks_regions_of_has_none(dressed, regions):
    assert regions() == {}


@pytest.mark.parametrize(
    ("kind", "name", "words"),
    [
        ("GROUP", "nose", r"no vertex group “nose” on Column, Hat and 1 more\. Choose"),
        ("GROUP", "nobody", r"vertex group “nobody” is empty\. Assign"),
        ("BONE", "bone9", r"no bone “bone9” in Rig\. Choose"),
        ("BONE", "handle", r"bone “handle” moves no vertex\. Choose"),
        ("GROUP", "n" * 62, r"too long\. Rename"),
    ],
)
def test_a_region_that_is_missing_or_empty_is_refused_by_name(
    blender, scenes, dressed, regions, rooms, kind, name, words
):
    thing, rig = dressed
    group(thing, "nobody", {})
    group(thing, "n" * 62, {1: 1.0})
    blender.context.view_layer.objects.active = rig
    blender.ops.object.mode_set(mode="EDIT")
    handle = rig.data.edit_bones.new("handle")
    handle.head, handle.tail = (1, 0, 0), (1, 0, 1)
    blender.ops.object.mode_set(mode="OBJECT")
    scenes.select(thing)
    with pytest.raises(rooms("errors").Refusal, match=words):
        regions((kind, name))


def test_a_bone_of_a_character_without_an_armature_is_refused(scenes, regions, rooms):
    scenes.select(scenes.cube())
    with pytest.raises(rooms("errors").Refusal, match="no armature, and so no bone “head”"):
        regions(("BONE", "head"))


def test_a_label_means_the_stretch_it_was_made_from(rooms):
    module = rooms("scene.regions")
    for kind in ("GROUP", "BONE"):
        for name in ("head", "bone: head", "a: b", "all but group: a"):
            for inverted in (False, True):
                stretch = module.Stretch(kind, name, inverted)
                assert module.labelled(stretch.label) == stretch
    assert module.labelled("orbit") is None
    assert module.labelled("1: Camera") is None
