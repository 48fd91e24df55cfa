"""Several takes in one go: each is kept, all begin alike, and whatever happens meanwhile nothing is lost."""

import numpy as np
import pytest
from clipmatrix_protocol import Accepted, Attach, Cancel, Done, Failed, Pause, Paused, Submit, Update
from msgspec.structs import replace

from ..fingerprint import fingerprint
from .peer import SUMMARY, be_forgotten, generate, job, pump, shown, state

STOPPED = replace(SUMMARY, stopped_early=True)


@pytest.fixture
def looks(blender):
    """What there is of the scene's objects and meshes, but for what takes are kept in, and for materials' users."""

    def look():
        left_out = ("clipmatrix_wardrobe", ".ClipMatrix", "use_fake_user", "particle_edit", "/ClipMatrix")
        found = fingerprint(blender)
        return {path: value for path, value in found.items() if not any(word in path for word in left_out)}

    return look


@pytest.fixture
def start(blender, scenes):
    """A character with a slider and a material, and three takes asked for from seed 7."""
    thing, _ = scenes.character()
    thing.shape_key_add(name="Basis")
    wide = thing.shape_key_add(name="wide", from_mix=False)
    wide.data[0].co.x += 0.1
    wide.value = 0.25
    thing.data.materials.append(blender.data.materials.new("skin"))
    settings = blender.context.scene.clipmatrix
    settings.seed, settings.variations = 7, 3
    blender.ops.ed.undo_push(message="before")
    return thing


@pytest.fixture
def series(blender, start, looks, connected, peer):
    """What the scene was before the series whose first job runs now."""
    before = looks()
    generate(blender, connected, peer)
    return before


def takes(blender):
    return blender.data.objects["Rig"].clipmatrix_wardrobe


def seeds(blender):
    return [take.seed for take in takes(blender).takes if take.brief]


def amounts(blender):
    """How far the first vertex is moved in x by each of the takes."""
    outfits = {item.take: item.mesh for item in blender.data.objects["Column"].clipmatrix_wardrobe.outfits}
    found = []
    for take in takes(blender).takes:
        mesh = outfits[take.uid]
        if take.brief:
            basis = mesh.attributes["basis"].data[0].vector
            found.append(round(mesh.vertices[0].co.x - basis.x, 3))
    return found


def done(session, peer, amount, summary=SUMMARY):
    """Have the peer finish the job under way, and wait for what follows."""
    submitted = job(peer)
    peer.say(Done(submitted, state(peer, amount, wide=amount), summary))
    pump(session, peer, lambda: session.job is None or session.job.id != submitted)


def hear(session, peer):
    """Wait until the peer has heard of the next job, and let it begin; its seed."""
    pump(session, peer, lambda: session.job.id == job(peer))
    peer.say(Accepted(job(peer)), Update(job(peer), 1, state(peer, 0.9)))
    pump(session, peer, lambda: session.job.draft is not None and not session.is_writing)
    return peer.last(Submit).brief.settings.seed


def finish_all(session, peer):
    done(session, peer, 0.1)
    hear(session, peer)
    done(session, peer, 0.2)
    hear(session, peer)
    done(session, peer, 0.3)


def test_each_result_is_a_take_and_the_character_is_as_before_in_the_end(
    blender, connected, peer, phase, series, looks
):
    finish_all(connected, peer)
    assert (connected.state, connected.job, connected.series) == (phase.IDLE, None, None)
    assert connected.remarks[-1] == "3 takes are in the list: choose in Takes."
    assert seeds(blender) == [7, 8, 9]
    assert amounts(blender) == [0.1, 0.2, 0.3]
    assert takes(blender).worn == "original"
    assert all(take.picture and take.notes and take.parent == "original" for take in takes(blender).takes[1:])
    assert looks() == series
    assert blender.data.materials["skin"].use_fake_user
    blender.ops.clipmatrix.take_apply(take=takes(blender).takes[2].uid)
    assert shown(blender) == 0.2
    assert blender.data.objects["Column"].data.shape_keys.key_blocks["wide"].value == pytest.approx(0.2)


def test_all_jobs_begin_with_the_same_character_and_differ_in_their_seeds_alone(blender, connected, peer, series):
    first = peer.last(Submit)
    done(connected, peer, 0.1)
    assert hear(connected, peer) == 8
    second = peer.last(Submit)
    assert second.job != first.job
    for ours, theirs in zip(first.character.parts, second.character.parts, strict=True):
        np.testing.assert_array_equal(ours.vertices, theirs.vertices)
    assert second.character.shapes == first.character.shapes
    assert second.character.start_offsets == first.character.start_offsets == ()
    assert second.brief == replace(first.brief, settings=replace(first.brief.settings, seed=8))


def test_a_series_grows_from_the_take_that_is_worn_and_returns_to_it(blender, start, connected, peer):
    blender.context.scene.clipmatrix.variations = 1
    generate(blender, connected, peer)
    peer.say(Done(job(peer), state(peer, 0.6), SUMMARY))
    pump(connected, peer, lambda: connected.job.ended and not connected.is_writing)
    blender.ops.clipmatrix.accept()
    worn = takes(blender).worn
    blender.context.scene.clipmatrix.variations = 2
    peer.heard.clear()
    blender.ops.clipmatrix.generate()
    pump(connected, peer, lambda: peer.last(Submit))
    hear(connected, peer)
    done(connected, peer, 0.1)
    hear(connected, peer)
    np.testing.assert_allclose(peer.last(Submit).character.start_offsets[0], 0.6, atol=1e-6)
    done(connected, peer, 0.2)
    assert takes(blender).worn == worn
    assert shown(blender) == 0.6
    assert [take.parent for take in takes(blender).takes[2:]] == [worn, worn]


def test_after_the_highest_seed_comes_0(blender, rooms, start):
    settings = blender.context.scene.clipmatrix
    settings.prompt, settings.seed = "a knight", 2**31 - 1
    properties = rooms("interface.properties")
    briefs = properties.variations(properties.brief(settings), 3)
    assert [brief.settings.seed for brief in briefs] == [2**31 - 1, 0, 1]


def test_one_undo_step_takes_all_takes_back_and_redo_brings_them_again(blender, connected, peer, series, looks):
    finish_all(connected, peer)
    blender.ops.ed.undo()
    connected.tick()
    assert list(takes(blender).takes) == []
    assert looks() == series
    blender.ops.ed.redo()
    connected.tick()
    assert seeds(blender) == [7, 8, 9]
    assert looks() == series


def test_undoing_a_step_of_ones_own_meanwhile_loses_no_take(blender, connected, peer, series, looks):
    blender.ops.ed.undo_push(message="during the first job")
    done(connected, peer, 0.1)
    hear(connected, peer)
    blender.data.objects["Column"].location.x = 3
    blender.ops.ed.undo_push(message="moved")
    done(connected, peer, 0.2)
    hear(connected, peer)
    blender.ops.ed.undo()
    assert seeds(blender) == []
    pump(connected, peer, lambda: seeds(blender) == [7, 8] and shown(blender) == 0.9)
    blender.ops.ed.redo()
    pump(connected, peer, lambda: seeds(blender) == [7, 8] and shown(blender) == 0.9)
    blender.data.objects["Column"].location.x = 0
    done(connected, peer, 0.3)
    assert amounts(blender) == [0.1, 0.2, 0.3]
    assert looks() == series


def test_stop_ends_the_series_and_what_it_has_reached_waits(blender, connected, peer, phase, series, looks):
    done(connected, peer, 0.1)
    hear(connected, peer)
    assert blender.ops.clipmatrix.stop() == {"FINISHED"}
    pump(connected, peer, lambda: peer.last(Cancel))
    peer.say(Done(job(peer), state(peer, 0.2), STOPPED))
    pump(connected, peer, lambda: connected.state is phase.FINISHED and connected.series is None)
    pump(connected, peer, lambda: shown(blender) == 0.2)
    assert seeds(blender) == [7]
    assert connected.remarks[-1] == "1 take is in the list of 3 that were asked for: choose in Takes."
    blender.ops.clipmatrix.discard()
    assert looks() == series
    assert seeds(blender) == [7]
    assert len([one for one in peer.heard if isinstance(one, Submit)]) == 2


def test_a_job_that_was_done_when_stop_was_pressed_is_kept_but_none_follows(blender, connected, peer, phase, series):
    blender.ops.clipmatrix.stop()
    done(connected, peer, 0.1)
    assert (connected.state, connected.series) == (phase.IDLE, None)
    assert seeds(blender) == [7]


def test_stopping_before_anything_has_come_leaves_the_character_alone(blender, connected, peer, phase, start, looks):
    before = looks()
    blender.ops.clipmatrix.generate()
    pump(connected, peer, lambda: peer.last(Submit))
    blender.ops.clipmatrix.stop()
    peer.say(Failed("cancelled", "The job was stopped.", "", job(peer)))
    pump(connected, peer, lambda: connected.state is phase.IDLE)
    assert connected.series is None
    assert looks() == before


@pytest.mark.parametrize("verb", ["accept", "discard"])
def test_settling_a_stopped_job_by_hand_keeps_the_others(blender, connected, peer, phase, series, verb):
    done(connected, peer, 0.1)
    hear(connected, peer)
    connected.disconnect()
    getattr(blender.ops.clipmatrix, verb)()
    connected.tick()
    assert connected.series is None
    assert seeds(blender) == ([7, 8] if verb == "accept" else [7])
    assert len([one for one in peer.heard if isinstance(one, Submit)]) == 2


def test_a_paused_series_goes_on_where_it_was(blender, connected, peer, phase, series):
    done(connected, peer, 0.1)
    hear(connected, peer)
    blender.ops.clipmatrix.pause()
    pump(connected, peer, lambda: peer.last(Pause))
    peer.say(Paused(job(peer)))
    pump(connected, peer, lambda: connected.state is phase.PAUSED)
    assert connected.series.number == 2
    done(connected, peer, 0.2)
    assert hear(connected, peer) == 9


def test_a_lost_backend_that_comes_back_goes_on_with_the_series(blender, connected, peer, phase, series):
    done(connected, peer, 0.1)
    hear(connected, peer)
    be_forgotten(connected, peer)
    pump(connected, peer, lambda: peer.last(Attach))
    done(connected, peer, 0.2)
    assert hear(connected, peer) == 9
    done(connected, peer, 0.3)
    assert seeds(blender) == [7, 8, 9]


def test_a_job_that_fails_ends_the_series_and_its_takes_stay(blender, connected, peer, phase, series):
    done(connected, peer, 0.1)
    pump(connected, peer, lambda: connected.job.id == job(peer))
    peer.say(Failed("out_of_memory", "The GPU is full.", "Use a smaller texture.", job(peer)))
    pump(connected, peer, lambda: connected.state is phase.FAILED)
    assert connected.error.message == "The GPU is full."
    assert connected.series is None
    assert seeds(blender) == [7]
    assert "1 take is in the list of 3" in connected.remarks[-1]


@pytest.mark.parametrize("mode", ["EDIT", "SCULPT"])
def test_edit_mode_holds_the_next_job_back_and_sculpt_mode_does_not(blender, connected, peer, series, mode):
    blender.ops.object.mode_set(mode=mode)
    first = job(peer)
    peer.say(Done(first, state(peer, 0.1), SUMMARY))
    if mode == "EDIT":
        pump(connected, peer, lambda: connected.waits == "Column is in edit mode")
        assert (connected.job.id, seeds(blender)) == (first, [])
        blender.ops.object.mode_set(mode="OBJECT")
    pump(connected, peer, lambda: connected.job.id != first)
    assert seeds(blender) == [7]
    blender.ops.object.mode_set(mode="OBJECT")


def test_a_deleted_character_ends_the_series_and_undo_brings_it_back_with_all_its_takes(
    blender, connected, peer, phase, series
):
    done(connected, peer, 0.1)
    hear(connected, peer)
    blender.data.objects.remove(blender.data.objects["Column"])
    blender.ops.ed.undo_push(message="deleted")
    peer.say(Update(job(peer), 2, state(peer, 0.4)))
    pump(connected, peer, lambda: peer.last(Cancel))
    assert "no longer in the file" in connected.error.message
    peer.say(Done(job(peer), state(peer, 0.5), STOPPED))
    pump(connected, peer, lambda: connected.state is phase.FINISHED)
    blender.ops.clipmatrix.discard()
    connected.tick()
    blender.ops.ed.undo()
    pump(connected, peer, lambda: seeds(blender) == [7])
    assert connected.series is None
    assert len([one for one in peer.heard if isinstance(one, Submit)]) == 2


def test_a_file_that_is_reverted_meanwhile_gets_its_takes_again(blender, connected, peer, start, looks, tmp_path):
    path = str(tmp_path / "column.blend")
    blender.ops.wm.save_as_mainfile(filepath=path)
    blender.ops.wm.open_mainfile(filepath=path)
    blender.context.view_layer.objects.active = blender.data.objects["Column"]
    generate(blender, connected, peer)
    blender.ops.wm.save_mainfile()
    done(connected, peer, 0.1)
    hear(connected, peer)
    blender.ops.wm.open_mainfile(filepath=path)
    pump(connected, peer, lambda: seeds(blender) == [7] and shown(blender) == 0.9)
    done(connected, peer, 0.2)
    pump(connected, peer, lambda: connected.job.id == job(peer))
    blender.ops.wm.read_homefile(use_empty=True, use_factory_startup=False)
    peer.say(Update(job(peer), 1, state(peer, 0.3)))
    pump(connected, peer, lambda: connected.waits == "column.blend is not open")
    peer.say(Done(job(peer), state(peer, 0.3), SUMMARY))
    pump(connected, peer, lambda: connected.job.ended)
    blender.ops.wm.open_mainfile(filepath=path)
    pump(connected, peer, lambda: connected.series is None)
    assert amounts(blender) == [0.1, 0.2, 0.3]
    assert shown(blender) is None
    assert not blender.data.objects["Column"].clipmatrix_draft


def test_a_file_that_was_never_saved_ends_the_series_when_it_is_closed(blender, connected, peer, phase, series):
    done(connected, peer, 0.1)
    hear(connected, peer)
    blender.ops.wm.read_homefile(use_empty=True, use_factory_startup=False)
    pump(connected, peer, lambda: peer.last(Cancel))
    assert (connected.series, connected.job, connected.state) == (None, None, phase.FAILED)


def test_looking_at_the_character_without_the_result_does_not_hold_the_series_up(blender, connected, peer, series):
    blender.ops.clipmatrix.result_compare()
    done(connected, peer, 0.1)
    assert connected.job.aside
    pump(connected, peer, lambda: connected.job.id == job(peer))
    peer.say(Update(job(peer), 1, state(peer, 0.9)))
    pump(connected, peer, lambda: connected.waits == "the character is shown without the result")
    assert shown(blender) is None
    done(connected, peer, 0.2)
    assert amounts(blender) == [0.1, 0.2]


def test_making_a_take_of_a_series_once_more_makes_one(blender, connected, peer, series):
    finish_all(connected, peer)
    takes(blender).active = 2
    blender.ops.clipmatrix.take_copy_settings()
    settings = blender.context.scene.clipmatrix
    assert (settings.seed, settings.variations) == (8, 1)


def test_a_copy_of_the_character_that_was_made_meanwhile_looks_as_the_character_does_in_the_end(
    blender, series, connected, peer
):
    pump(connected, peer, lambda: not connected.is_writing)
    blender.ops.object.duplicate()
    finish_all(connected, peer)
    column, copy = (blender.data.objects[name] for name in ("Column", "Column.001"))
    for thing in (column, copy):
        assert [key.name for key in thing.data.shape_keys.key_blocks] == ["Basis", "wide"]
        assert [slot.material.name for slot in thing.material_slots] == ["skin"]
        assert (thing.clipmatrix_draft, thing.clipmatrix_light) == ("", "")
