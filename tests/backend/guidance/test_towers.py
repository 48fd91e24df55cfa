"""Loading CLIP models from folders, files, the hub's cache, and failing to."""

import json
import os
import re
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import huggingface_hub
import numpy as np
import open_clip
import pytest
import torch
from clipmatrix.guidance import ClipUnavailable, load_tower
from clipmatrix.guidance.pretrained import find_checkpoint, preprocessing
from open_clip.model import CLIP
from safetensors.torch import save_file

CPU = torch.device("cpu")
CONFIG = {
    "embed_dim": 16,
    "vision_cfg": {"image_size": 32, "patch_size": 16, "width": 32, "layers": 1, "head_width": 16},
    "text_cfg": {"context_length": 16, "vocab_size": 49408, "width": 16, "heads": 2, "layers": 1},
}
MEAN, STD = (0.4, 0.5, 0.6), (0.2, 0.3, 0.25)


@pytest.fixture
def model() -> CLIP:
    torch.manual_seed(0)
    return CLIP(**CONFIG).eval()


@pytest.fixture
def folder(model: CLIP, tmp_path: Path) -> Path:
    place = tmp_path / "tiny-model"
    place.mkdir()
    save_file(model.state_dict(), place / "open_clip_model.safetensors")
    described = {"model_cfg": CONFIG, "preprocess_cfg": {"mean": MEAN, "std": STD}}
    (place / "open_clip_config.json").write_text(json.dumps(described))
    return place


@pytest.fixture
def tiny(folder: Path) -> str:
    """open_clip's name of the model's architecture."""
    (folder / "tiny-for-test.json").write_text(json.dumps(CONFIG))
    open_clip.add_model_config(folder / "tiny-for-test.json")
    return "tiny-for-test"


def embed(model: CLIP, images: torch.Tensor) -> torch.Tensor:
    normalised = (images - torch.tensor(MEAN)[:, None, None]) / torch.tensor(STD)[:, None, None]
    return torch.nn.functional.normalize(model.encode_image(normalised), dim=1)


def test_a_folder_gives_the_very_model_that_was_saved(model: CLIP, folder: Path) -> None:
    tower = load_tower(f"local-dir:{folder}", CPU)
    images = torch.rand(3, 3, 32, 32)
    torch.testing.assert_close(tower.encode_image(images), embed(model, images))
    texts = ["a red figure", "somebody else"]
    tokens = open_clip.SimpleTokenizer(context_length=16)(texts)
    torch.testing.assert_close(
        tower.encode_text(texts), torch.nn.functional.normalize(model.encode_text(tokens), dim=1)
    )
    assert tower.unknown_words("any word at all") == ()


def test_a_checkpoint_file_is_loaded_with_the_mean_and_deviation_beside_it(
    model: CLIP, folder: Path, tiny: str
) -> None:
    tower = load_tower(f"{tiny}:{folder / 'open_clip_model.safetensors'}", CPU)
    images = torch.rand(2, 3, 32, 32)
    torch.testing.assert_close(tower.encode_image(images), embed(model, images))


def test_a_tower_is_frozen_but_lets_gradients_through_to_pictures_of_any_size(folder: Path) -> None:
    tower = load_tower(f"local-dir:{folder}", CPU)
    images = torch.rand(2, 3, 75, 51, requires_grad=True)
    vectors = tower.encode_image(images)
    torch.testing.assert_close(vectors.norm(dim=1), torch.ones(2))
    vectors[:, 0].sum().backward()
    assert images.grad is not None
    assert (images.grad != 0).float().mean() > 0.99
    assert not tower.model.training
    assert not any(weight.requires_grad for weight in tower.model.parameters())


def test_larger_pictures_are_scaled_down_without_aliasing(folder: Path) -> None:
    tower = load_tower(f"local-dir:{folder}", CPU)
    checks = torch.zeros(1, 3, 128, 128)
    checks[..., ::2, ::2] = checks[..., 1::2, 1::2] = 1
    grey = torch.full((1, 3, 32, 32), 0.5)
    assert (tower.encode_image(checks) * tower.encode_image(grey)).sum() > 0.999


def test_weights_in_the_hub_cache_are_found_without_a_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    stored = tmp_path / "models--laion--CLIP-ViT-B-32-laion2B-s34B-b79K"
    (stored / "refs").mkdir(parents=True)
    (stored / "refs" / "main").write_text("abc123")
    weights = stored / "snapshots" / "abc123" / "open_clip_model.safetensors"
    weights.parent.mkdir(parents=True)
    weights.write_bytes(b"damaged")
    found = find_checkpoint("ViT-B-32", "laion2b_s34b_b79k")
    assert found.path == weights
    assert preprocessing(found)[0] == pytest.approx((0.48145466, 0.4578275, 0.40821073))
    with pytest.raises(ClipUnavailable, match="does not hold weights of the CLIP model ViT-B-32"):
        load_tower("ViT-B-32:laion2b_s34b_b79k", CPU)


def test_missing_weights_say_what_was_tried_and_how_to_fetch_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    began = time.monotonic()
    with pytest.raises(ClipUnavailable) as caught:
        load_tower("ViT-B-32:laion2b_s34b_b79k", CPU)
    assert time.monotonic() - began < 5
    assert "laion2b_s34b_b79k" in caught.value.message
    assert str(tmp_path) in caught.value.message
    assert "HF_HUB_OFFLINE" in caught.value.message
    assert "hf download laion/CLIP-ViT-B-32-laion2B-s34B-b79K" in caught.value.remedy
    assert "--clip ViT-B-32:/path/to/" in caught.value.remedy


def test_weights_fetched_by_hand_are_to_be_used_with_the_activation_they_were_trained_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    wrong = {}
    for model, tag in open_clip.list_pretrained():
        with pytest.raises(ClipUnavailable) as caught:
            find_checkpoint(model, tag)
        named = re.search(r"--clip ([^:]+):/path/to/", caught.value.remedy)[1]
        wanted = dict(open_clip.get_model_config(model))
        if open_clip.get_pretrained_cfg(model, tag).get("quick_gelu"):
            wanted["quick_gelu"] = True
        if open_clip.get_model_config(named) != wanted:
            wrong[model, tag] = named
    assert wrong == {}


def test_a_python_without_certificates_leaves_it_to_the_hubs_own_client(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as python.org's on a Mac; the client brings certificates of its own."""

    def distrusted(*_: object, **__: object) -> None:
        raise urllib.error.URLError(ssl.SSLCertVerificationError("unable to get local issuer certificate"))

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(urllib.request, "urlopen", distrusted)
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", lambda _, name: str(tmp_path / name))
    assert find_checkpoint("ViT-B-32", "laion2b_s34b_b79k").path.parent == tmp_path


def test_a_hub_out_of_reach_is_noticed_in_seconds(tmp_path: Path) -> None:
    script = (
        "import time, torch\n"
        "from clipmatrix.guidance import ClipUnavailable, load_tower\n"
        "began = time.monotonic()\n"
        "try:\n"
        "    load_tower('ViT-B-32:laion2b_s34b_b79k', torch.device('cpu'))\n"
        "except ClipUnavailable as error:\n"
        "    print('cannot be reached' in error.message, time.monotonic() - began < 5)\n"
    )
    # Nothing listens on the discard port.
    surroundings = os.environ | {"HF_ENDPOINT": "http://127.0.0.1:9", "HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "0"}
    done = subprocess.run([sys.executable, "-c", script], env=surroundings, capture_output=True, text=True, timeout=120)
    assert done.stdout.split() == ["True", "True"], done.stderr


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("VitB32:openai", "ViT-B-32"),
        ("ViT-B-32:laion2b_s34b", "laion2b_s34b_b79k"),
        ("ViT-B-32:/nowhere/weights.pt", "no checkpoint file"),
        ("embeded", "does not name a CLIP model"),
        ("local-dir:/nowhere", "lacks open_clip_config.json"),
        ("RN50:~nobody-of-that-name/weights.pt", "no checkpoint file"),
        ("local-dir:~nobody-of-that-name", "lacks open_clip_config.json"),
        (f"RN50:/tmp/{'x' * 300}/weights.pt", "no checkpoint file"),
        (f"local-dir:/tmp/{'x' * 300}", "lacks open_clip_config.json"),
    ],
)
def test_a_wrong_name_is_answered_with_what_it_may_have_meant(spec: str, said: str) -> None:
    with pytest.raises(ClipUnavailable) as caught:
        load_tower(spec, CPU)
    assert said in caught.value.message
    assert caught.value.remedy


def test_weights_of_another_architecture_are_refused(folder: Path) -> None:
    with pytest.raises(ClipUnavailable, match="does not hold weights"):
        load_tower(f"RN50:{folder / 'open_clip_model.safetensors'}", CPU)


@pytest.mark.parametrize("content", [{}, [1, 2], torch.zeros(3), None, {"state_dict": None}, {"epoch": 3}])
def test_files_with_anything_but_weights_are_refused(tiny: str, tmp_path: Path, content: object) -> None:
    torch.save(content, tmp_path / "other.pt")
    with pytest.raises(ClipUnavailable, match="does not hold weights of the CLIP model tiny-for-test"):
        load_tower(f"{tiny}:{tmp_path / 'other.pt'}", CPU)


def test_an_archive_of_arrays_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "arrays.npz", a=np.zeros(3))
    with pytest.raises(ClipUnavailable, match="does not hold weights"):
        load_tower(f"RN50:{tmp_path / 'arrays.npz'}", CPU)


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
def test_an_archive_with_code_is_not_run_and_said_to_be_one(tiny: str, tmp_path: Path) -> None:
    torch.jit.trace(torch.nn.Linear(2, 2), torch.zeros(1, 2)).save(str(tmp_path / "scripted.pt"))
    with pytest.raises(ClipUnavailable) as caught:
        load_tower(f"{tiny}:{tmp_path / 'scripted.pt'}", CPU)
    assert "is a TorchScript archive" in caught.value.message
    assert "weights_only" not in str(caught.value)
    assert "MODEL:openai" in caught.value.remedy


@pytest.mark.parametrize(
    "written", ["{broken", '{"preprocess_cfg": null}', "[]", '{"preprocess_cfg": {"mean": "grey"}}']
)
def test_a_broken_description_beside_the_weights_is_named(folder: Path, tiny: str, written: str) -> None:
    (folder / "open_clip_config.json").write_text(written)
    with pytest.raises(ClipUnavailable, match=r"open_clip_config\.json, which lies beside the weights"):
        load_tower(f"{tiny}:{folder / 'open_clip_model.safetensors'}", CPU)
