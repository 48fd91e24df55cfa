"""The faster layout computes what open_clip's own does."""

import copy
import time

import open_clip
import pytest
import torch
from clipmatrix.guidance.layout import Attention, Patches, faster
from open_clip.model import CLIP

TEXT = {"context_length": 8, "vocab_size": 64, "width": 16, "heads": 2, "layers": 1}


def model(**vision: object) -> CLIP:
    torch.manual_seed(0)
    return CLIP(16, {"image_size": 64, "width": 64, "head_width": 16, **vision}, TEXT).eval().requires_grad_(False)


def embedded(made: CLIP, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Embeddings, and the gradient of a sum of them that weighs each differently."""
    seen = images.clone().requires_grad_()
    found = made.encode_image(seen)
    (found * torch.linspace(-1, 1, found.numel()).view(found.shape)).sum().backward()
    return found.detach(), seen.grad


@pytest.mark.parametrize(
    "vision", [{"layers": 2, "patch_size": 16}, {"layers": 1, "patch_size": 8, "ls_init_value": 0.1}]
)
def test_embeddings_and_gradients_stay_what_they_are(vision):
    own = model(**vision)
    images = torch.rand(3, 3, 64, 64)
    expected = embedded(own, images)
    changed = faster(copy.deepcopy(own))
    assert isinstance(changed.visual.conv1, Patches)
    assert all(isinstance(block.attn, Attention) for block in changed.visual.transformer.resblocks)
    for found, wanted in zip(embedded(changed, images), expected, strict=True):
        torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-6)


def test_convolutional_towers_stay_as_they_are():
    made = model(layers=[1, 1, 1, 1], width=8)
    before = embedded(made, torch.rand(1, 3, 64, 64))[0]
    assert embedded(faster(made), torch.rand(1, 3, 64, 64))[0].shape == before.shape
    assert not any(isinstance(part, Patches) for part in made.modules())


def test_patches_leave_out_what_a_convolution_leaves_out():
    convolution, images = torch.nn.Conv2d(3, 5, 14, stride=14), torch.rand(2, 3, 45, 31)
    torch.testing.assert_close(Patches(convolution)(images), convolution(images), rtol=1e-4, atol=1e-6)


def test_weights_keep_their_names():
    made = model(layers=1, patch_size=16)
    names = set(made.state_dict())
    assert set(faster(made).state_dict()) == names


@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
def test_the_changed_layout_is_faster(precision):
    """A tower of ViT-B/32's shape, forward and backward on four pictures, in turns."""
    configuration = open_clip.get_model_config("ViT-B-32")
    own = CLIP(configuration["embed_dim"], {**configuration["vision_cfg"], "layers": 3}, TEXT)
    own = own.eval().requires_grad_(False)
    changed, images = faster(copy.deepcopy(own)), torch.rand(4, 3, 224, 224)

    def seconds(made: CLIP) -> float:
        seen = images.clone().requires_grad_()
        began = time.process_time()
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == torch.bfloat16):
            found = made.encode_image(seen)
        found.float().sum().backward()
        return time.process_time() - began

    seconds(changed), seconds(own)
    assert min(seconds(changed) for _ in range(4)) < min(seconds(own) for _ in range(4))
