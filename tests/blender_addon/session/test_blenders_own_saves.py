"""What Blender saves by itself, without asking anybody: every few minutes, when it is quit, when it crashes."""

import numpy as np
import pytest
from clipmatrix_protocol import Failed, Update
from msgspec.structs import replace

from ..fingerprint import differences, fingerprint
from .peer import finish, generate, job, pump, shown, state


@pytest.fixture
def at_work(blender, scenes, connected, peer, tmp_path):
    """A job that runs on a red column, and what the file was before it."""
    column, _ = scenes.character()
    red = blender.data.materials.new("red")
    red.use_nodes = True
    red.node_tree.nodes["Principled BSDF"].inputs["Base Color"].default_value = (1, 0, 0, 1)
    column.data.materials.append(red)
    path = str(tmp_path / "column.blend")
    blender.ops.wm.save_as_mainfile(filepath=path)
    blender.ops.wm.open_mainfile(filepath=path)
    scenes.select(blender.data.objects["Column"])
    before = fingerprint(blender)
    generate(blender, connected, peer)
    return before


@pytest.fixture
def recover(blender, rooms, tmp_path):
    """Have Blender save by itself, crash, and open that in a Blender whose session has no job: the session."""

    def call():
        asked = list(blender.app.handlers.save_pre)
        blender.app.handlers.save_pre.clear()
        blender.ops.wm.save_as_mainfile(filepath=str(tmp_path / "quit.blend"), copy=True)
        blender.app.handlers.save_pre.extend(asked)
        module = rooms("__init__").__name__.removesuffix(".__init__")
        blender.ops.preferences.addon_disable(module=module)
        blender.ops.wm.open_mainfile(filepath=str(tmp_path / "quit.blend"))
        blender.ops.preferences.addon_enable(module=module)
        session = rooms("job.session").current()
        session.tick()
        return session

    return call


def changes(before, blender):
    return [line for line in differences(before, fingerprint(blender)) if "filepath" not in line]


def paint(blender):
    """The first texel of what the job has painted, 0 to 255; None without an image of its own."""
    image = next((image for image in blender.data.images if image.name.startswith("ClipMatrix")), None)
    return image and round(image.pixels[0] * 255)


def test_a_result_that_waits_is_in_it_with_its_paint(blender, connected, peer, at_work, recover):
    finish(connected, peer)
    session = recover()
    assert session.remarks == ("This file holds a result that was neither accepted nor discarded.",)
    assert shown(blender) == 0.5
    assert (session.result.textures[0] == 200).all()
    assert blender.ops.clipmatrix.accept() == {"FINISHED"}
    assert paint(blender) == 200


def test_so_is_what_a_job_had_reached_when_it_failed(blender, connected, peer, at_work, recover):
    peer.say(Failed("internal", "Something broke.", "", job(peer)))
    pump(connected, peer, lambda: connected.job.ended and not connected.is_writing)
    assert (recover().result.textures[0] == 200).all()
    assert paint(blender) == 200


def test_of_a_job_that_runs_it_is_said_that_the_paint_is_lost_and_the_artists_own_is_shown(
    blender, connected, peer, at_work, recover
):
    session = recover()
    assert session.remarks[1:] == ("What it had painted was not saved with it.",)
    pump(session, peer, lambda: not session.is_writing)
    assert shown(blender) == 0.1
    assert paint(blender) is None
    worn = blender.data.objects["Column"].material_slots[0].material
    assert tuple(worn.node_tree.nodes["Principled BSDF"].inputs["Base Color"].default_value) == (1, 0, 0, 1)
    assert blender.ops.clipmatrix.accept() == {"FINISHED"}
    assert shown(blender) == 0.1


def test_what_has_lost_its_paint_can_be_discarded(blender, connected, peer, at_work, recover):
    session = recover()
    pump(session, peer, lambda: not session.is_writing)
    blender.ops.clipmatrix.discard()
    assert changes(at_work, blender) == []


@pytest.mark.parametrize("times", [1, 2])
def test_packing_leaves_the_pixels_as_they_were_painted(blender, connected, peer, at_work, times):
    noise = np.random.default_rng(0).integers(0, 256, (64, 48, 3), dtype=np.uint8)
    finish(connected, peer)
    for _ in range(times):
        connected.job.receive(replace(state(peer, 0.5), textures=(noise,)))
        pump(connected, peer, lambda: not connected.is_writing)
    (image,) = (image for image in blender.data.images if image.name.startswith("ClipMatrix"))
    assert (image.source, image.is_dirty, bool(image.packed_file)) == ("FILE", False, True)
    seen = np.array(image.pixels[:]).reshape(64, 48, 4)
    np.testing.assert_array_equal(np.rint(seen[..., :3] * 255), noise)
    assert (seen[..., 3] == 1).all()


def test_a_job_that_runs_is_not_packed_with_each_update(blender, connected, peer, at_work):
    peer.say(Update(job(peer), 2, state(peer, 0.2)))
    pump(connected, peer, lambda: shown(blender) == 0.2 and not connected.is_writing)
    assert not any(image.packed_file for image in blender.data.images)
