"""The Generate panel: which buttons each state has, and the picture of how the similarity went."""

import time

import numpy as np
import pytest
from clipmatrix_protocol import Brief, Progress, Prompt, Settings

from .strict_layout import StrictLayout
from .test_panels import job, put

VERBS = {"generate", "carry_on", "pause", "resume", "stop", "accept", "discard"}


def shown(blender, rooms):
    """What the panel says, and the verbs it has buttons for."""
    layout = StrictLayout(blender)
    rooms("interface.panels.generate").show_job(layout, blender.context)
    return layout.drawn, {word.removeprefix("clipmatrix.") for word in layout.drawn} & VERBS


@pytest.mark.parametrize(
    ("phase", "with_job", "verbs"),
    [
        ("OFFLINE", {}, {"generate"}),
        ("IDLE", {}, {"generate"}),
        ("SUBMITTED", {}, {"pause", "stop"}),
        ("RUNNING", {}, {"pause", "stop"}),
        ("PAUSED", {}, {"resume", "stop"}),
        ("FINISHED", {"ended": True}, {"carry_on", "accept", "discard"}),
        ("FAILED", {"ended": True}, {"carry_on", "accept", "discard"}),
        ("OFFLINE", {"ended": True, "recalled": True}, {"carry_on", "accept", "discard"}),
    ],
)
def test_each_state_has_the_buttons_that_make_sense_in_it(blender, scenes, rooms, phase, with_job, verbs):
    put(rooms, phase, job=job(rooms, **with_job) if with_job else None)
    assert shown(blender, rooms)[1] == verbs


@pytest.mark.parametrize(
    ("left", "words"), [(3.2, "20 of 50, 3 s left"), (89, "20 of 50, 89 s left"), (400, "20 of 50, 7 min left")]
)
def test_the_time_left_is_said_in_seconds_or_minutes(blender, rooms, left, words):
    put(rooms, "RUNNING", job=job(rooms, progress=Progress("one", 20, 50, 1.0, left, 0.25)))
    assert words in shown(blender, rooms)[0]


def test_before_the_first_step_there_is_no_similarity(blender, rooms):
    put(rooms, "RUNNING", job=job(rooms, progress=Progress("one", 0, 50, 0.0, 12.0, 0.0)))
    said = shown(blender, rooms)[0]
    assert "Trying first colours, 12 s left" in said
    assert not any("Similarity" in text for text in said)


def test_a_paused_job_says_where_it_stands(blender, rooms):
    put(rooms, "PAUSED", job=job(rooms, progress=Progress("one", 20, 50, 1.0, 3.0, 0.25)))
    assert "20 of 50, paused" in shown(blender, rooms)[0]


def test_a_series_says_which_of_its_takes_is_growing_and_from_which_seed(blender, rooms):
    series = rooms("job.series")
    brief = Brief((Prompt("a knight"),), settings=Settings(seed=8))
    one = series.Series(((None, brief),) * 5, (), series.Shelf(None, None), kept=[None])
    put(rooms, "SUBMITTED", job=job(rooms), series=one).job.brief = brief
    assert "Take 2 of 5, seed 8" in shown(blender, rooms)[0]
    put(rooms, "IDLE", job=None, series=None)


@pytest.mark.parametrize(
    ("verb", "phase", "why_not"),
    [
        ("pause", "IDLE", "No job is running"),
        ("resume", "RUNNING", "No job is paused"),
        ("stop", "STOPPING", "No job is running"),
        ("carry_on", "IDLE", "There is no result yet"),
        ("carry_on", "RUNNING", "ClipMatrix is running"),
        ("carry_on", "OFFLINE", "Connect to a backend first"),
    ],
)
def test_a_button_that_can_not_be_pressed_says_why(blender, rooms, verb, phase, why_not):
    put(rooms, phase)
    with pytest.raises(RuntimeError, match=why_not):
        getattr(blender.ops.clipmatrix, verb)()


# -- the curve ------------------------------------------------------------------------------------------------------


def line(picture):
    """Row of the drawn line in each column, from the bottom."""
    return picture[:, :, 2].argmax(axis=0)


def test_the_curve_rises_from_left_to_right_where_the_similarity_does(blender, rooms):
    curve = rooms("interface.curve")
    picture = curve.draw([(step, 0.1 + 0.01 * step) for step in range(20)])
    rows = line(picture)
    assert picture.shape == (curve.HEIGHT, curve.WIDTH, 4)
    assert rows[0] < 5
    assert rows[-1] > curve.HEIGHT - 8
    assert (np.diff(rows) >= 0).all()
    assert (picture[-1, :100, 3] == 0).all(), "transparent where nothing is"


def test_a_similarity_that_does_not_move_is_a_flat_line(blender, rooms):
    assert len(set(line(rooms("interface.curve").draw([(1, 0.2), (9, 0.2)])))) == 1


def test_the_course_of_a_long_job_stays_short_and_keeps_its_ends(blender, rooms):
    course = rooms("job.course").Course()
    for step in range(1, 10_001):
        course.add(step, step / 1e4)
    assert len(course.points) <= 256
    assert (course.points[0], course.points[-1]) == ((1, 1e-4), (10_000, 1.0))
    assert sorted(course.points) == course.points


def test_the_picture_costs_next_to_nothing_and_is_drawn_twice_a_second_at_most(blender, rooms):
    curve, course = rooms("interface.curve"), rooms("job.course").Course()
    for step in range(300):
        course.add(step, np.sin(step / 30))
    times = []
    for _ in range(20):
        start = time.thread_time()
        curve.draw(course.points)
        times.append(time.thread_time() - start)
    assert np.median(times) < 0.002
    curve.icons(course)
    (state,) = curve._shown
    drawn = state.drawn
    course.add(301, 0.5)
    curve.icons(course)
    assert state.drawn == drawn
    time.sleep(curve.EVERY)
    assert len(curve.icons(course)) == curve.TILES
    assert state.drawn > drawn
    assert state.points == course.points
