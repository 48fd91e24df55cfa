"""A step asks for the same change on every device, and a job comes to its end there; all is brought to the device."""

from copy import deepcopy
from dataclasses import replace

import clipmatrix_protocol as protocol
import msgspec
import numpy as np
import pytest
import torch
from clipmatrix.optimize import learning_rates, optimise_with_towers
from clipmatrix.optimize.finish import finish
from clipmatrix.optimize.mesh.repair import broken
from clipmatrix.optimize.objective import objective
from clipmatrix.optimize.parameters import begin
from clipmatrix.optimize.random_draws import draw
from clipmatrix.optimize.readings import take_readings
from clipmatrix.optimize.scene import prepare
from clipmatrix.optimize.state import read, read_full
from clipmatrix.render import TORCH, find_renderer

from ..elsewhere import CAN_BE, NAME

HERE = {
    "cpu": True,
    NAME: CAN_BE,
    "cuda": torch.cuda.is_available(),
    "mps": torch.backends.mps.is_available(),
}


SMALL = {"steps": 3, "views": 2, "resolution": 64, "texture_size": 64, "update_every": 0.0}


@pytest.fixture(params=HERE)
def device(request: pytest.FixtureRequest) -> torch.device:
    if not HERE[request.param]:
        pytest.skip(f"torch finds no {request.param} device here")
    return torch.device(request.param)


@pytest.fixture(params=["afresh", "from what an artist brings"])
def job(request: pytest.FixtureRequest) -> protocol.Submit:
    """A job with all that there is of its kind."""
    return request.getfixturevalue("afresh" if request.param == "afresh" else "brought")


@pytest.fixture
def afresh(character) -> protocol.Submit:
    """Everything varies, under suns that cast shadows, for prompts of both kinds."""
    brief = protocol.Brief(
        prompts=(protocol.Prompt("a red skittle"), protocol.Prompt("a knight", origin="a person", weight=0.5)),
        vary=protocol.Vary(normals=1.0),
        settings=protocol.Settings(
            **SMALL,
            shadows=True,
            suns=2,
            keep=0.5,
            grain=0.1,
        ),
    )
    return protocol.Submit("job", character, brief)


@pytest.fixture
def brought(character) -> protocol.Submit:
    """Paint, relief and offsets are there, a region is locked and one is looked at, a prompt is an image."""
    random = np.random.default_rng(0)
    image = random.integers(0, 255, (48, 48, 3), np.uint8)
    upper = tuple((part.vertices[:, 2] > 0.8).astype(np.float32) for part in character.parts)
    lower = tuple((part.vertices[:, 2] < 0.3).astype(np.float32) for part in character.parts)
    worn = msgspec.structs.replace(
        character,
        start_textures=(image // 8 + 100, image[::-1] // 8 + 100),
        start_normal_maps=(np.full((16, 16, 3), (120, 130, 250), np.uint8),) * 2,
        start_offsets=tuple(np.full_like(part.vertices, 0.01) for part in character.parts),
        regions=(protocol.Region("upper", upper), protocol.Region("lower", lower)),
    )
    brief = protocol.Brief(
        prompts=(protocol.Prompt(image=0), protocol.Prompt("a knight", paints=("body",), cameras=("near",))),
        vary=protocol.Vary(normals=1.0),
        cameras=(protocol.CameraOrbit(), protocol.CameraRegion("upper", name="near")),
        locked=("lower",),
        settings=protocol.Settings(
            **SMALL,
            keep=0.5,
            mirror=True,
            mirror_texture=True,
            view_words=True,
            silhouette=1.0,
        ),
    )
    return protocol.Submit("job", worn, brief, (image,))


def on(device: torch.device, tower):
    """The same tower there."""
    return replace(tower, model=deepcopy(tower.model).to(device), mean=tower.mean.to(device), std=tower.std.to(device))


def stepped(job, tower, device):
    """Gradients of a first step, on the CPU, and what the loop reads of it."""
    scene = prepare(job, (on(device, tower),), device, find_renderer("auto", device))
    parameters = begin(scene)
    leaves = learning_rates.leaves(learning_rates.optimisers(parameters, scene.brief.vary))
    with torch.no_grad():
        start = read(parameters)
        parameters.paint.pyramid.grids[0].add_(0.3)
    terms = objective(parameters, start, scene, draw(scene, torch.Generator().manual_seed(1)))
    terms.backward()
    readings = take_readings(terms, parameters, leaves)
    terms.keeping.backward()
    assert {leaf.grad.device.type for leaf in leaves} == {device.type}
    return [leaf.grad.cpu() for leaf in leaves], readings


def test_a_step_asks_for_the_same_change(job, tower, device):
    expected, told = stepped(job, tower, torch.device("cpu"))
    found, said = stepped(job, tower, device)
    assert said.similarity == pytest.approx(told.similarity, abs=1e-3)
    assert said.loss == pytest.approx(told.loss, abs=1e-3)
    for one, other in zip(found, expected, strict=True):
        assert torch.cosine_similarity(one.flatten(), other.flatten(), dim=0) > 0.99 or other.norm() < 1e-9


def mended(job, tower, device):
    """Offsets of a result that was torn to pieces, on the CPU."""
    scene = prepare(job, (on(device, tower),), device)
    parameters = begin(scene)
    whole = read_full(parameters)
    noise = 0.05 * torch.randn(whole.offsets.shape, generator=torch.Generator().manual_seed(0)).to(device)
    torn = replace(whole, offsets=whole.offsets + noise, coefficients=whole.coefficients + 0.5)
    assert broken(scene.surface, scene.start, torn.vertices(scene)).sum() > 50
    made = finish(torn, scene, parameters.paint.full.layout)
    assert not broken(scene.surface, scene.start, made.vertices(scene)).any()
    return made.offsets.cpu()


def test_a_result_is_mended_alike(afresh, tower, device):
    expected = mended(afresh, tower, torch.device("cpu"))
    torch.testing.assert_close(mended(afresh, tower, device), expected, rtol=0, atol=1e-3)


@pytest.mark.parametrize("keep", [0.5, 0.0])  # without, paint is auditioned
def test_a_job_comes_to_its_end(job, tower, device, keep):
    said = []
    settings = msgspec.structs.replace(job.brief.settings, keep=keep)
    job = msgspec.structs.replace(job, brief=msgspec.structs.replace(job.brief, settings=settings))
    done = optimise_with_towers(
        job, (on(device, tower),), device, said.append, lambda: False, find_renderer("auto", device)
    )
    assert (done.summary.steps, done.summary.validity.inverted) == (3, 0)
    assert sum(isinstance(message, protocol.Update) for message in said) == 3
    assert [texture.shape for texture in done.state.textures] == [(64, 64, 3)] * 2
    assert done.summary.versions["renderer"].partition(" ")[0] in (TORCH.name, "warp", "nvdiffrast")
