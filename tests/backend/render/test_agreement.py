"""Every renderer that is installed sees what torch's own sees; one that does not is refused.

A slow reference in float64 takes part as if it were a renderer, so that something is compared on any machine.
"""

import importlib.util
import sys
from dataclasses import replace
from types import ModuleType

import pytest
import torch
from clipmatrix.errors import UsageError
from clipmatrix.render import (
    TORCH,
    Cameras,
    Lights,
    Material,
    Renderer,
    find_renderer,
    orbit,
    orthographic,
    perspective,
    render,
    renderers,
    sky,
    visibility,
)
from clipmatrix.render.fragments import Fragments
from clipmatrix.render.near_plane import in_front
from clipmatrix.render.renderers import RENDERERS
from clipmatrix.render.trial import SHARE, does_as_torch, samples_alike, sees_alike
from torch import Tensor

from .scenes import brute_force, ellipsoid, generator, moved, random_triangles

CPU = torch.device("cpu")
REFERENCE = Renderer(
    "reference", lambda clip, triangles, height, width, _=None: brute_force(clip, triangles, height, width)[0]
)
EDGE = 0.1
"""Pixels within which a centre is near an edge: rasterisers round corners to fractions of a pixel."""

SIZE = (48, 36)


@pytest.fixture(params=["reference", "warp", "pytorch3d", "nvdiffrast"], scope="module")
def other(request: pytest.FixtureRequest) -> tuple[Renderer, torch.device]:
    """A renderer that is not torch's own, and the device it is tried on."""
    if request.param == "reference":
        return REFERENCE, CPU
    if importlib.util.find_spec(request.param) is None:
        pytest.skip(f"{request.param} is not installed")
    if request.param == "nvdiffrast" and not torch.cuda.is_available():
        pytest.skip("nvdiffrast needs CUDA, which is not here")
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return find_renderer(request.param, device), device


def views(kind: str) -> tuple[Tensor, Tensor]:
    """Clip coordinates (N, V, 4) and triangles of a scene."""
    if kind == "triangles of all sizes, some behind the camera":
        return random_triangles(1, count=50)
    vertices, surface = ellipsoid(12, dtype=torch.float32)
    return cameras(kind).project(vertices), surface.triangles


def cameras(kind: str) -> Cameras:
    """Two cameras around a body of about a metre."""
    angle = torch.tensor([0.3, 2.2])
    near = kind == "a body that the camera is in"
    placed = orbit(angle, 0.3 * angle, torch.full((2,), 0.55 if near else 2.4), torch.zeros(3))
    return orthographic(placed, 1.9, SIZE[1] / SIZE[0]) if "parallel" in kind else perspective(placed, 0.8, 0.75)


SCENES = [
    "triangles of all sizes, some behind the camera",
    "a body",
    "a body that the camera is in",
    "a body in parallel projection",
]


def away_from_edges(clip: Tensor, triangles: Tensor) -> Tensor:
    """Pixels (N, H, W) that see the same triangle wherever within :data:`EDGE` of their centre one looks."""
    shifts = [
        clip.new_tensor([2 * right * EDGE / SIZE[1], 2 * up * EDGE / SIZE[0]]) for right in (-1, 1) for up in (-1, 1)
    ]
    seen = torch.stack(
        [
            visibility(torch.cat([clip[..., :2] + shift * clip[..., 3:], clip[..., 2:]], dim=-1), triangles, *SIZE)
            for shift in [torch.zeros(2), *shifts]
        ]
    )
    return (seen == seen[0]).all(0)


@pytest.mark.parametrize("kind", SCENES)
def test_triangle_ids_agree_away_from_edges(other: tuple[Renderer, torch.device], kind: str) -> None:
    renderer, device = other
    clip, triangles = views(kind)
    found, own = renderer.see(clip.to(device), triangles.to(device), *SIZE).cpu(), TORCH.see(clip, triangles, *SIZE)
    assert (found.shape, found.dtype) == ((len(clip), *SIZE), torch.int64)
    clear = away_from_edges(clip, triangles)
    assert clear.float().mean() > 0.6
    assert (own[clear] >= 0).float().mean() > 0.2
    assert (found == own)[clear].float().mean() >= 0.999
    assert (found == own).float().mean() >= 0.98


@pytest.mark.parametrize("kind", SCENES[1:])
def test_pictures_agree(other: tuple[Renderer, torch.device], kind: str) -> None:
    renderer, device = other
    vertices, surface = ellipsoid(12, dtype=torch.float32)
    seen = cameras(kind)
    light = sky(torch.full((3,), 0.3), torch.tensor([[0.0, -0.6, 0.8]]), torch.ones(1, 3), shadows=48)
    made = (vertices.expand(2, -1, -1), surface, seen, torch.rand(1, 32, 32, 3, generator=generator(0)))
    half = torch.full((2, *SIZE, 3), 0.5)
    material = Material(torch.tensor(0.5), torch.tensor(0.0))
    own = render(*made, material, light, half)
    found = render(*moved(device, made), moved(device, material), moved(device, light), half.to(device), renderer)
    for name in ("textured", "plain", "coverage"):
        assert (getattr(found, name).cpu() - getattr(own, name)).abs().mean() <= 1 / 255


def test_backs_that_nobody_sees_may_be_left_out(other: tuple[Renderer, torch.device]) -> None:
    renderer, device = other
    clip, triangles = views("a body")
    usual = renderer.see(clip.to(device), triangles.to(device), *SIZE)
    one_sided = torch.ones(len(clip), len(triangles), dtype=torch.bool, device=device)
    assert torch.equal(renderer.see(clip.to(device), triangles.to(device), *SIZE, one_sided), usual)


def test_an_empty_scene_is_empty(other: tuple[Renderer, torch.device]) -> None:
    renderer, device = other
    behind = torch.tensor([[[0.0, 0, 0, -1], [1, 0, 0, -1], [0, 1, 0, -1]]], device=device)
    found = renderer.see(behind, torch.tensor([[0, 1, 2]], device=device), 5, 7)
    assert torch.equal(found.cpu(), torch.full((1, 5, 7), -1))


def test_what_is_beyond_the_far_plane_is_not_seen(other: tuple[Renderer, torch.device]) -> None:
    renderer, device = other
    corners = torch.tensor([[-1.0, -1, 0, 1], [3, -1, 0, 1], [-1, 3, 0, 1]], device=device)
    tilted = corners + corners.new_tensor([[0.0, 0, -0.5, 0], [0, 0, 3.5, 0], [0, 0, -0.5, 0]])
    triangle = torch.tensor([[0, 1, 2]], device=device)
    found = renderer.see(tilted[None], triangle, 20, 20).cpu()
    assert torch.equal(found, TORCH.see(tilted[None].cpu(), triangle.cpu(), 20, 20))
    assert 0 < (found >= 0).float().mean() < 1


SPOILT = {
    "upside down": lambda ids: ids.flip(1),
    "mirrored": lambda ids: ids.flip(2),
    "counting from one": lambda ids: torch.where(ids >= 0, ids + 1, ids),
    "counting through all views": lambda ids: torch.where(ids >= 0, ids + 3 * torch.arange(2)[:, None, None], ids),
    "the farthest first": lambda ids: torch.where(ids == 1, 0, ids),
    "without what crosses the near plane": lambda ids: torch.where(ids == 2, -1, ids),
    "of another size": lambda ids: ids[:, :-1],
}


@pytest.mark.parametrize("how", SPOILT)
def test_a_renderer_that_sees_otherwise_is_noticed(how: str) -> None:
    assert does_as_torch(TORCH, CPU)
    assert does_as_torch(REFERENCE, CPU)
    assert 0.9 < SHARE < 1
    spoilt = replace(TORCH, see=lambda *scene: SPOILT[how](visibility(*scene)))
    assert not does_as_torch(spoilt, CPU)
    assert samples_alike(spoilt.sample, CPU)


SPOILT_LOOKUPS = {
    "a step aside": lambda textures, uv, slot, level: TORCH.sample(textures, uv + 0.01, slot, level),
    "always in the first texture": lambda textures, uv, slot, level: TORCH.sample(textures, uv, 0 * slot, level),
    "in the finest level alone": lambda textures, uv, slot, level: TORCH.sample(textures, uv, slot, 0 * level),
    "without a gradient of places": lambda textures, uv, slot, level: (
        TORCH.sample(textures, uv.detach(), slot, level) + 0 * uv[0]
    ),
}


@pytest.mark.parametrize("how", SPOILT_LOOKUPS)
def test_a_renderer_that_looks_textures_up_otherwise_is_noticed(how: str) -> None:
    assert not does_as_torch(replace(TORCH, sample=SPOILT_LOOKUPS[how]), CPU)


SPOILT_CUTS = {
    "none": lambda cuts: type(cuts)(*(column[..., :0] for column in vars(cuts).values())),
    "a tenth left out": lambda cuts: type(cuts)(
        *(column[..., len(cuts.inner) // 10 :] for column in vars(cuts).values())
    ),
    "sides exchanged": lambda cuts: replace(cuts, inner=cuts.outer, outer=cuts.inner),
    "other ends": lambda cuts: replace(cuts, ends=cuts.ends.flip(0)),
}


@pytest.mark.parametrize("how", SPOILT_CUTS)
def test_a_renderer_that_finds_other_outlines_is_noticed(how: str) -> None:
    assert not does_as_torch(replace(TORCH, cut=lambda *scene: SPOILT_CUTS[how](TORCH.cut(*scene))), CPU)


SPOILT_NORMALS = {
    "inwards": lambda normals: -normals,
    "without a gradient": lambda normals: normals.detach() + 0 * normals,
    "of another length": lambda normals: 2 * normals,
    "somewhere also where no triangle is": lambda normals: torch.where(normals == 0, 1.0, normals),
}


@pytest.mark.parametrize("how", SPOILT_NORMALS)
def test_a_renderer_that_averages_normals_otherwise_is_noticed(how: str) -> None:
    assert not does_as_torch(replace(TORCH, normals=lambda *scene: SPOILT_NORMALS[how](TORCH.normals(*scene))), CPU)


SPOILT_REST = {
    "other pixels": {"cover": lambda *seen: _changed(TORCH.cover(*seen), "x", lambda one: one + 1e-3)},
    "other corners": {"cover": lambda *seen: _changed(TORCH.cover(*seen), "corners", lambda one: one.flip(0))},
    "other distances": {"measure": lambda *cut: _changed(TORCH.measure(*cut), "distance", lambda one: 1 - one)},
    "outlines without a gradient": {"measure": lambda *cut: _changed(TORCH.measure(*cut), "distance", _held)},
    "points without a gradient": {"gather": lambda *scene: _changed(TORCH.gather(*scene), "points", _held)},
    "finer textures": {"gather": lambda *scene: _changed(TORCH.gather(*scene), "spread", lambda one: one / 4)},
    "other distances to the camera": {
        "gather": lambda *scene: _changed(TORCH.gather(*scene), "distance", lambda one: 1 / one)
    },
    "no highlights": {
        "shade": lambda fragments, material, *rest: TORCH.shade(
            fragments, replace(material, roughness=material.roughness.clamp_min(0.9)), *rest
        )
    },
    "no shadows": {"shade": lambda fragments, *rest: TORCH.shade(replace(fragments, sunlit=None), *rest)},
    "light that comes from where it likes": {
        "shade": lambda fragments, material, lights, behind: TORCH.shade(
            fragments, material, replace(lights, sun_directions=_held(lights.sun_directions)), behind
        )
    },
}


def _changed(whole, name: str, change):
    return replace(whole, **{name: change(getattr(whole, name))})


def _held(values: Tensor) -> Tensor:
    """The same, with no gradient but zero."""
    return values.detach() + 0 * values


@pytest.mark.parametrize("how", SPOILT_REST)
def test_a_renderer_that_shows_something_else_is_noticed(how: str) -> None:
    assert not does_as_torch(replace(TORCH, **SPOILT_REST[how]), CPU)


@pytest.mark.parametrize("name", ["sample", "measure", "normals", "gather", "shade"])
def test_a_renderer_that_rounds_otherwise_is_none_the_worse(name: str) -> None:
    """On another device sums and products are rounded in another way, as if what comes in were a bit or two off."""
    own, drawn = getattr(TORCH, name), generator(0)

    def nearly(given):
        if isinstance(given, Tensor) and given.is_floating_point():
            return given * (1 + 5e-7 * (torch.rand(given.shape, generator=drawn) - 0.5))
        if isinstance(given, (Fragments, Material, Lights)):
            return replace(given, **{part: nearly(one) for part, one in vars(given).items()})
        return given

    for _ in range(10):
        assert does_as_torch(replace(TORCH, **{name: lambda *given: own(*map(nearly, given))}), CPU)


def test_cut_triangles_cover_what_whole_ones_do() -> None:
    """Pieces at the near plane, drawn by the float64 reference, which itself needs no cutting."""
    clip, triangles = random_triangles(3, count=40, views=1)
    pieces, owners = in_front(clip[0].double()[triangles])
    assert len(pieces) > 20
    assert (pieces[..., 2] + pieces[..., 3] > -1e-9).all()
    assert (pieces[..., 3] > 0).all()
    assert (owners.diff() >= 0).all()
    expected, clear = brute_force(clip, triangles, *SIZE)
    found, _ = brute_force(pieces.view(1, -1, 4), torch.arange(3 * len(pieces)).view(-1, 3), *SIZE)
    found = torch.where(found >= 0, owners[found.clamp_min(0)], -1)
    cut = (owners[:, None] == owners).sum(1) > 1
    assert torch.isin(expected, owners[cut]).any(), "a triangle that was cut in two is in view"
    assert (found == expected)[clear].float().mean() > 0.999


def test_a_name_that_nobody_has_is_answered_with_the_names_there_are() -> None:
    names = "auto, torch, warp, pytorch3d, nvdiffrast"
    with pytest.raises(UsageError, match=f"no renderer 'abacus'; choose one of {names}"):
        find_renderer("abacus", CPU)
    assert RENDERERS[0] == "auto"


def test_the_fastest_on_a_cpu_is_torch() -> None:
    assert find_renderer("auto", CPU) is TORCH
    assert find_renderer("torch", CPU) is TORCH


@pytest.mark.parametrize(
    ("working", "taken"), [({"nvdiffrast", "warp"}, "warp"), ({"nvdiffrast"}, "nvdiffrast"), (set(), "torch")]
)
def test_the_fastest_on_cuda_is_the_first_that_works(
    working: set[str], taken: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """All are installed, but only some work; the real ones need a GPU to say which."""

    def load(package, device):
        if package.name not in working:
            raise UsageError(f"the renderer {package.name} is installed, but fails", "install it again")
        return Renderer(package.name, visibility)

    monkeypatch.setattr(renderers, "_foreign", load)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    assert find_renderer("auto", torch.device("cuda")).name == taken
    assert ("warp is installed, but fails" in caplog.text) == (taken != "warp")


@pytest.mark.parametrize(
    "error", [IndexError("list index out of range"), Exception("CUDA kernel build failed with error code 6")]
)
def test_torch_takes_the_place_of_a_warp_that_its_driver_is_too_old_for(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Warp finds no GPU then, though torch does; it says so by an index into none, or what its compiler raises."""

    def load(name, device):
        raise error

    monkeypatch.setitem(renderers.PACKAGES, "warp", replace(renderers.PACKAGES["warp"], load=load))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object() if name == "warp" else None)
    assert find_renderer("auto", torch.device("cuda")) is TORCH


def test_a_renderer_for_another_device_is_refused() -> None:
    with pytest.raises(
        UsageError, match="nvdiffrast runs on cuda alone, not on cpu; use --device cuda, or --renderer torch"
    ):
        find_renderer("nvdiffrast", CPU)


@pytest.mark.skipif(importlib.util.find_spec("pytorch3d") is not None, reason="PyTorch3D is installed")
def test_a_renderer_that_is_not_installed_says_how_to_get_it() -> None:
    with pytest.raises(UsageError, match=r"pytorch3d is not installed; get it with .*facebookresearch/pytorch3d"):
        find_renderer("pytorch3d", CPU)


def test_a_broken_installation_is_named_as_such(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    """A package that is there, but was built for another torch, fails when it is imported."""
    monkeypatch.delitem(sys.modules, "clipmatrix.render.pytorch3d_visibility", raising=False)
    for name in [name for name in sys.modules if name.partition(".")[0] == "pytorch3d"]:
        monkeypatch.delitem(sys.modules, name)
    (tmp_path / "pytorch3d").mkdir()
    (tmp_path / "pytorch3d" / "__init__.py").write_text("raise ImportError('undefined symbol: _ZN2at')")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(UsageError, match="pytorch3d is installed, but fails on cpu: undefined symbol"):
        find_renderer("pytorch3d", CPU)


@pytest.mark.skipif(importlib.util.find_spec("nvdiffrast") is not None, reason="nvdiffrast itself is installed")
def test_nvdiffrasts_picture_is_read_as_its_manual_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in that keeps to the manual: float32 and int32 in, rows from below, triangles from 1 in channel 3."""

    def rasterize(context, pos, tri, resolution, ranges=None, grad_db=True):
        assert (pos.dtype, tri.dtype, context) == (torch.float32, torch.int32, CPU)
        assert pos.is_contiguous()
        assert tri.is_contiguous()
        ids = brute_force(pos, tri.long(), *resolution)[0]
        raster = torch.zeros(*ids.shape, 4)
        raster[..., 3] = (ids + 1).flip(1)
        return raster, torch.zeros_like(raster)

    manual = ModuleType("nvdiffrast.torch")
    manual.rasterize, manual.RasterizeCudaContext = rasterize, lambda device: device
    package = ModuleType("nvdiffrast")
    package.torch = manual
    monkeypatch.setitem(sys.modules, "nvdiffrast", package)
    monkeypatch.setitem(sys.modules, "nvdiffrast.torch", manual)
    monkeypatch.delitem(sys.modules, "clipmatrix.render.nvdiffrast_visibility", raising=False)
    from clipmatrix.render.nvdiffrast_visibility import NvdiffrastVisibility

    monkeypatch.delitem(sys.modules, "clipmatrix.render.nvdiffrast_visibility")
    see = NvdiffrastVisibility(CPU)
    assert sees_alike(see, CPU)
    clip, triangles = views("a body")
    assert (see(clip.double(), triangles, *SIZE) == TORCH.see(clip, triangles, *SIZE)).float().mean() > 0.999
    assert (see(clip[:0], triangles, 3, 4).shape, (see(clip, triangles[:0], 3, 4) == -1).all()) == ((0, 3, 4), True)
