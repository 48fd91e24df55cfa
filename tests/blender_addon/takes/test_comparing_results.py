"""Before and after of a result that is neither accepted nor discarded, while its job runs and once it has ended."""

import time

import pytest

from ..fingerprint import differences, fingerprint
from ..painter import FOREVER, SECRET, painter

OFFSETS = "ClipMatrix offsets"


@pytest.fixture
def session(blender, rooms):
    """A session that is connected to a real router."""
    with painter() as backend:
        now = rooms("job.session").current()
        now.connect(backend.address, SECRET)
        _pump(now, lambda: now.state is rooms("job.phases").Phase.IDLE)
        now.backend = backend
        yield now
        now.disconnect()


@pytest.fixture
def before(blender, scenes):
    """The file before the job, with a character and small settings."""
    scenes.character()
    settings = blender.context.scene.clipmatrix
    settings.steps, settings.texture_size, settings.update_every = 2, "64", 0.0
    settings.prompt = FOREVER
    return fingerprint(blender)


def _pump(session, until):
    end = time.monotonic() + 10
    while not until():
        assert time.monotonic() < end, (session.state, session.error)
        session.tick()
        time.sleep(0.005)


def _wait(session):
    """Let a few ticks pass."""
    end = time.monotonic() + 0.2
    _pump(session, lambda: time.monotonic() > end)


def _shown(blender):
    keys = blender.data.objects["Column"].data.shape_keys
    return bool(keys and OFFSETS in keys.key_blocks and blender.data.objects["Column"].material_slots)


def _result(blender, session):
    blender.ops.clipmatrix.generate()
    _pump(session, lambda: session.result is not None)
    _wait(session)
    assert _shown(blender)


def _stop(blender, session, phase):
    blender.ops.clipmatrix.stop()
    _pump(session, lambda: session.state is phase.FINISHED)


@pytest.fixture
def phase(rooms):
    return rooms("job.phases").Phase


def test_a_running_job_goes_on_behind_the_comparison(blender, session, before, phase):
    _result(blender, session)
    assert blender.ops.clipmatrix.result_compare() == {"FINISHED"}
    _wait(session)
    left = [line for line in differences(before, fingerprint(blender)) if "clipmatrix_draft" not in line]
    assert left == []
    assert session.waits == "the character is shown without the result"
    assert session.state is phase.RUNNING
    _stop(blender, session, phase)
    _wait(session)
    assert not _shown(blender)
    blender.ops.clipmatrix.result_compare()
    _wait(session)
    assert _shown(blender)
    assert session.waits == ""


def test_an_accepted_result_is_the_result_even_where_the_original_is_shown(blender, session, before, phase):
    _result(blender, session)
    _stop(blender, session, phase)
    blender.ops.clipmatrix.result_compare()
    blender.ops.clipmatrix.accept()
    assert _shown(blender)
    blender.ops.clipmatrix.take_compare()
    assert not _shown(blender)


def test_continuing_where_the_original_is_shown_continues_the_result(blender, session, before, phase):
    _result(blender, session)
    _stop(blender, session, phase)
    blender.ops.clipmatrix.result_compare()
    blender.ops.clipmatrix.carry_on()
    _pump(session, lambda: len(session.backend.jobs) == 2)
    (offsets,) = session.backend.jobs[1].character.start_offsets
    assert offsets[:, 0] == pytest.approx(0.02, abs=1e-6)
    _stop(blender, session, phase)


def test_discarding_where_the_original_is_shown_restores_every_byte(blender, session, before, phase):
    _result(blender, session)
    _stop(blender, session, phase)
    blender.ops.clipmatrix.result_compare()
    blender.ops.clipmatrix.discard()
    _wait(session)
    assert differences(before, fingerprint(blender)) == []


def test_a_file_saved_during_the_comparison_holds_the_result(blender, session, before, phase, tmp_path):
    _result(blender, session)
    _stop(blender, session, phase)
    blender.ops.clipmatrix.result_compare()
    blender.ops.wm.save_as_mainfile(filepath=str(tmp_path / "compared.blend"))
    blender.ops.wm.open_mainfile(filepath=str(tmp_path / "compared.blend"))
    assert _shown(blender)


def test_edit_mode_is_said_and_without_a_result_there_is_nothing_to_compare(blender, session, before):
    with pytest.raises(RuntimeError, match="There is no result yet"):
        blender.ops.clipmatrix.result_compare()
    _result(blender, session)
    blender.ops.object.mode_set(mode="EDIT")
    with pytest.raises(RuntimeError, match="Column is in edit mode"):
        blender.ops.clipmatrix.result_compare()
    blender.ops.object.mode_set(mode="OBJECT")
    assert blender.ops.clipmatrix.result_compare() == {"FINISHED"}
