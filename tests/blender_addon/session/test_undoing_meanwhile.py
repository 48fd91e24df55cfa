"""Undo and redo of steps that were made before a job wrote: Blender must not keep what only the job has put there."""

import pytest

from ..fingerprint import differences, fingerprint
from .peer import finish, generate, pump, shown


@pytest.fixture
def column(blender, scenes):
    """A character that the artist has moved three times."""
    thing, _ = scenes.character()
    blender.ops.ed.undo_push(message="before")
    for _ in range(3):
        thing.location.x += 1
        blender.ops.ed.undo_push(message="moved")
    return thing


def test_an_undo_of_an_earlier_step_takes_all_of_the_draft_away(blender, column, connected, peer):
    """Blender would keep the mesh, since neither step has changed it, and free the materials that it wears."""
    generate(blender, connected, peer)
    blender.ops.ed.undo()
    thing = blender.data.objects["Column"]
    assert thing.location.x == 2
    assert len(thing.material_slots) == 0
    assert shown(blender) is None
    assert not thing.clipmatrix_draft


@pytest.mark.parametrize("steps", [1, 3])
@pytest.mark.parametrize("ends", ["meanwhile", "later"])
def test_undone_and_redone_steps_leave_a_job_that_can_be_discarded(blender, column, connected, peer, steps, ends):
    before = fingerprint(blender)
    generate(blender, connected, peer)
    for _ in range(steps):
        blender.ops.ed.undo()
        pump(connected, peer, lambda: shown(blender) == 0.1 and not connected.is_writing)
    if ends == "meanwhile":
        finish(connected, peer)
    for _ in range(steps):
        blender.ops.ed.redo()
        pump(connected, peer, lambda: shown(blender) in (0.1, 0.5) and not connected.is_writing)
    if ends == "later":
        finish(connected, peer)
    assert shown(blender) == 0.5
    blender.ops.clipmatrix.discard()
    forgotten = "tool_settings.particle_edit/object"  # by Blender, at any undo
    assert [line for line in differences(before, fingerprint(blender)) if forgotten not in line] == []


def test_cursor_tool_settings_and_preferences_stay_as_at_any_undo(blender, column, connected, peer):
    for mode in ("SCULPT", "OBJECT"):  # which has settings of its own from then on
        blender.ops.object.mode_set(mode=mode)
    blender.ops.ed.undo_push(message="sculpted")
    generate(blender, connected, peer)
    preferences, scene = blender.context.preferences, blender.context.scene
    scene.cursor.location = (1, 2, 3)
    scene.cursor.rotation_euler.x = 0.5
    scene.tool_settings.use_snap = True
    scene.tool_settings.curve_paint_settings.error_threshold = 20
    scene.tool_settings.sculpt.use_symmetry_z = True
    was = preferences.is_dirty
    blender.ops.ed.undo()
    scene = blender.context.scene
    assert tuple(scene.cursor.location) == (1, 2, 3)
    assert scene.cursor.rotation_mode == "XYZ"
    assert scene.cursor.rotation_euler.x == 0.5
    assert scene.tool_settings.use_snap
    assert scene.tool_settings.curve_paint_settings.error_threshold == 20
    assert scene.tool_settings.sculpt.use_symmetry_z
    assert preferences.edit.use_global_undo
    assert preferences.is_dirty == was


def test_an_undo_that_no_job_has_written_before_is_blenders_own(blender, column, connected):
    seen = []
    blender.app.handlers.undo_pre.append(lambda *_: seen.append(blender.context.preferences.edit.use_global_undo))
    try:
        blender.ops.ed.undo()
    finally:
        blender.app.handlers.undo_pre.pop()
    assert seen == [True]


def test_a_result_that_a_script_has_accepted_is_in_no_step_yet(blender, column, connected, peer):
    generate(blender, connected, peer)
    finish(connected, peer)
    blender.ops.clipmatrix.accept()
    assert connected.scene.unrecorded
