"""The buttons of the takes panel, against a real router whose job is small: what they do, and when they refuse."""

import time

import pytest
from clipmatrix_protocol import Brief, Prompt

from ..painter import IMPOSSIBLE, SECRET


@pytest.fixture
def session(blender, rooms, backend):
    """A session that is connected."""
    now = rooms("job.session").current()
    now.connect(backend.address, SECRET)
    _pump(now, lambda: now.state is rooms("job.phases").Phase.IDLE)
    return now


@pytest.fixture
def settings(blender):
    own = blender.context.scene.clipmatrix
    own.steps, own.texture_size, own.update_every = 2, "64", 0.0
    return own


def _pump(session, until):
    end = time.monotonic() + 10
    while not until():
        assert time.monotonic() < end, (session.state, session.error)
        session.tick()
        time.sleep(0.005)


def _owner(blender, name="Rig"):
    return blender.data.objects[name].clipmatrix_wardrobe


def _finish(blender, session):
    """Let the job that has just been started end, and accept it."""
    _pump(session, lambda: session.job.ended)
    assert session.error is None, session.error
    assert blender.ops.clipmatrix.accept() == {"FINISHED"}
    return _owner(blender).takes[-1]


def _refused(operator, **properties):
    with pytest.raises(RuntimeError) as caught:
        operator(**properties)
    return str(caught.value)


EVERY = ("take_apply", "take_compare", "take_delete", "take_copy_settings", "take_rerun", "take_continue")


@pytest.mark.parametrize("name", EVERY)
def test_every_button_says_why_it_can_not_be_pressed(blender, scenes, name):
    operator = getattr(blender.ops.clipmatrix, name)
    assert "Select a character first" in _refused(operator)
    scenes.character()
    assert "This character has no takes yet" in _refused(operator)


@pytest.mark.parametrize("name", ["take_apply", "take_compare", "take_delete"])
def test_takes_are_not_changed_in_edit_mode_nor_under_a_result(blender, rooms, character, accept, name):
    accept(1)
    operator = getattr(blender.ops.clipmatrix, name)
    blender.ops.object.mode_set(mode="EDIT")
    assert "Go to Object Mode first" in _refused(operator)
    blender.ops.object.mode_set(mode="OBJECT")
    binding = rooms("scene.snapshot").snapshot(blender.context, character).binding
    session = rooms("job.session").current()
    session.job = rooms("job.jobs").Job(id="one", brief=None, binding=binding)
    assert "Accept or discard the result first" in _refused(operator)
    session.job.file = "/another.blend"  # where a character of the same name waits
    assert operator.poll()
    session.job = None
    assert operator.poll()


def test_the_original_is_neither_deleted_nor_asked_for_again(blender, character, accept):
    accept(1)
    _owner(blender).active = 0
    assert "stays, as long as there are takes" in _refused(blender.ops.clipmatrix.take_delete)
    for name in ("take_copy_settings", "take_rerun"):
        assert "Nothing was asked for" in _refused(getattr(blender.ops.clipmatrix, name))


def test_a_job_is_started_only_where_generate_could(blender, rooms, character, accept):
    accept(1)
    rooms("job.session").current().disconnect()
    for name in ("take_rerun", "take_continue"):
        assert "Connect to a backend first" in _refused(getattr(blender.ops.clipmatrix, name))


def test_copied_settings_ask_for_the_same_again(blender, rooms, character, accept, settings):
    take = accept(7, prompt="a green knight")
    asked = rooms("interface.properties").brief
    settings.prompt, settings.seed, settings.vary_shape = "something else", 3, 0.5
    assert blender.ops.clipmatrix.take_copy_settings() == {"FINISHED"}
    assert (settings.prompt, settings.seed, settings.vary_shape) == ("a green knight 7", 7, 1.0)
    assert asked(settings) == rooms("interface.takes.recipes").read(take)


def test_settings_of_another_version_are_refused_and_the_take_still_applies(blender, character, accept):
    take = accept(1)
    take.brief = '{"prompts": [{"text": "a knight", "mood": "merry"}]}'
    assert "written by another version" in _refused(blender.ops.clipmatrix.take_copy_settings)
    blender.ops.clipmatrix.take_compare()
    assert blender.ops.clipmatrix.take_apply(take=take.uid) == {"FINISHED"}


def test_a_take_is_called_after_its_first_prompt(rooms):
    title = rooms("interface.takes.recipes").title
    assert title(Brief((Prompt("  a knight "), Prompt("a horse")))) == "a knight"
    long = title(Brief((Prompt("a knight of the order of the golden and never fading rose"),)))
    assert long == "a knight of the order of the golden and…"
    assert title(Brief((Prompt(image=0),))) == "an image"


def test_a_take_can_be_renamed(blender, character, accept, looks, same):
    take = accept(1)
    take.name = "The knight"
    before = looks()
    blender.ops.clipmatrix.take_compare()
    blender.ops.clipmatrix.take_compare()
    same(before)
    assert [one.name for one in _owner(blender).takes] == ["As it came", "The knight"]


def test_run_again_sends_the_same_job_once_more(blender, scenes, session, backend, settings):
    scenes.character()
    settings.seed, settings.prompt = 5, "a knight"
    blender.ops.clipmatrix.generate()
    _finish(blender, session)
    settings.seed, settings.prompt = 6, "a knight in armour"
    blender.ops.clipmatrix.generate()
    _finish(blender, session)
    settings.seed, settings.prompt, settings.start = 1, "a horse", "FRESH"
    for place in (2, 1):  # the one that was grown from the first take, then that one
        _owner(blender).active = place
        assert blender.ops.clipmatrix.take_rerun() == {"FINISHED"}
        _finish(blender, session)
    jobs = backend.jobs
    assert jobs[2].brief == jobs[1].brief
    assert jobs[3].brief == jobs[0].brief
    for once, more in ((jobs[1], jobs[2]), (jobs[0], jobs[3])):
        assert len(once.character.start_offsets) == len(more.character.start_offsets)
        for a, b in zip(once.character.start_offsets, more.character.start_offsets, strict=True):
            assert (a == b).all()
        for a, b in zip(once.character.start_textures, more.character.start_textures, strict=True):
            assert (a == b).all()
        assert once.character.shapes == more.character.shapes
    assert not jobs[3].character.start_offsets
    assert jobs[2].character.start_offsets
    takes = _owner(blender).takes
    assert [take.parent for take in takes] == ["", "original", takes[1].uid, takes[1].uid, "original"]
    assert len({take.uid for take in takes}) == 5


def test_run_again_looks_at_the_same_poses(blender, scenes, session, backend, settings):
    _, rig = scenes.character()
    action = scenes.wave(rig)
    settings.poses, settings.action, settings.frames = "ACTION", action, "RANGE"
    settings.first_frame, settings.last_frame = 3, 9
    blender.ops.clipmatrix.generate()
    settings.poses, settings.action, settings.frames, settings.first_frame = "REST", None, "ALL", 1
    _finish(blender, session)
    assert blender.ops.clipmatrix.take_rerun() == {"FINISHED"}
    assert (settings.poses, settings.action, settings.frames) == ("ACTION", action, "RANGE")
    assert (settings.first_frame, settings.last_frame) == (3, 9)
    _finish(blender, session)
    assert (backend.jobs[0].character.poses == backend.jobs[1].character.poses).all()
    blender.data.actions.remove(action)
    blender.ops.clipmatrix.take_copy_settings()
    assert settings.action is None


def test_run_again_begins_anew_where_the_take_had(blender, scenes, session, backend, settings):
    scenes.character()
    blender.ops.clipmatrix.generate()
    _finish(blender, session)
    settings.start = "FRESH"
    blender.ops.clipmatrix.generate()
    _finish(blender, session)
    settings.start = "CURRENT"
    blender.ops.clipmatrix.take_rerun()
    _finish(blender, session)
    assert [bool(job.character.start_offsets) for job in backend.jobs] == [False, False, False]
    assert settings.start == "FRESH"


def test_continue_goes_on_from_the_selected_take_with_the_panels_settings(blender, scenes, session, backend, settings):
    scenes.character()
    blender.ops.clipmatrix.generate()
    first = _finish(blender, session).uid
    blender.ops.clipmatrix.take_compare()
    settings.prompt = "a statue"
    assert blender.ops.clipmatrix.take_continue() == {"FINISHED"}
    assert _owner(blender).worn == first
    take = _finish(blender, session)
    assert (take.prompt, take.parent) == ("a statue", first)
    assert backend.jobs[1].character.start_offsets


def test_a_refused_run_again_leaves_take_and_settings_as_they_were(
    blender, scenes, session, backend, settings, looks, same
):
    thing, _ = scenes.character()
    settings.seed, settings.prompt = 5, "a knight"
    blender.ops.clipmatrix.generate()
    _finish(blender, session)
    settings.seed, settings.prompt, settings.start = 1, "a horse", "FRESH"
    thing.data.uv_layers.remove(thing.data.uv_layers[0])
    before = looks()
    assert "has no UVs" in _refused(blender.ops.clipmatrix.take_rerun)
    same(before)
    assert (settings.seed, settings.prompt, settings.start) == (1, "a horse", "FRESH")
    assert session.error.operator == "clipmatrix.unwrap"


def test_a_job_that_fails_leaves_the_takes_alone(blender, scenes, session, backend, settings, looks, same):
    scenes.character()
    blender.ops.clipmatrix.generate()
    _finish(blender, session)
    before = looks()
    settings.prompt = IMPOSSIBLE
    before_settings = looks()
    assert before_settings != before
    blender.ops.clipmatrix.generate()
    _pump(session, lambda: session.error is not None)
    same(before_settings)
    assert blender.ops.clipmatrix.take_compare.poll()
