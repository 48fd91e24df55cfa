"""The headless command walks the whole way: body, snapshot, job, take, files; and says what it does."""

import io
import json
from functools import partial

import numpy as np
import pytest
from clipmatrix_protocol import Brief, Look, Progress, Prompt, Settings, State

from ..painter import IMPOSSIBLE, RED
from ..test_export import header


@pytest.fixture
def generate(command, backend, tmp_path):
    """Run ``generate`` with these arguments more; returns the exit code and the events."""
    return partial(
        command, "generate", "--address", backend.address, "--out", tmp_path, "--steps", 8, "--texture-size", 64
    )


def result(folder):
    return json.loads((folder / "result.json").read_text())


def test_a_prompt_and_the_figure_become_files(generate, backend, tmp_path):
    code, events = generate("--figure", "--prompt", "a red figure", "--seed", "7", "--pictures", "none")
    assert code == 0
    written = {event["path"].rsplit("/", 1)[1] for event in events if event["event"] == "written"}
    assert written == {"character.blend", "character.glb", "result.json"} == {path.name for path in tmp_path.iterdir()}
    assert backend.jobs[0].brief.settings.seed == 7
    assert result(tmp_path)["prompt"] == "a red figure"
    assert result(tmp_path)["summary"]["similarity_after"] == 0.3
    assert {"torch", "blender"} <= set(result(tmp_path)["versions"])


def test_progress_is_told_step_by_step(generate):
    _, events = generate("--figure", "--prompt", "a red figure", "--pictures", "none")
    steps = [event["step"] for event in events if event["event"] == "progress"]
    assert steps == sorted(steps)
    assert steps[-1] == 8
    assert all(event["steps"] == 8 and "seconds_left" in event for event in events if event["event"] == "progress")


def test_in_words_progress_is_told_before_the_first_step_and_now_and_then(rooms):
    said = io.StringIO()
    say = rooms("command.announce").PlainText(said)
    for step in (0, 0, 1, 2, 40, 41, 100):
        say.progress(Progress("job", step, 100, 2.0 if step else 0.0, 9.0, 0.25 if step else 0.0))
    assert said.getvalue().splitlines() == [
        "  trying first colours, 9 s left",
        "  step 1/100, 2.0 steps/s, 9 s left, similarity 0.250",
        "  step 40/100, 2.0 steps/s, 9 s left, similarity 0.250",
        "  step 100/100, 2.0 steps/s, 9 s left, similarity 0.250",
    ]


def test_the_saved_character_wears_the_result_and_plays_its_action(generate, blender, tmp_path):
    generate("--figure", "--prompt", "a red figure", "--pictures", "none")
    blender.ops.wm.open_mainfile(filepath=str(tmp_path / "character.blend"))
    mesh = blender.data.objects["column"].data
    basis, offsets = mesh.shape_keys.key_blocks["Basis"], mesh.shape_keys.key_blocks["ClipMatrix offsets"]
    assert np.allclose(offsets.points[0].co - basis.points[0].co, (0.02, 0, 0), atol=1e-5)
    image = next(image for image in blender.data.images if "column" in image.name)
    assert image.packed_file
    assert np.allclose(np.array(image.pixels[:3]) * 255, RED, atol=0.6)
    scene = blender.context.scene
    assert (scene.frame_start, scene.frame_end) == (1, 8)
    assert blender.data.objects["column rig"].animation_data.action.name == "sway"
    assert len(blender.data.objects["column rig"].clipmatrix_wardrobe.takes) == 2


def test_the_light_is_delivered_and_exported_if_asked(generate, blender, tmp_path):
    for arguments, count in (((), 0), (("--lights",), 1)):
        generate("--figure", "--prompt", "a red figure", "--pictures", "none", *arguments)
        lights = header(tmp_path / "character.glb").get("extensions", {}).get("KHR_lights_punctual", {"lights": []})
        blender.ops.wm.open_mainfile(filepath=str(tmp_path / "character.blend"))
        assert len(blender.data.lights) == len(lights["lights"]) == count
        assert [world.name for world in blender.data.worlds if "ClipMatrix" in world.name] == ["ClipMatrix sky"] * count
        blender.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)


def test_pictures_show_before_and_after(generate, rooms, tmp_path, monkeypatch):
    monkeypatch.setattr(rooms("output.pictures"), "TILE_SAMPLES", 1)
    monkeypatch.setattr(rooms("output.pictures"), "FILM_SAMPLES", 1)
    code, _ = generate("--figure", "--prompt", "a red figure")
    assert code == 0
    sheet = rooms("output.images").read_image(tmp_path / "contact.png")
    half = len(sheet) // 2
    assert (sheet[:half, :, 0] - sheet[:half, :, 1]).max() > 0.4  # rows count from the bottom
    assert (sheet[half + 4 :, :, 0] - sheet[half + 4 :, :, 1]).max() < 0.1
    assert (tmp_path / "turntable.mp4").stat().st_size > 1000


@pytest.fixture
def shots(rooms, monkeypatch):
    """Where pictures for the film of the growth are taken: mean red above green of each."""
    growth, read = rooms("output.growth"), rooms("output.images").read_image
    monkeypatch.setattr(growth, "FILM_SAMPLES", 1)
    shoot, seen = growth.shoot, []

    def noted(place, frame, path):
        shoot(place, frame, path)
        picture = read(path)
        seen.append(float((picture[..., 0] - picture[..., 1]).mean()))

    monkeypatch.setattr(growth, "shoot", noted)
    return seen


def test_the_growth_is_filmed_from_before_the_job_to_its_end(generate, blender, scenes, shots, tmp_path):
    scenes.character()
    steps = "150"  # of 10 ms, after the first of which the painter sends its update
    code, events = generate("--prompt", "a red column", "--pictures", "none", "--film-growth", "--steps", steps)
    assert code == 0, events
    film = tmp_path / "growth.mp4"
    assert str(film) in [event["path"] for event in events if event["event"] == "written"]
    assert len(shots) >= 3, "before, at the first update, and at the end"
    assert shots[0] < 0.01
    assert min(shots[1:]) > 0.02
    assert blender.data.movieclips.load(str(film)).frame_duration == len(shots) - 2 + 2 * 8
    assert [scene.name for scene in blender.data.scenes] == ["Scene"]


def test_a_film_that_can_not_be_shot_costs_nobody_the_job(generate, rooms, scenes, monkeypatch, tmp_path):
    def fail(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr(rooms("output.growth"), "shoot", fail)
    scenes.character()
    code, events = generate("--prompt", "a red column", "--pictures", "none", "--film-growth")
    assert code == 1
    assert "No space left" in next(event["message"] for event in events if event["event"] == "failed")
    assert (tmp_path / "character.glb").exists()
    assert (tmp_path / "result.json").exists()
    assert not (tmp_path / "growth.mp4").exists()


def test_a_character_of_the_open_file_is_used_where_no_figure_is_asked_for(generate, scenes, backend):
    _, rig = scenes.character()
    scenes.wave(rig)
    scenes.bpy.ops.object.select_all(action="DESELECT")
    scenes.bpy.context.view_layer.objects.active = None
    code, _ = generate("--prompt", "a red column", "--pictures", "none")
    assert code == 0
    assert backend.jobs[0].character.parts[0].name == "Column"
    assert len(backend.jobs[0].character.poses) > 2


def test_a_file_is_opened_where_one_is_named(generate, scenes, backend, tmp_path, blender):
    scenes.character()
    blender.ops.wm.save_as_mainfile(filepath=str(tmp_path / "own.blend"), copy=True)
    blender.ops.wm.read_homefile(use_empty=True)
    code, _ = generate("--blend", str(tmp_path / "own.blend"), "--prompt", "a red column", "--pictures", "none")
    assert code == 0
    assert backend.jobs[0].character.parts[0].name == "Column"


def test_the_backends_remarks_are_handed_on(generate, tmp_path):
    _, events = generate("--figure", "--prompt", "a quixotic figure", "--pictures", "none")
    remark = "The CLIP does not know the word quixotic."
    assert remark in [event["text"] for event in events if event["event"] == "warning"]
    assert remark in result(tmp_path)["warnings"]


def test_a_job_that_fails_ends_with_its_reason_and_code_1(generate, tmp_path):
    code, events = generate("--figure", "--prompt", IMPOSSIBLE, "--pictures", "none")
    assert code == 1
    assert events[-1] == {
        "event": "failed",
        "code": "failed",
        "message": "The character fell apart.",
        "remedy": "Use fewer steps.",
    }
    assert not list(tmp_path.iterdir())


def test_a_wrong_secret_ends_with_code_1_in_words(generate, monkeypatch):
    monkeypatch.setenv("CLIPMATRIX_SECRET", "another")
    code, events = generate("--figure", "--prompt", "a red figure")
    assert code == 1
    assert "secret" in events[-1]["message"].lower()


def test_an_empty_file_is_refused_in_words(generate):
    code, events = generate("--prompt", "a red figure")
    assert code == 1
    assert events[-1]["message"] == "The file shows no character."


def test_what_an_export_would_refuse_is_refused_before_the_job(generate, scenes, blender, backend, tmp_path):
    _, rig = scenes.character()
    away = blender.data.collections.new("Away")
    blender.context.scene.collection.children.link(away)
    away.objects.link(rig)
    blender.context.scene.collection.objects.unlink(rig)
    blender.context.view_layer.layer_collection.children["Away"].exclude = True
    code, events = generate("--prompt", "a red column", "--pictures", "none")
    assert code == 1
    assert events[-1]["message"] == "Rig is hidden, and Blender exports no hidden objects."
    assert not backend.jobs
    assert not list(tmp_path.iterdir())


def test_a_file_that_can_not_be_written_keeps_no_other_from_being_written(generate, scenes, tmp_path):
    scenes.character()
    for name in ("first.fbx", "second.glb"):
        (tmp_path / name).mkdir()
    paths = [str(tmp_path / name) for name in ("first.fbx", "second.glb", "third.glb")]
    exports = [word for path in paths for word in ("--export", path)]
    code, events = generate("--prompt", "a red column", "--pictures", "none", *exports)
    assert code == 1
    written = [event["path"].rsplit("/", 1)[1] for event in events if event["event"] == "written"]
    assert written == ["third.glb", "character.blend", "character.glb", "result.json"]
    assert [event["event"] for event in events[-2:]] == ["warning", "failed"]
    assert "first.fbx" in events[-1]["message"]
    assert "second.glb" in events[-2]["text"]


def test_export_writes_a_character_as_it_is_and_asks_no_backend(scenes, blender, rooms, tmp_path, capfd):
    scenes.character()
    blender.ops.wm.save_as_mainfile(filepath=str(tmp_path / "own.blend"), copy=True)
    blender.ops.wm.read_homefile(use_empty=True)
    wanted = [tmp_path / "out" / f"own{ending}" for ending in (".glb", ".fbx")]
    arguments = [word for path in wanted for word in ("--export", str(path))]
    capfd.readouterr()
    assert rooms("command.command").run(["export", "--blend", str(tmp_path / "own.blend"), *arguments]) == 0
    assert all(path.stat().st_size > 1000 for path in wanted)
    assert capfd.readouterr().out.splitlines() == [f"wrote {path}" for path in wanted]
    (tmp_path / "none.blend").write_bytes(b"BLENDER and then nothing")
    code = rooms("command.command").run(["export", "--blend", str(tmp_path / "none.blend"), "--export", str(wanted[0])])
    assert code == 1
    assert "can't open" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["generate", "--prompt", " ", "--out", "{out}"], "prompt is empty"),
        (["generate", "--prompt", "x", "--out", "{out}", "--steps", "10001"], "10000"),
        (["generate", "--prompt", "x", "--out", "{out}", "--texture-size", "1000"], "texture_size"),
        (["generate", "--prompt", "x", "--out", "/proc/self/nowhere"], "can't be written"),
        (["generate", "--prompt", "x", "--out", "{out}", "--address", "a b"], "no address"),
        (["generate", "--prompt", "x", "--out", "{out}", "--blend", "{out}/none.blend"], "no file"),
        (["generate", "--prompt", "x", "--out", "{out}", "--motion", "{out}/none.npz"], "Check --motion"),
        (["generate", "--out", "{out}"], "--prompt"),
        (["generate", "--prompt", "x", "--export", "{out}/x.glb", "--film-growth"], "--out"),
        (["dance"], "dance"),
        (["export", "--blend", "{out}/none.blend", "--export", "{out}/x.glb"], "no file"),
        (["export", "--export", "{out}/x.obj"], "ends in none"),
        (["export"], "--export"),
    ],
)
def test_bad_arguments_end_with_code_2_and_one_sentence(blender, rooms, tmp_path, capfd, arguments, words):
    assert rooms("command.command").run([argument.format(out=tmp_path) for argument in arguments]) == 2
    said = capfd.readouterr()
    assert said.out == ""
    assert words in said.err
    assert len(said.err.strip().splitlines()) == 1


def with_a_waiting_result(blender, rooms, scenes, path):
    """Save a file in which a job has ended and nobody has decided yet."""
    thing, _ = scenes.character()
    shot = rooms("scene.snapshot").snapshot(blender.context, [thing])
    brief = Brief((Prompt("a red column"),), settings=Settings(texture_size=64))
    job = rooms("job.jobs").Job(id="job", brief=brief, binding=shot.binding, file="", ended=True)
    offsets = (np.full(shot.character.parts[0].vertices.shape, 0.1, np.float32),)
    textures = (np.full((64, 64, 3), 200, np.uint8),)
    job.receive(State(np.zeros(0, np.float32), offsets, textures, Look()))
    session = rooms("job.session").current()
    session.job, session.state = job, rooms("job.phases").Phase.FINISHED
    for _ in range(50):
        session.tick()
    blender.ops.wm.save_as_mainfile(filepath=str(path), copy=True)
    session.discard()


def test_a_file_with_a_result_that_waits_is_refused_in_words(generate, blender, rooms, scenes, backend, tmp_path):
    path = tmp_path / "waiting.blend"
    with_a_waiting_result(blender, rooms, scenes, path)
    code, events = generate("--blend", str(path), "--prompt", "a blue column", "--pictures", "none")
    (failed,) = [event for event in events if event["event"] == "failed"]
    assert code == 1
    assert failed["message"] == "The file holds a result that was neither accepted nor discarded."
    assert "Accept or Discard" in failed["remedy"]
    assert backend.jobs == []
