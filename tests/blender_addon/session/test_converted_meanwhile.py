"""A character that the artist has converted to curves while a result waits on it: no mesh is there to be written."""

import pytest

from .peer import finish, pump, shown


@pytest.fixture
def converted(blender, running, peer):
    finish(running, peer)
    blender.ops.ed.undo_push(message="the job has ended")
    blender.ops.object.convert(target="CURVE")
    blender.ops.ed.undo_push(message="converted")
    running.tick()
    return running


def test_the_result_is_discarded_and_the_curves_stay(blender, converted):
    assert blender.ops.clipmatrix.discard() == {"FINISHED"}
    assert blender.data.objects["Column"].type == "CURVE"
    assert blender.ops.clipmatrix.generate.poll() is False
    assert converted.result is None


def test_a_result_that_is_to_be_kept_says_what_is_missing(blender, converted):
    converted.job.rewrite()
    with pytest.raises(RuntimeError, match=r"Column is no longer a mesh\. Undo, or generate anew without it"):
        blender.ops.clipmatrix.accept()


def test_an_undo_brings_mesh_and_result_back(blender, converted, peer):
    blender.ops.ed.undo()
    pump(converted, peer, lambda: shown(blender) == 0.5 and not converted.is_writing)
    assert blender.ops.clipmatrix.discard() == {"FINISHED"}
    assert shown(blender) is None
