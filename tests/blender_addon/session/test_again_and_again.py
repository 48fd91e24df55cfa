"""Results that come and go for a whole day: Blender and the file hold no more after the last than after the first."""

from pathlib import Path

import pytest
from clipmatrix_protocol import Update

from ..fingerprint import INTERFACE
from .peer import finish, generate, job, state

TIMES = 12


@pytest.fixture
def belongings(blender, tmp_path):
    """Counts what Blender has: data-blocks, handlers, open files, bytes of the file."""
    collections = [each.identifier for each in blender.data.bl_rna.properties if each.type == "COLLECTION"]
    open_files = Path("/proc/self/fd")  # which threads of ZeroMQ's have, too; Blender's own come as they are needed

    def count():
        handlers = {name: getattr(blender.app.handlers, name) for name in dir(blender.app.handlers)}
        copy = tmp_path / "copy.blend"
        blender.ops.wm.save_as_mainfile(filepath=str(copy), copy=True, compress=False)
        return {
            **{name: len(getattr(blender.data, name)) for name in collections if name not in INTERFACE},
            **{name: len(found) for name, found in handlers.items() if isinstance(found, list)},
            "open files": len(list(open_files.iterdir())) if open_files.exists() else 0,
            "bytes": copy.stat().st_size,
        }

    return count


@pytest.fixture
def patient(connected, rooms):
    """A session that is connected, and takes no pause for a loss."""
    connected.patience = rooms("job.phases").Patience()
    return connected


@pytest.fixture
def column(blender, scenes):
    """A character with a material and a slider."""
    thing, _ = scenes.character()
    thing.data.materials.append(blender.data.materials.new("skin"))
    thing.data.materials[0].use_fake_user = True
    thing.shape_key_add(name="Basis")
    thing.shape_key_add(name="wide", from_mix=False)
    blender.ops.ed.undo_push(message="all is there")


def grow(blender, session, peer):
    """Let a job run from Generate to its result."""
    generate(blender, session, peer)
    peer.say(Update(job(peer), 2, state(peer, 0.2)))
    finish(session, peer)


def test_results_that_are_discarded(blender, column, patient, peer, belongings):
    def one():
        grow(blender, patient, peer)
        for _ in range(2):
            blender.ops.clipmatrix.result_compare()
            patient.tick()
        blender.ops.clipmatrix.discard()
        patient.tick()
        return belongings()

    first, *_, last = [one() for _ in range(TIMES)]
    assert last == first


def test_takes_that_are_accepted_put_on_and_deleted(blender, column, patient, peer, belongings):
    """With an undo and a redo of the deletion each time, so that none of it comes back by halves."""

    def one():
        grow(blender, patient, peer)
        blender.ops.clipmatrix.accept("EXEC_DEFAULT", True)
        for _ in range(2):
            blender.ops.clipmatrix.take_compare("EXEC_DEFAULT", True)
        blender.ops.clipmatrix.take_delete("EXEC_DEFAULT", True)
        for change in (blender.ops.ed.undo, blender.ops.ed.redo):
            change()
            patient.tick()
        return belongings()

    first, *_, last = [one() for _ in range(TIMES)]
    assert last == first
