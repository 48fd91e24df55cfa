"""What an artist does to the scene while a job streams into it: nothing is lost, and Discard restores every byte."""

import pytest
from clipmatrix_protocol import Cancel, Done, Update

from ..fingerprint import differences, fingerprint
from .peer import SUMMARY, finish, generate, job, pump, shown, state


@pytest.fixture
def original(blender, scenes, connected, peer):
    """What the file was before the job that runs now; the artist's step before it can be undone."""
    scenes.character()
    blender.ops.ed.undo_push(message="before")
    before = fingerprint(blender)
    generate(blender, connected, peer)
    assert differences(before, fingerprint(blender))
    return before


def changes(original, blender):
    """What is not as it was, but for one thing that Blender itself forgets at any undo."""
    forgotten = "tool_settings.particle_edit/object"
    return [line for line in differences(original, fingerprint(blender)) if forgotten not in line]


def column(blender):
    return blender.data.objects["Column"]


def test_discarding_restores_every_byte(blender, connected, peer, original):
    finish(connected, peer)
    blender.ops.clipmatrix.discard()
    assert changes(original, blender) == []


def test_updates_wait_while_the_artist_is_in_edit_mode(blender, running, peer):
    blender.ops.object.mode_set(mode="EDIT")
    peer.say(Update(job(peer), 2, state(peer, 0.2)))
    pump(running, peer, lambda: running.waits == "Column is in edit mode")
    blender.ops.object.mode_set(mode="OBJECT")
    pump(running, peer, lambda: shown(blender) == 0.2)
    assert running.waits == ""


@pytest.mark.parametrize("mode", ["SCULPT", "WEIGHT_PAINT", "VERTEX_PAINT", "TEXTURE_PAINT"])
def test_updates_arrive_in_sculpt_and_paint_modes_and_the_weights_stay(blender, connected, peer, original, mode):
    blender.ops.object.mode_set(mode=mode)
    before = [[(entry.group, entry.weight) for entry in vertex.groups] for vertex in column(blender).data.vertices]
    peer.say(Update(job(peer), 2, state(peer, 0.2)))
    pump(connected, peer, lambda: shown(blender) == 0.2 or connected.waits)
    blender.ops.object.mode_set(mode="OBJECT")
    pump(connected, peer, lambda: shown(blender) == 0.2)
    after = [[(entry.group, entry.weight) for entry in vertex.groups] for vertex in column(blender).data.vertices]
    assert before == after
    finish(connected, peer)
    blender.ops.clipmatrix.discard()
    assert shown(blender) is None
    assert not column(blender).material_slots


def test_an_undo_while_the_job_runs_takes_the_draft_away_for_one_tick_only(blender, connected, peer, original):
    blender.ops.ed.undo_push(message="something the artist did")
    blender.ops.ed.undo()
    assert shown(blender) is None
    pump(connected, peer, lambda: shown(blender) == 0.1 and not connected.is_writing)
    assert column(blender).material_slots[0].material.name.startswith("ClipMatrix")
    finish(connected, peer)
    pump(connected, peer, lambda: shown(blender) == 0.5)
    blender.ops.clipmatrix.discard()
    assert changes(original, blender) == []


def test_what_the_artist_has_undone_stays_undone_after_discard(blender, scenes, connected, peer):
    """The draft begins anew after an undo: what it restores is what the undo has restored."""
    thing, _ = scenes.character()
    thing.shape_key_add(name="Basis")
    wide = thing.shape_key_add(name="wide", from_mix=False)
    wide.data[0].co.x += 0.1
    wide.value = 0.25
    blender.ops.ed.undo_push(message="a quarter")
    wide.value = 0.5
    blender.ops.ed.undo_push(message="a half")
    generate(blender, connected, peer)
    blender.ops.ed.undo()
    pump(connected, peer, lambda: shown(blender) == 0.1)
    finish(connected, peer)
    blender.ops.clipmatrix.discard()
    assert column(blender).data.shape_keys.key_blocks["wide"].value == 0.25


def test_one_undo_step_takes_an_accepted_take_back_and_redo_brings_it_again(blender, connected, peer, original):
    finish(connected, peer)
    blender.ops.clipmatrix.accept("EXEC_DEFAULT", True)  # True: with its undo step, as a click has it
    accepted = fingerprint(blender)
    blender.ops.ed.undo()
    connected.tick()
    assert changes(original, blender) == []
    blender.ops.ed.redo()
    connected.tick()
    assert changes(accepted, blender) == []
    assert shown(blender) == 0.5


def test_an_undo_step_made_meanwhile_does_not_bring_an_accepted_draft_back(blender, connected, peer, original):
    """The step holds a half-finished draft, as does the scene that Blender restores from it."""
    column(blender).location.x = 3
    blender.ops.ed.undo_push(message="moved")
    finish(connected, peer)
    blender.ops.clipmatrix.accept("EXEC_DEFAULT", True)
    blender.ops.ed.undo()
    connected.tick()
    assert column(blender).location.x == 3
    column(blender).location.x = 0
    assert changes(original, blender) == []
    assert connected.result is None
    blender.ops.ed.redo()
    connected.tick()
    assert shown(blender) == 0.5


def test_an_undo_step_made_meanwhile_does_not_bring_a_discarded_draft_back(blender, connected, peer, original):
    blender.ops.ed.undo_push(message="something")
    finish(connected, peer)
    blender.ops.clipmatrix.discard()
    blender.ops.ed.undo_push(message="something else")
    blender.ops.ed.undo()
    assert shown(blender) is not None
    connected.tick()
    assert changes(original, blender) == []


def test_a_draft_that_is_over_waits_for_edit_mode_to_end_before_it_is_taken_off(blender, connected, peer, original):
    blender.ops.ed.undo_push(message="something")
    finish(connected, peer)
    blender.ops.clipmatrix.discard()
    blender.ops.ed.undo_push(message="something else")
    blender.ops.ed.undo()
    blender.ops.object.mode_set(mode="EDIT")
    connected.tick()
    blender.ops.object.mode_set(mode="OBJECT")
    assert shown(blender) is not None
    connected.tick()
    assert shown(blender) is None
    assert not column(blender).material_slots


def test_a_renamed_character_is_still_found(blender, connected, peer, original):
    column(blender).name = "Pillar"
    peer.say(Update(job(peer), 2, state(peer, 0.2)))
    mesh = blender.data.objects["Pillar"].data
    pump(connected, peer, lambda: mesh.shape_keys.key_blocks["ClipMatrix offsets"].data[0].co.x > 0.55)
    finish(connected, peer)
    blender.ops.clipmatrix.discard()
    blender.data.objects["Pillar"].name = "Column"
    assert changes(original, blender) == []


def test_a_deleted_character_stops_the_job_and_an_undo_brings_it_back_with_the_result(
    blender, connected, peer, phase, original
):
    blender.ops.ed.undo_push(message="something")
    blender.data.objects.remove(column(blender))
    blender.ops.ed.undo_push(message="deleted")
    peer.say(Update(job(peer), 2, state(peer, 0.2)))
    pump(connected, peer, lambda: peer.last(Cancel))
    assert "no longer in the file" in connected.error.message
    peer.say(Done(job(peer), state(peer, 0.3), SUMMARY))
    pump(connected, peer, lambda: connected.state is phase.FINISHED)
    assert "no longer in the file" in connected.error.message
    with pytest.raises(RuntimeError, match="no longer in the file"):
        blender.ops.clipmatrix.accept()
    blender.ops.ed.undo()
    pump(connected, peer, lambda: shown(blender) == 0.3)
    assert connected.error is None
    blender.ops.clipmatrix.discard()
    assert changes(original, blender) == []


def test_the_result_of_a_deleted_character_can_be_discarded(blender, connected, peer, phase, original):
    blender.data.objects.remove(column(blender))
    finish(connected, peer)
    blender.ops.clipmatrix.discard()
    assert (connected.state, connected.result, connected.error) == (phase.IDLE, None, None)
    assert not [image for image in blender.data.images if image.name.startswith("ClipMatrix")]


def test_a_remodelled_character_stops_the_job_with_a_sentence(blender, connected, peer, original):
    column(blender).data.vertices.add(1)
    peer.say(Update(job(peer), 2, state(peer, 0.2)))
    pump(connected, peer, lambda: peer.last(Cancel))
    assert "remodelled" in connected.error.message
    finish(connected, peer)
    blender.ops.clipmatrix.discard()
    assert connected.error is None


@pytest.mark.parametrize("linked", [False, True])
def test_a_copy_that_was_made_meanwhile_is_as_the_original_was_after_discard(
    blender, scenes, connected, peer, original, linked
):
    scenes.select(column(blender))
    blender.ops.object.duplicate(linked=linked)
    copy = blender.context.object
    assert copy is not column(blender)
    finish(connected, peer)
    blender.ops.clipmatrix.discard()
    for thing in (copy, column(blender)):
        assert thing.data.shape_keys is None
        assert not thing.material_slots
        assert not thing.clipmatrix_draft


def test_a_copy_that_was_made_meanwhile_keeps_its_look_after_accept(blender, scenes, connected, peer, original):
    scenes.select(column(blender))
    blender.ops.object.duplicate()
    copy = blender.context.object
    finish(connected, peer)
    blender.ops.clipmatrix.accept()
    assert copy.material_slots[0].material.name.startswith("ClipMatrix")
    assert not copy.clipmatrix_draft
    assert not column(blender).clipmatrix_draft


def test_updates_arrive_while_another_scene_is_shown(blender, connected, peer, original):
    first = blender.context.scene
    blender.context.window.scene = blender.data.scenes.new("Other")
    peer.say(Update(job(peer), 2, state(peer, 0.2)))
    pump(connected, peer, lambda: shown(blender) == 0.2)
    finish(connected, peer)
    blender.ops.clipmatrix.discard()
    blender.context.window.scene = first
    blender.data.scenes.remove(blender.data.scenes["Other"])
    assert changes(original, blender) == []


def test_a_picture_rendered_meanwhile_shows_one_state_and_the_job_goes_on(blender, connected, peer, original, tmp_path):
    scene = blender.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.samples = 1
    scene.render.resolution_x = scene.render.resolution_y = 16
    scene.render.filepath = str(tmp_path / "picture.png")
    scene.camera = blender.data.objects.new("Eye", blender.data.cameras.new("Eye"))
    scene.collection.objects.link(scene.camera)
    peer.say(Update(job(peer), 2, state(peer, 0.2)))
    blender.ops.render.render(write_still=True)
    pump(connected, peer, lambda: shown(blender) == 0.2)
    assert (tmp_path / "picture.png").exists()


def test_materials_the_artist_assigns_meanwhile_are_theirs_to_keep(blender, connected, peer, original):
    own = blender.data.materials.new("gold")
    finish(connected, peer)
    pump(connected, peer, lambda: shown(blender) == 0.5)
    column(blender).material_slots[0].material = own
    blender.ops.clipmatrix.discard()
    assert column(blender).material_slots[0].material == own
    assert shown(blender) is None


def test_switching_the_extension_off_and_on_again_keeps_the_result_and_what_it_takes_to_discard_it(
    blender, rooms, connected, peer, original
):
    module = rooms("__init__").__name__.removesuffix(".__init__")
    blender.ops.preferences.addon_disable(module=module)
    assert shown(blender) == 0.1
    blender.ops.preferences.addon_enable(module=module)
    session = rooms("job.session").current()
    session.tick()
    assert session.result is not None
    blender.ops.clipmatrix.discard()
    assert changes(original, blender) == []
