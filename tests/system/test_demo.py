"""The demo command, as a user starts it."""

import itertools
import json
import math
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest


def clipmatrix(*arguments: str, timeout: float = 500) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "clipmatrix", *arguments], capture_output=True, text=True, timeout=timeout
    )


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("demo") / "out"
    done = clipmatrix("demo", "a red figure", "--out", str(out), "--steps", "40", "--texture-size", "256")
    assert done.returncode == 0, done.stdout + done.stderr
    assert str(out) in done.stdout
    assert "clipmatrix serve" in done.stdout
    return out


def test_a_demo_leaves_all_it_promises(finished):
    written = {path.name for path in finished.iterdir() if path.stat().st_size > 0}
    assert {"character.blend", "character.glb", "contact.png", "turntable.mp4", "report.json"} <= written


def test_the_report_tells_how_to_make_it_again(finished):
    report = json.loads((finished / "report.json").read_text())
    assert report["prompt"] == "a red figure"
    assert report["settings"]["steps"] == report["summary"]["steps"] == 40
    assert report["seed"] == 0
    assert {"torch", "blender", "clipmatrix"} <= set(report["versions"])
    assert report["summary"]["similarity_after"] > report["summary"]["similarity_before"]
    assert report["summary"]["validity"]["inverted"] == report["summary"]["validity"]["degenerate"] == 0
    assert report["summary"]["peak_memory_mb"] < 6000


def test_the_report_says_what_the_judge_makes_of_it(finished):
    evaluation = json.loads((finished / "report.json").read_text())["evaluation"]
    (verdict,) = evaluation["verdicts"]
    assert verdict["judge"] == "judge"
    assert verdict["textured_rest"]["rank"] == 1
    assert len(evaluation["azimuths"]) == 24
    assert evaluation["unseen_poses"] == 3
    assert evaluation["soundness"]["degenerate"] == 0


def write_ball(path, sides=24, rings=12):
    """Write a ball, open at its poles and without UVs, as an OBJ."""

    def corner(ring, side):
        return ring * sides + side % sides + 1

    lines = []
    for ring, side in itertools.product(range(1, rings + 1), range(sides)):
        tilt, turn = math.pi * ring / (rings + 1), 2 * math.pi * side / sides
        lines.append(f"v {math.sin(tilt) * math.cos(turn)} {math.cos(tilt)} {math.sin(tilt) * math.sin(turn)}")
    for ring, side in itertools.product(range(rings - 1), range(sides)):
        face = corner(ring, side), corner(ring, side + 1), corner(ring + 1, side + 1), corner(ring + 1, side)
        lines.append(f"f {' '.join(map(str, face))}")
    path.write_text("\n".join(lines))


def test_a_model_of_ones_own_is_grown_as_well_though_it_has_no_uvs(tmp_path):
    write_ball(tmp_path / "ball.obj")
    out = tmp_path / "out"
    done = clipmatrix(
        "demo", "a red ball", "--blend", str(tmp_path / "ball.obj"), "--out", str(out),
        "--steps", "30", "--texture-size", "128", "--pictures", "contact",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ball has no UVs. “Unwrap” was pressed." in done.stdout
    report = json.loads((out / "report.json").read_text())
    assert report["blend"] == str(tmp_path / "ball.obj")
    assert report["summary"]["similarity_after"] > report["summary"]["similarity_before"]
    assert {"character.blend", "character.glb", "contact.png"} <= {path.name for path in out.iterdir()}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["  "], "prompt is empty"),
        (["a red figure", "--steps", "999999"], "steps"),
        (["a red figure", "--steps", "0"], "steps"),
        (["a red figure", "--texture-size", "1000"], "texture_size"),
        (["a red figure", "--extension", "/nowhere"], "/nowhere"),
        (["a red figure", "--port", "99999"], "port"),
        (["a red figure", "--blend", "/nowhere.glb"], "no file /nowhere.glb"),
        (["a red figure", "--blend", __file__], "ends in none of .blend, .glb"),
    ],
)
def test_a_bad_request_gets_one_line_and_exit_code_2(arguments, says, tmp_path):
    done = clipmatrix("demo", *arguments, "--out", str(tmp_path / "out"), timeout=60)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert says in done.stderr


def test_an_unwritable_folder_gets_one_line_and_exit_code_2(tmp_path):
    (tmp_path / "file").write_text("in the way")
    done = clipmatrix("demo", "a red figure", "--out", str(tmp_path / "file" / "out"), timeout=60)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert "cannot write" in done.stderr


def test_a_taken_port_gets_one_line_and_exit_code_2(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = clipmatrix("demo", "a red figure", "--port", str(port), "--out", str(tmp_path / "out"), timeout=60)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert str(port) in done.stderr


def test_an_unknown_clip_says_what_to_do_instead_of_waiting_for_a_network(tmp_path):
    done = clipmatrix(
        "demo",
        "a red figure",
        "--clip",
        "ViT-B-32:laion2b_s34b_b79k",
        "--pictures",
        "none",
        "--out",
        str(tmp_path / "out"),
    )
    if done.returncode == 0:
        pytest.skip("this machine has the weights of ViT-B-32:laion2b_s34b_b79k")
    assert "ViT-B-32" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


def test_help_explains_itself():
    done = clipmatrix("demo", "--help", timeout=60)
    assert done.returncode == 0
    for word in ("--seed", "--steps", "--out", "--clip", "character.blend"):
        assert word in done.stdout


def test_nothing_stays_running_when_the_demo_is_killed(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-m", "clipmatrix", "demo", "a red figure", "--steps", "5000", "--out", str(tmp_path / "out")],
        stdout=subprocess.PIPE,
        text=True,
    )
    log = tmp_path / "out" / "backend.log"
    deadline = 120
    while not (log.exists() and _children(process.pid)) and deadline:
        deadline -= 1
        time.sleep(0.5)
    children = _children(process.pid)
    assert children
    process.kill()
    process.wait()
    for _ in range(60):
        if not any(_alive(child) for child in children):
            return
        time.sleep(0.5)
    pytest.fail("a process of the demo outlived it")


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task/{pid}/children")
    if not tasks.exists():
        pytest.skip("this system does not list a process's children")
    return [int(child) for child in tasks.read_text().split()]


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
