"""The headless command with several prompts, with exports, and with several runs in one go."""

import json
from functools import partial

import pytest
from clipmatrix_protocol import Prompt

from ..painter import IMPOSSIBLE
from ..test_export import header
from .events import said


@pytest.fixture
def generate(command, backend):
    """Run ``generate`` with these arguments more; returns the exit code and the events."""
    return partial(
        command, "generate", "--address", backend.address, "--steps", 4, "--texture-size", 64, "--pictures", "none"
    )


@pytest.fixture
def file(blender, scenes, tmp_path):
    """Save the open scene, with a character in it, as this file."""

    def call(name):
        scenes.character()
        path = tmp_path / name
        blender.ops.wm.save_as_mainfile(filepath=str(path), copy=True)
        blender.ops.wm.read_homefile(use_empty=True)
        return path

    return call


def test_what_is_said_about_a_prompt_follows_it(generate, backend, tmp_path):
    code, _ = generate(
        "--figure", "--out", tmp_path, "--prompt", "a knight", "--prompt", "rust", "--weight", "-0.5", "--shading",
        "textured", "--prompt", "a cape", "--weight", "2", "--instead-of", "a coat", "--paints", "column",
    )  # fmt: skip
    assert code == 0
    assert backend.jobs[0].brief.prompts == (
        Prompt("a knight"),
        Prompt("rust", -0.5, "textured"),
        Prompt("a cape", 2.0, origin="a coat", paints=("column",)),
    )  # fmt: skip


def test_everything_that_the_panel_shows_can_be_said(generate, backend, scenes, file, tmp_path):
    own = file("own.blend")
    code, _ = generate(
        "--blend", own, "--prompt", "a knight", "--out", tmp_path / "out", "--vary-offsets", "0.5", "--no-view-words",
        "--azimuth", "-30", "30", "--projection", "orthographic", "--keep", "2", "--mirror", "--poses", "CURRENT",
    )  # fmt: skip
    assert code == 0
    brief = backend.jobs[0].brief
    assert (brief.vary.offsets, brief.settings.view_words, brief.settings.keep, brief.settings.mirror) == (
        0.5, False, 2.0, True,
    )  # fmt: skip
    assert (brief.cameras[0].azimuth, brief.cameras[0].projection) == ((-30.0, 30.0), "orthographic")


def test_prompts_may_look_at_regions_and_regions_may_be_locked(generate, backend, tmp_path):
    runs = batch(
        tmp_path / "batch.json",
        {"name": "one"},
        {"name": "two", "prompts": [{"text": "a hat", "cameras": ["orbit"]}], "locked": ["all but bone: joint3"]},
    )
    code, _ = generate(
        "--figure", "--prompt", "a knight", "--prompt", "a head", "--look-from", "bone: joint2",
        "--lock", "bone: joint1", "--batch", runs, "--out", tmp_path / "out",
    )  # fmt: skip
    assert code == 0
    one, two = (job.brief for job in backend.jobs)
    assert [prompt.cameras for prompt in one.prompts] == [(), ("bone: joint2",)]
    assert {camera.name for camera in one.cameras} == {"orbit", "bone: joint2"}
    assert one.locked == ("bone: joint1",)
    assert (two.prompts[0].cameras, two.locked) == (("orbit",), ("all but bone: joint3",))


def test_an_export_alone_leaves_nothing_else(generate, tmp_path):
    code, events = generate("--figure", "--prompt", "a knight", "--export", tmp_path / "knight.glb")
    assert code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["knight.glb"]
    assert said(events, "written", "path") == [str(tmp_path / "knight.glb")]
    assert len(header(tmp_path / "knight.glb")["skins"]) == 1


def test_exports_go_where_they_are_sent_by_their_endings(generate, tmp_path):
    names = ("a.glb", "b.fbx", "c.blend")
    exports = [word for name in names for word in ("--export", tmp_path / "deep" / name)]
    assert generate("--figure", "--prompt", "a knight", *exports)[0] == 0
    assert sorted(path.name for path in (tmp_path / "deep").iterdir()) == sorted(names)


def test_what_is_not_named_is_as_the_file_has_it(blender, rooms, generate, backend, file, tmp_path):
    rooms("interface.properties").of(blender.context.scene).vary_offsets = 0.5
    rooms("interface.properties").of(blender.context.scene).seed = 11
    path = file("own.blend")
    generate("--blend", path, "--prompt", "a knight", "--export", tmp_path / "a.glb")
    brief = backend.jobs[0].brief
    assert (brief.vary.offsets, brief.settings.seed, brief.settings.steps) == (0.5, 11, 4)


def test_several_files_are_done_in_turn_each_in_a_folder_of_its_own(generate, backend, file, tmp_path):
    files = [file("one.blend"), file("two.blend")]
    code, events = generate(
        "--blend", *files, "--prompt", "a knight", "--out", tmp_path / "out", "--export", "knight.fbx"
    )
    assert code == 0
    assert said(events, "run", "name") == ["one", "two"]
    found = {str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.*")}
    files = ("character.blend", "character.glb", "result.json", "knight.fbx")
    assert found == {f"{folder}/{name}" for folder in ("one", "two") for name in files}
    assert len(backend.jobs) == 2


def batch(path, *entries):
    path.write_text(json.dumps(entries))
    return path


def test_a_batch_says_for_each_run_what_differs(generate, backend, file, tmp_path):
    own = file("own.blend")
    runs = batch(
        tmp_path / "batch.json",
        {"prompts": ["a knight", {"text": "rust", "weight": 0.5}], "seed": 7},
        {"name": "robot", "blend": own.name, "figure": False, "prompts": ["a robot"]},
        {"steps": 3},
        {"name": "A-Horse", "steps": 2},
    )
    code, events = generate("--figure", "--prompt", "a horse", "--batch", runs, "--out", tmp_path / "out")
    assert code == 0
    assert said(events, "run", "name") == ["a-knight", "robot", "a-horse", "A-Horse-2"]  # one folder to some systems
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["A-Horse-2", "a-horse", "a-knight", "robot"]
    asked = [(job.character.parts[0].name, job.brief.settings.seed, job.brief.settings.steps) for job in backend.jobs]
    assert asked == [("column", 7, 4), ("Column", 0, 4), ("column", 0, 3), ("column", 0, 2)]
    assert backend.jobs[0].brief.prompts == (Prompt("a knight"), Prompt("rust", 0.5))
    assert backend.jobs[2].brief.prompts == (Prompt("a horse"),)


def test_a_batch_may_come_from_notepad_with_a_mark_before_it(blender, rooms, tmp_path):
    path = tmp_path / "batch.json"
    path.write_text('[{"name": "knight"}]', encoding="utf-8-sig")
    assert [entry.name for entry in rooms("command.batch").read_batch(path)] == ["knight"]


def test_names_that_windows_takes_for_others_have_folders_of_their_own(generate, tmp_path):
    runs = batch(
        tmp_path / "batch.json", {"name": "knight"}, {"name": "knight. "}, {"name": "Aux"}, {"name": "con.old"}
    )
    code, events = generate(
        "--figure", "--prompt", "a horse", "--steps", "1", "--batch", runs, "--out", tmp_path / "out"
    )
    assert code == 0
    assert said(events, "run", "name") == ["knight", "knight-2", "_Aux", "_con.old"]


def test_each_run_begins_with_the_untouched_character(generate, backend, file, tmp_path, blender):
    path = file("own.blend")
    blender.ops.wm.open_mainfile(filepath=str(path))
    runs = batch(tmp_path / "batch.json", {"prompts": ["a knight"]}, {"prompts": ["a robot"]})
    assert generate("--batch", runs, "--out", tmp_path / "out")[0] == 0
    for job in backend.jobs:
        assert job.character.start_offsets == ()
        assert [texture.shape for texture in job.character.start_textures] == [(1, 1, 3)]  # no take's, one colour


def test_a_run_that_fails_is_told_and_the_others_are_done(generate, tmp_path):
    runs = batch(
        tmp_path / "batch.json", {"prompts": ["a knight"]}, {"prompts": [IMPOSSIBLE]}, {"prompts": ["a robot"]}
    )
    code, events = generate("--figure", "--batch", runs, "--out", tmp_path / "out")
    assert code == 1
    assert said(events, "failed", "message") == ["The character fell apart."]
    done = {path.parent.name for path in (tmp_path / "out").rglob("result.json")}
    assert done == {"a-knight", "a-robot"}


def test_an_action_that_a_file_lacks_fails_its_run_alone(generate, tmp_path):
    runs = batch(tmp_path / "batch.json", {"name": "one", "action": "Fly"}, {"name": "two"})
    code, events = generate("--figure", "--prompt", "a knight", "--batch", runs, "--out", tmp_path / "out")
    assert code == 1
    assert said(events, "failed", "message") == ["There is no Action 'Fly'."]
    assert [path.parent.name for path in (tmp_path / "out").rglob("result.json")] == ["two"]


def test_a_character_of_an_unsaved_file_can_be_grown_only_once(generate, scenes, tmp_path):
    scenes.character()
    runs = batch(tmp_path / "batch.json", {"prompts": ["a knight"]}, {"prompts": ["a robot"]})
    code, events = generate("--batch", runs, "--out", tmp_path / "out")
    assert code == 1
    assert said(events, "failed", "message") == ["The open file was never saved, and can't be opened again."]
    assert (tmp_path / "out" / "a-knight" / "character.glb").exists()


def test_it_needs_no_window_around_it_as_blender_gives_commands_none(blender, scenes, generate, tmp_path):
    scenes.character()
    with blender.context.temp_override(window=None):
        assert blender.context.window is None
        code, _ = generate("--prompt", "a knight", "--export", tmp_path / "a.glb")
    assert code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--weight", "2", "--prompt", "x", "--out", "{out}"], "--weight stands before any --prompt"),
        (["--prompt", "x", "--weight", "11", "--out", "{out}"], "weight"),
        (["--prompt", "x"], "Nothing is to be written"),
        (["--prompt", "x", "--export", "{out}/a.obj"], "ends in none of .glb, .fbx, .blend"),
        (["--prompt", "x", "--export", "/proc/self/nowhere/a.glb"], "can't be written"),
        (["--batch", "{out}/none.json", "--out", "{out}"], "none.json can't be read"),
        (
            ["--batch", "{out}/bad.json", "--out", "{out}"],
            "bad.json: There is no setting 'promt'. Perhaps 'prompts'?",
        ),
        (["--batch", "{out}/text.json", "--out", "{out}"], "text.json is no batch"),
        (["--batch", "{out}/empty.json", "--out", "{out}"], "asks for nothing"),
        (["--batch", "{out}/out.json", "--out", "{out}"], "is no batch"),
        (["--batch", "{out}/none_said.json", "--out", "{out}"], "There is no prompt"),
        (["--batch", "{out}/fine.json"], "Several runs need a folder"),
        (["--batch", "{out}/fine.json", "--out", "{out}", "--export", "{out}/a.glb"], "a file name without a folder"),
        (["--prompt", "x", "--out", "{out}", "--variations", "17"], "variations"),
        (["--prompt", "x", "--export", "{out}/a.glb", "--variations", "2"], "Several runs need a folder"),
        (["--batch", "{out}/lost.json", "--out", "{out}"], "There is no file"),
        (["--batch", "{out}/wrong.json", "--out", "{out}"], "views takes a whole number, not 'many'"),
    ],
)
def test_bad_arguments_end_with_code_2_and_one_sentence(blender, rooms, tmp_path, capfd, arguments, words):
    (tmp_path / "text.json").write_text("hello")
    batch(tmp_path / "bad.json", {"promt": "x"})
    batch(tmp_path / "empty.json")
    batch(tmp_path / "out.json", {"name": "../elsewhere", "prompts": ["x"]})
    batch(tmp_path / "none_said.json", {"seed": 3})
    batch(tmp_path / "fine.json", {"prompts": ["x"]})
    batch(tmp_path / "wrong.json", {"prompts": ["x"], "views": "many"})
    batch(tmp_path / "lost.json", {"prompts": ["x"], "blend": "gone.blend"})
    said = [argument.format(out=tmp_path) for argument in arguments]
    assert rooms("command.command").run(["generate", *said]) == 2
    heard = capfd.readouterr()
    assert words in heard.err
    assert len(heard.err.strip().splitlines()) == 1


def test_variations_are_results_from_one_seed_after_the_other_each_in_a_folder(generate, backend, tmp_path):
    code, events = generate("--figure", "--prompt", "a knight", "--seed", 7, "--variations", 2, "--out", tmp_path)
    assert code == 0
    assert said(events, "run", "name") == ["a-knight-seed-7", "a-knight-seed-8"]
    assert [job.brief.settings.seed for job in backend.jobs] == [7, 8]
    for seed in (7, 8):
        assert json.loads((tmp_path / f"a-knight-seed-{seed}" / "result.json").read_text())["seed"] == seed


def test_a_batch_and_files_have_variations_too_and_what_a_file_was_saved_with_is_none(
    blender, rooms, generate, backend, file, tmp_path
):
    rooms("interface.properties").of(blender.context.scene).variations = 5
    files = [file("one.blend"), file("two.blend")]
    runs = batch(tmp_path / "batch.json", {"blend": files[0].name, "variations": 2}, {"blend": files[1].name})
    code, events = generate("--prompt", "a knight", "--batch", runs, "--out", tmp_path / "out")
    assert code == 0
    assert said(events, "run", "name") == ["one-seed-0", "one-seed-1", "two"]
    assert [job.brief.settings.seed for job in backend.jobs] == [0, 1, 0]
