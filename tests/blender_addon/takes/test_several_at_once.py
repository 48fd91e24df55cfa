"""Several takes in one go, from a real router whose job is small; what the panels then show."""

import time

import pytest

from ..painter import FOREVER, SECRET, painter
from ..strict_layout import StrictLayout


@pytest.fixture
def session(blender, scenes, rooms):
    """A session that is connected, and a character of which two takes are wanted."""
    scenes.character()
    settings = blender.context.scene.clipmatrix
    settings.steps, settings.texture_size, settings.update_every = 2, "64", 0.0
    settings.prompt, settings.seed, settings.variations = "a red column", 3, 2
    with painter() as backend:
        now = rooms("job.session").current()
        now.connect(backend.address, SECRET)
        _pump(now, lambda: now.state is rooms("job.phases").Phase.IDLE)
        now.backend = backend
        yield now
        now.disconnect()


def _pump(session, until):
    end = time.monotonic() + 10
    while not until():
        assert time.monotonic() < end, (session.state, session.error)
        session.tick()
        time.sleep(0.005)


def _takes(blender):
    return blender.data.objects["Rig"].clipmatrix_wardrobe


def test_two_takes_are_in_the_list_with_their_seeds_and_the_first_button_puts_one_on(blender, rooms, session):
    blender.ops.clipmatrix.generate()
    assert session.series.number == 1
    _pump(session, lambda: session.series is None)
    assert [take.seed for take in _takes(blender).takes[1:]] == [3, 4]
    assert [job.brief.settings.seed for job in session.backend.jobs] == [3, 4]
    layout = StrictLayout(blender)
    for take in _takes(blender).takes[1:]:
        rooms("interface.panels.takes").show_take(layout, take, worn=False)
    assert {"#3", "#4"} <= set(layout.drawn)
    assert not blender.data.objects["Column"].material_slots
    blender.ops.clipmatrix.take_apply(take=_takes(blender).takes[1].uid)
    assert blender.data.objects["Column"].material_slots


def test_running_one_of_them_again_asks_for_that_one_alone(blender, session):
    blender.ops.clipmatrix.generate()
    _pump(session, lambda: session.series is None)
    _takes(blender).active = 2
    blender.ops.clipmatrix.take_rerun()
    assert session.series is None
    _pump(session, lambda: session.job.ended)
    assert session.backend.jobs[-1].brief == session.backend.jobs[1].brief


def test_settings_that_could_not_be_used_again_come_back_with_their_variations(blender, rooms, session):
    blender.ops.clipmatrix.generate()
    _pump(session, lambda: session.series is None)
    _takes(blender).active = 2
    recipes, settings = rooms("interface.takes.recipes"), blender.context.scene.clipmatrix
    settings.poses, settings.pose_jitter = "CURRENT", 12
    asked = recipes.ask(settings)
    blender.ops.clipmatrix.take_copy_settings()
    assert (settings.variations, settings.poses, settings.pose_jitter) == (1, "ACTION", 0)
    recipes.ask_again(settings, asked)
    assert (settings.variations, settings.poses, settings.pose_jitter) == (2, "CURRENT", 12)


def test_stop_ends_them_all_and_what_was_reached_waits(blender, rooms, session):
    settings = blender.context.scene.clipmatrix
    settings.prompt, settings.steps = FOREVER, 10_000
    blender.ops.clipmatrix.generate()
    _pump(session, lambda: session.result is not None)
    blender.ops.clipmatrix.stop()
    _pump(session, lambda: session.state is rooms("job.phases").Phase.FINISHED and session.series is None)
    assert len(session.backend.jobs) == 1
    assert blender.ops.clipmatrix.accept() == {"FINISHED"}
    assert [take.seed for take in _takes(blender).takes[1:]] == [3]
