"""Warp finds the outlines that torch finds."""

from dataclasses import fields, replace

import pytest
import torch
from clipmatrix.render import Mesh, mesh, orbit, perspective
from clipmatrix.render.antialias import crossings
from clipmatrix.render.silhouettes import Cuts, find_cuts
from torch import Tensor

from .scenes import brute_force, ellipsoid, generator, moved, random_triangles

warp_silhouettes = pytest.importorskip(
    "clipmatrix.render.warp.silhouettes", reason="Warp is not installed", exc_type=ImportError
)
warp_crossings = pytest.importorskip("clipmatrix.render.warp.antialias").crossings
DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
HEIGHT, WIDTH = 40, 56


def body(distance: float, open_at: int = 0, angle: float = 0.8) -> tuple[Tensor, Mesh]:
    """A body that two cameras see, less its first triangles: clip (4, N, V) and mesh."""
    vertices, surface = ellipsoid(20, dtype=torch.float32)
    placed = orbit(torch.tensor([0.3, 2.2]), torch.tensor([0.1, 0.5]), torch.full((2,), distance), torch.zeros(3))
    cameras = perspective(placed, angle, WIDTH / HEIGHT)
    return planar(cameras.project(vertices)), bare(surface.triangles[open_at:])


def planar(clip: Tensor) -> Tensor:
    return clip.permute(2, 0, 1).contiguous()


def bare(triangles: Tensor) -> Mesh:
    return mesh(triangles, torch.zeros(len(triangles), 3, 2), torch.zeros(len(triangles), dtype=torch.int64))


def loose() -> tuple[Tensor, Mesh]:
    """Triangles of all sizes, some behind the camera, some without area; some edges belong to three."""
    clip, triangles = random_triangles(2, count=60)
    return planar(clip), bare(torch.cat([triangles, triangles[:20].roll(1, 1) + torch.tensor([0, 0, 30])]))


SCENES = {
    "a body": body(2.4),
    "a body with a gap": body(2.4, open_at=60),
    "a body that reaches behind the camera": body(0.5, open_at=400, angle=1.5),
    "triangles of all sizes": loose(),
}


def depth(clip: Tensor, surface: Mesh) -> Tensor:
    """Clip w of what each pixel sees, by a slow reference: (N, H, W)."""
    ids, _ = brute_force(clip.permute(1, 2, 0), surface.triangles, HEIGHT, WIDTH)
    w = clip[3][torch.arange(clip.shape[1])[:, None, None, None], surface.triangles[ids.clamp_min(0)]].mean(-1)
    return torch.where(ids >= 0, w, torch.inf)


def by_pair(cuts: Cuts) -> dict[str, Tensor]:
    """All columns, in the order of the pairs of pixels."""
    order = (2 * torch.minimum(cuts.inner, cuts.outer) + cuts.upright).argsort()
    return {field.name: getattr(cuts, field.name)[..., order].cpu() for field in fields(Cuts)}


@pytest.mark.parametrize("kind", SCENES)
@pytest.mark.parametrize("before", ["what is seen", "nothing", "noise"])
def test_cuts_are_torchs(kind, before):
    clip, surface = SCENES[kind]
    seen = torch.full((clip.shape[1], HEIGHT, WIDTH), torch.inf)
    if before == "what is seen":
        seen = depth(clip, surface)
    elif before == "noise":
        seen = 3 * torch.rand(seen.shape, generator=generator(0))
    own = by_pair(find_cuts(clip, surface, seen))
    found = by_pair(warp_silhouettes.find_cuts(*moved(DEVICE, (clip, surface, seen))))
    assert own["inner"].numel() > 20
    assert {len(own["upright"][own["upright"]]) > 0, len(own["upright"][~own["upright"]]) > 0} == {True}
    for name, column in own.items():
        assert found[name].dtype == column.dtype
        assert torch.equal(found[name], column), name


def test_where_nothing_is_in_sight_nothing_is_cut():
    clip, surface = SCENES["a body"]
    cuts = warp_silhouettes.find_cuts(*moved(DEVICE, (-clip, surface, torch.full((2, 5, 7), torch.inf))))
    assert {getattr(cuts, field.name).shape[-1] for field in fields(Cuts)} == {0}


def test_other_numbers_are_left_to_torch():
    clip, surface = SCENES["a body"]
    seen = torch.full((2, HEIGHT, WIDTH), torch.inf).double()
    found, own = (by(clip.double(), surface, seen) for by in (warp_silhouettes.find_cuts, find_cuts))
    assert torch.equal(found.inner, own.inner)
    assert found.before.dtype == torch.float64


@pytest.mark.parametrize("kind", SCENES)
def test_distances_to_outlines_and_their_gradients_are_torchs(kind):
    clip, surface = SCENES[kind]
    cuts = find_cuts(clip, surface, torch.full((clip.shape[1], HEIGHT, WIDTH), torch.inf))
    back = torch.randn(len(cuts.line), generator=generator(1))

    def there_and_back(by, dtype=torch.float32):
        leaf, here = clip.to(DEVICE, dtype).requires_grad_(), moved(DEVICE, replace(cuts, before=cuts.before.to(dtype)))
        distance = by(leaf, here, HEIGHT, WIDTH).distance
        return distance.detach(), *torch.autograd.grad(distance, leaf, back.to(distance))

    exact = there_and_back(crossings, torch.float64)
    for one, own, best in zip(there_and_back(warp_crossings), there_and_back(crossings), exact, strict=True):
        assert one.shape == own.shape
        assert (one - best).abs().max() <= 3 * (own - best).abs().max() + 1e-6 * best.abs().max()
    assert torch.equal(there_and_back(warp_crossings)[1], there_and_back(warp_crossings)[1])


def test_there_may_be_no_outline():
    clip, surface = SCENES["a body"]
    nothing = find_cuts(clip, surface, torch.zeros(clip.shape[1], HEIGHT, WIDTH))
    leaf = clip.to(DEVICE).requires_grad_()
    distance = warp_crossings(leaf, moved(DEVICE, nothing), HEIGHT, WIDTH).distance
    assert distance.shape == (0,)
    assert not torch.autograd.grad(distance.sum(), leaf)[0].any()


def test_float64_is_left_to_torch():
    clip, surface = SCENES["a body"]
    cuts = find_cuts(clip.double(), surface, torch.full((clip.shape[1], HEIGHT, WIDTH), torch.inf).double())
    found, own = (by(clip.double(), cuts, HEIGHT, WIDTH).distance for by in (warp_crossings, crossings))
    assert found.dtype == torch.float64
    assert torch.equal(found, own)
