"""A tower in bfloat16 sees nearly what it sees in float32, and its gradient points the same way."""

import copy
from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from clipmatrix.errors import UsageError
from clipmatrix.guidance import Tower, find_precision, in_precision, load_tower, load_towers
from torch import Tensor

CPU = torch.device("cpu")
COLOURS = [(0.8, 0.1, 0.1), (0.1, 0.2, 0.8), (0.5, 0.5, 0.5)]


@pytest.fixture(scope="module")
def halved() -> Tower:
    """The embedded CLIP in bfloat16."""
    (tower,) = load_towers("embedded", CPU, torch.bfloat16)
    return tower


@pytest.fixture(scope="module")
def pictures(portraits) -> Tensor:
    return torch.cat([portraits(colour, COLOURS[0]) for colour in COLOURS])


def pull(tower: Tower, pictures: Tensor) -> Tensor:
    """The gradient of likeness to a text."""
    seen = pictures.clone().requires_grad_()
    (tower.encode_image(seen) @ tower.encode_text(["a figure in a blue shirt"]).T).sum().backward()
    assert seen.grad is not None
    return seen.grad


def test_embeddings_are_near_those_in_float32_but_not_the_same(embedded: Tower, halved: Tower, pictures) -> None:
    exact, rounded = embedded.encode_image(pictures), halved.encode_image(pictures)
    assert rounded.dtype == torch.float32
    torch.testing.assert_close(rounded.norm(dim=1), torch.ones(len(pictures)))
    assert (exact * rounded).sum(1).min() > 0.999
    assert not torch.equal(exact, rounded)


def test_the_gradient_points_the_same_way(embedded: Tower, halved: Tower, pictures) -> None:
    exact, rounded = pull(embedded, pictures), pull(halved, pictures)
    assert rounded.isfinite().all()
    assert F.cosine_similarity(exact.flatten(1), rounded.flatten(1)).min() > 0.95
    assert not torch.equal(exact, rounded)


def test_texts_stay_in_float32(embedded: Tower, halved: Tower) -> None:
    texts = ["a red figure", "a figure in a blue shirt"]
    assert torch.equal(embedded.encode_text(texts), halved.encode_text(texts))


def test_weights_rounded_once_embed_bit_for_bit_like_weights_rounded_each_time(embedded: Tower, halved, pictures):
    each_time = replace(embedded, model=copy.deepcopy(embedded.model), precision=torch.bfloat16)
    assert torch.equal(each_time.encode_image(pictures), halved.encode_image(pictures))
    assert halved.model.visual.transformer.resblocks[0].attn.in_proj_weight.dtype == torch.bfloat16
    assert embedded.model.visual.transformer.resblocks[0].attn.in_proj_weight.dtype == torch.float32


def test_in_float32_nothing_changes(embedded: Tower) -> None:
    assert in_precision(embedded, torch.float32) is embedded
    assert load_tower("embedded", CPU).precision == torch.float32


def test_a_cpu_computes_in_float32_unless_asked_otherwise() -> None:
    assert find_precision("auto", CPU) == find_precision("float32", CPU) == torch.float32
    assert find_precision("bfloat16", CPU) == torch.bfloat16


def test_a_gpu_computes_in_bfloat16_where_it_can(monkeypatch: pytest.MonkeyPatch) -> None:
    cuda = torch.device("cuda")
    monkeypatch.setattr(torch.version, "hip", None)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: (9, 0))
    assert find_precision("auto", cuda) == torch.bfloat16
    assert find_precision("float32", cuda) == torch.float32
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: (7, 5))
    assert find_precision("auto", cuda) == torch.float32
    with pytest.raises(UsageError, match="this GPU can't compute in bfloat16; use --precision float32"):
        find_precision("bfloat16", cuda)


def test_an_unknown_precision_is_answered_with_those_there_are() -> None:
    with pytest.raises(UsageError, match="no precision 'half'; choose one of auto, float32, bfloat16"):
        find_precision("half", CPU)
