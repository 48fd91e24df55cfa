"""`clipmatrix doctor` tells what is here, and what is not."""

import json
import os
import subprocess
import sys

import torch
from clipmatrix import diagnosis
from clipmatrix.command_lines import install_line


def doctor(*options: str, **environment: str) -> str:
    asked = [sys.executable, "-m", "clipmatrix.cli", "doctor", *options]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=120, env={**os.environ, **environment})
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_versions_devices_and_models_are_told(tmp_path):
    found = {(one["topic"], one["name"]): one for one in json.loads(doctor("--json", HF_HUB_CACHE=str(tmp_path)))}
    assert found["version", "torch"]["detail"] == torch.__version__.partition("+")[0]
    assert found["device", "cpu"]["here"]
    assert found["device", "cuda"]["here"] == torch.cuda.is_available()
    assert found["renderer", "torch"]["here"]
    assert "nvdiffrast runs on cuda alone" in found["renderer", "nvdiffrast"]["detail"] or torch.cuda.is_available()
    assert found["renderer", "pytorch3d"]["here"] or "get it with" in found["renderer", "pytorch3d"]["detail"]
    assert found["clip", "embedded"]["here"]
    assert found["extra", "smplx"]["here"]
    assert [name for topic, name in found if topic == "clip"] == ["embedded", "judge"]


def test_weights_in_the_hubs_cache_are_named_as_a_brief_takes_them(tmp_path):
    folder = tmp_path / "models--laion--CLIP-ViT-B-32-laion2B-s34B-b79K"
    snapshot = folder / "snapshots" / "0123abcd"
    snapshot.mkdir(parents=True)
    (snapshot / "open_clip_model.safetensors").write_bytes(b"")
    (folder / "refs").mkdir()
    (folder / "refs" / "main").write_text("0123abcd")
    found = json.loads(doctor("--json", HF_HUB_CACHE=str(tmp_path)))
    assert "ViT-B-32:laion2b_s34b_b79k" in [one["name"] for one in found if one["topic"] == "clip"]


def test_doctor_prints_a_table_of_what_is_there():
    said = doctor(COLUMNS="120", PYTHONIOENCODING="utf-8")
    assert "✓ embedded" in said
    assert "CLIP models on this machine" in said
    assert "embedded" in said
    assert "✓ smplx" in said
    assert "clipmatrix[" not in said, "on PyPI that name is somebody else's"


def test_only_what_is_missing_comes_with_the_line_that_installs_it():
    here, gone = diagnosis._extra("torch", "tensors"), diagnosis._extra("no_such_package", "nothing")
    assert (here.here, here.detail) == (True, "tensors")
    assert (gone.here, gone.detail) == (False, f"nothing: {install_line('no_such_package')}")


def test_a_torch_without_cuda_says_where_one_with_it_is(monkeypatch):
    monkeypatch.setattr(torch.version, "cuda", None)
    assert "pytorch.org" in diagnosis._missing("cuda")
    assert diagnosis._missing("mps") == "torch finds none here"


def test_where_characters_are_few_it_is_told_in_those_there_are(tmp_path):
    folder = tmp_path / "模型" / "models--laion--CLIP-ViT-B-32-laion2B-s34B-b79K"
    (folder / "snapshots" / "0123abcd").mkdir(parents=True)
    (folder / "snapshots" / "0123abcd" / "open_clip_model.safetensors").write_bytes(b"")
    (folder / "refs").mkdir()
    (folder / "refs" / "main").write_text("0123abcd")
    said = doctor(COLUMNS="300", HF_HUB_CACHE=str(tmp_path / "模型"), PYTHONIOENCODING="cp1252")
    assert "+ embedded" in said
    assert "/??/models--laion" in said
