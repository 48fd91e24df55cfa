"""Faces keep the materials that the artist gave them, whatever becomes of the slots while a job runs."""

import pytest

from .peer import finish, generate


@pytest.fixture
def column(blender, scenes, connected, peer):
    """A column whose first face is cloth and whose others are skin; a job that runs on it."""
    thing, _ = scenes.character()
    for name in ("skin", "cloth"):
        thing.data.materials.append(blender.data.materials.new(name))
    thing.data.polygons[0].material_index = 1
    generate(blender, connected, peer)
    thing.active_material_index = 0
    return thing


def _worn(thing):
    """The materials of the first two faces."""
    return [thing.material_slots[face.material_index].material.name for face in thing.data.polygons[:2]]


def test_slots_that_are_moved_keep_their_order_through_finish_and_discard(blender, column, connected, peer):
    blender.ops.object.material_slot_move(direction="DOWN")
    assert _worn(column) == ["ClipMatrix cloth", "ClipMatrix skin"]
    finish(connected, peer)
    assert _worn(column) == ["ClipMatrix cloth", "ClipMatrix skin"]
    blender.ops.clipmatrix.discard()
    assert _worn(column) == ["cloth", "skin"]


def test_slots_that_are_moved_are_known_to_the_take_as_it_came(blender, column, connected, peer):
    blender.ops.object.material_slot_move(direction="DOWN")
    finish(connected, peer)
    blender.ops.clipmatrix.accept()
    blender.ops.clipmatrix.take_compare()
    assert _worn(column) == ["cloth", "skin"]


def test_a_slot_that_is_removed_stays_removed_after_discard(blender, column, connected, peer):
    blender.ops.object.material_slot_remove()
    finish(connected, peer)
    blender.ops.clipmatrix.discard()
    assert [slot.material.name for slot in column.material_slots] == ["cloth"]


def test_another_material_in_a_slot_stays(blender, column, connected, peer):
    column.material_slots[0].material = blender.data.materials.new("gold")
    finish(connected, peer)
    assert _worn(column) == ["ClipMatrix cloth", "gold"]
    blender.ops.clipmatrix.discard()
    assert _worn(column) == ["cloth", "gold"]


def test_a_copy_of_our_material_that_is_used_elsewhere_outlives_discard(blender, scenes, column, connected, peer):
    hat = scenes.cube("Hat")
    hat.data.materials.append(column.material_slots[0].material.copy())
    hat.data.materials[0].name = "felt"
    finish(connected, peer)
    blender.ops.clipmatrix.discard()
    assert hat.material_slots[0].material.name == "felt"
    assert {material.name for material in blender.data.materials} == {"skin", "cloth", "felt"}
