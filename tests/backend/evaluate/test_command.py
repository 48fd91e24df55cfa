"""``clipmatrix evaluate``, as a user calls it."""

import json
import re
import sys

import pytest
from clipmatrix.cli import main
from clipmatrix.evaluate import evaluation
from clipmatrix.evaluate.inputs import prompts_in


@pytest.fixture
def call(monkeypatch, capsys):
    """Run the command line; returns its exit code, and what it said on either stream."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["clipmatrix", "evaluate", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            main()
        said = capsys.readouterr()
        return left.value.code or 0, said.out, said.err

    return run


@pytest.fixture
def quick(monkeypatch, little):
    """Let the command look at little."""
    monkeypatch.setattr(evaluation, "Effort", lambda: little)


def test_a_glb_becomes_figures_and_a_page_that_needs_nothing_else(call, quick, egg, tmp_path):
    code, out, err = call(egg.glb, "--prompt", "a <b>red</b> figure", "--out", tmp_path, "--device", "cpu")
    assert code == 0, err
    assert "rank" in out
    figures = json.loads((tmp_path / "evaluation.json").read_text())
    (result,) = figures["results"]
    assert result["name"] == "egg"
    assert result["among"] == 51
    assert sorted(result["actions"]) == ["nod", "turn"]
    assert set(figures["retrieved"]) == {"judge"}
    page = (tmp_path / "evaluation.html").read_text()
    assert "<b>red</b> figure" not in page
    assert "a &lt;b&gt;red&lt;/b&gt; figure" in page
    assert not re.search(r"https?://|<script|<link|@import", page)
    assert page.count("<img") == 2 + 4 + 4 + 1  # before and after; four views, textured and plain; one unseen pose
    assert set(re.findall(r'src="([^"]{10})', page)) == {"data:image"}


def test_prompts_come_from_the_report_beside_each_file(call, quick, egg, tmp_path):
    files = []
    for colour in ("red", "blue"):
        folder = tmp_path / colour
        folder.mkdir()
        (folder / "report.json").write_text(json.dumps({"prompt": f"a {colour} figure"}))
        (folder / "character.glb").write_bytes(egg.glb.read_bytes())
        files.append(folder / "character.glb")
    (tmp_path / "among.txt").write_text("a red figure\n\na blue figure\na green figure\n")
    code, _, err = call(*files, "--among", tmp_path / "among.txt", "--origin", "a white figure")
    assert code == 0, err
    figures = json.loads((tmp_path / "red" / "evaluation.json").read_text())
    assert [(one["name"], one["prompt"]) for one in figures["results"]] == [
        ("red", "a red figure"),
        ("blue", "a blue figure"),
    ]
    assert [one["among"] for one in figures["results"]] == [3, 3]
    assert figures["results"][0]["origin"] == "a white figure"
    assert "2 results" in (tmp_path / "red" / "evaluation.html").read_text()


def test_a_mark_that_notepad_puts_before_a_text_is_no_part_of_the_first_prompt(tmp_path):
    listed = tmp_path / "among.txt"
    listed.write_text("a red figure\nein grüner Mensch\n", encoding="utf-8-sig")
    assert prompts_in(listed) == ("a red figure", "ein grüner Mensch")


def test_a_blend_goes_through_blender_and_judges_and_a_before_may_be_named(call, quick, egg, tmp_path):
    code, _, err = call(
        egg.blend, "--prompt", "a red figure", "--judge", "embedded", "--judge", "judge", "--before", egg.glb,
        "--out", tmp_path,
    )  # fmt: skip
    assert code == 0, err
    (result,) = json.loads((tmp_path / "evaluation.json").read_text())["results"]
    assert [said["judge"] for said in result["verdicts"]] == ["embedded", "judge"]
    assert result["verdicts"][0]["directional"] is None  # the same character, by two ways


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["{egg}"], "--prompt"),
        (["{egg}", "--prompt", " "], "prompt is empty"),
        (["/nowhere/x.glb", "--prompt", "x"], "no file"),
        (["{out}/among.fbx", "--prompt", "x"], "neither .glb nor .blend"),
        (["{out}/broken.glb", "--prompt", "x"], "broken.glb"),
        (["{out}/broken.blend", "--prompt", "x"], "broken.blend"),
        (["{egg}", "--prompt", "x", "--before", "/nowhere/y.glb"], "y.glb"),
        (["{egg}", "--prompt", "x", "--among", "/nowhere/list"], "prompts"),
        (["{egg}", "--prompt", "x", "--among", "{out}/empty.txt"], "no prompts"),
        (["{egg}", "--prompt", "x", "--judge", "nobody"], "nobody"),
        (["{egg}", "--prompt", "x", "--device", "abacus"], "abacus"),
        (["{egg}", "--prompt", "x", "--out", "/proc/self/nowhere"], "cannot write"),
    ],
)
def test_what_cannot_be_gets_one_line_and_exit_code_2(call, egg, tmp_path, arguments, says):
    (tmp_path / "broken.glb").write_bytes(b"glTF and then nothing")
    (tmp_path / "broken.blend").write_bytes(b"BLENDER and then nothing")
    (tmp_path / "empty.txt").write_text("\n\n")
    (tmp_path / "egg.glb").write_bytes(egg.glb.read_bytes())
    code, _, err = call(*(argument.format(egg=tmp_path / "egg.glb", out=tmp_path) for argument in arguments))
    assert code == 2
    assert len(err.strip().splitlines()) == 1
    assert says in err
