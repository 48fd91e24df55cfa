"""Takes of a mesh that has been given more polygons since."""

import pytest
from clipmatrix_protocol import Vary

OFFSETS = "ClipMatrix offsets"


@pytest.fixture
def wardrobe(blender, character, accept):
    """Two takes, of which the second is worn, on a mesh that has been subdivided since."""
    blender.ops.ed.undo_push(message="before")
    first, second = accept(1).uid, accept(2).uid
    assert blender.ops.clipmatrix.subdivide("EXEC_DEFAULT", True) == {"FINISHED"}
    return character[0], first, second


def worn(blender):
    return blender.data.objects["Rig"].clipmatrix_wardrobe.worn


def test_an_earlier_take_is_refused_in_words_and_nothing_changes(blender, wardrobe, looks):
    _, first, second = wardrobe
    before = looks()
    with pytest.raises(RuntimeError, match=r"Column has 400 vertices now, and had 104 when this take was made\. Undo"):
        blender.ops.clipmatrix.take_apply(take=first)
    assert worn(blender) == second
    assert looks() == before


def test_the_take_that_was_worn_has_gone_along_and_the_character_as_it_came_always_fits(blender, wardrobe):
    thing, _, second = wardrobe
    key = thing.data.shape_keys.key_blocks[OFFSETS]
    moved = key.points[399].co - thing.data.vertices[399].co
    assert moved.length > 0.001
    blender.ops.clipmatrix.take_compare()
    assert OFFSETS not in thing.data.shape_keys.key_blocks
    blender.ops.clipmatrix.take_apply(take=second)
    again = thing.data.shape_keys.key_blocks[OFFSETS].points[399].co - thing.data.vertices[399].co
    assert (again - moved).length < 1e-6


def test_a_take_of_paint_alone_still_fits(blender, character, accept):
    thing = character[0]
    painted = accept(1, vary=Vary(shape=0, offsets=0)).uid
    blender.ops.clipmatrix.take_compare()
    blender.ops.clipmatrix.subdivide()
    blender.ops.clipmatrix.take_apply(take=painted)
    assert worn(blender) == painted
    assert thing.material_slots[0].material.name.startswith("ClipMatrix")


def test_a_new_take_can_be_made_from_the_worn_one(blender, wardrobe, accept):
    thing, _, second = wardrobe
    third = accept(3)
    assert third.parent == second
    blender.ops.clipmatrix.take_apply(take=second)
    assert worn(blender) == second
    blender.ops.clipmatrix.take_apply(take=blender.data.objects["Rig"].clipmatrix_wardrobe.takes[-1].uid)
    assert len(thing.data.shape_keys.key_blocks[OFFSETS].points) == 400


def test_an_undo_makes_the_earlier_takes_fit_again(blender, wardrobe):
    _, first, _ = wardrobe
    blender.ops.ed.undo()
    assert len(blender.data.objects["Column"].data.vertices) == 104
    assert blender.ops.clipmatrix.take_apply(take=first) == {"FINISHED"}
