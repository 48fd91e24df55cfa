"""The normal map of a job: made only when asked for, bounded, exact where it is locked, home as Blender wants it."""

from dataclasses import replace

import clipmatrix_protocol as protocol
import msgspec
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from clipmatrix.character import assemble
from clipmatrix.optimize.texture import normal_map
from clipmatrix.optimize.texture.atlas import Atlas, atlas
from clipmatrix.optimize.texture.seams import inland
from clipmatrix.render import Lights, Material, Relief, frame, mesh, orbit, perspective, render
from clipmatrix.render.normal_texels import read_texels, to_texels
from clipmatrix.render.seam import TORCH

from .conftest import globe
from .test_constraints import covered_texels, with_region

FLAT = (128, 128, 255)
ONLY_NORMALS = protocol.Vary(shape=0.0, offsets=0.0, texture=0.0, material=0.0, light=0.0, normals=1.0)


def made_of(slopes):
    """A map of slopes (S, H, H, 2) whose texels may all change, seam or not."""
    count, size = slopes.shape[:2]
    everywhere = torch.ones(count, size, size)
    layout = Atlas(torch.arange(size * size).expand(count, -1), torch.zeros(count, size, size, 3), everywhere)
    ground = normal_map.ground(slopes, layout, everywhere)
    return normal_map.begin(slopes, ground, ground, TORCH.stack)


def noise(count, *, seed=0, size=64):
    """Normal maps of gentle, random slopes."""
    slopes = 0.3 * torch.randn(count, size, size, 2, generator=torch.Generator().manual_seed(seed))
    return tuple(image.numpy() for image in to_texels(slopes))


def test_nobody_who_does_not_ask_gets_one(run, character, tower):
    assert protocol.Vary().normals == 0
    assert run(character, tower)[0].state.normal_maps == ()


def test_it_changes_and_comes_home_as_unit_normals_that_lean_less_than_half(run, character, tower):
    state = run(character, tower, vary=protocol.Vary(normals=10.0), steps=6)[0].state
    assert [image.shape for image in state.normal_maps] == [(64, 64, 3)] * 2
    for image in state.normal_maps:
        assert image.dtype == np.uint8
        normals = image / 127.5 - 1
        assert np.linalg.norm(normals, axis=-1) == pytest.approx(1, abs=0.02)
        assert normals[..., 2].min() > 0.7
        assert np.abs(image.astype(int) - FLAT).max() > 4


def test_nothing_else_has_to_change_for_it(run, character, tower):
    state = run(character, tower, vary=ONLY_NORMALS)[0].state
    assert state.textures == ()
    assert not any(offsets.any() for offsets in state.offsets)
    assert any((image != FLAT).any() for image in state.normal_maps)


def test_a_plain_prompt_moves_it(run, character, tower):
    """A normal map is shape to the eye: it shows where paint does not."""
    prompts = (protocol.Prompt("a skittle of bark", shading="plain"),)
    assert (run(character, tower, vary=ONLY_NORMALS, prompts=prompts)[0].state.normal_maps[0] != FLAT).any()


def test_a_take_is_continued_from_its_map(run, character, tower):
    taken = msgspec.structs.replace(character, start_normal_maps=noise(2))
    faint = msgspec.structs.replace(ONLY_NORMALS, normals=1e-6)
    state = run(taken, tower, vary=faint, steps=1)[0].state
    for image, start in zip(state.normal_maps, taken.start_normal_maps, strict=True):
        assert np.abs(image.astype(int) - start)[4:-4].mean() < 1  # texels at the poles are dilated


def test_a_map_that_leans_further_than_ours_may_starts_as_steep_as_it_is(run, character, tower):
    slopes = 3 * torch.randn(2, 64, 64, 2, generator=torch.Generator().manual_seed(0))
    start = made_of(slopes)
    torch.testing.assert_close(start.full_slopes(), slopes)
    torch.testing.assert_close(start.slopes(), slopes)
    maps = tuple(image.numpy() for image in to_texels(slopes))
    taken = msgspec.structs.replace(character, start_normal_maps=maps)
    faint = msgspec.structs.replace(ONLY_NORMALS, normals=1e-6)
    state = run(taken, tower, vary=faint, steps=1)[0].state
    for part, image, came in zip(taken.parts, state.normal_maps, maps, strict=True):
        texels = covered_texels(part, 64, np.ones(len(part.vertices), bool))
        assert texels.mean() > 0.8
        assert np.abs(image.astype(int) - came)[texels].max() <= 1


def test_a_map_that_is_worn_is_seen_and_not_touched_where_it_may_not_vary(run, character, tower):
    still = msgspec.structs.replace(ONLY_NORMALS, normals=0.0, material=1.0)
    taken = msgspec.structs.replace(character, start_normal_maps=noise(2))
    bare, worn = (run(one, tower, vary=still, steps=1)[0] for one in (character, taken))
    assert worn.state.normal_maps == ()
    assert worn.summary.similarity_before != bare.summary.similarity_before


@pytest.mark.parametrize("brings", [False, True])
def test_locked_texels_stay_exactly_as_they_were(run, character, tower, brings):
    held = with_region(character)
    maps = noise(2, size=64) if brings else ()
    held = msgspec.structs.replace(held, start_normal_maps=maps)
    vary = msgspec.structs.replace(ONLY_NORMALS, normals=5.0)
    state = run(held, tower, steps=8, locked=("top",), vary=vary)[0].state
    for index, part in enumerate(held.parts):
        texels = covered_texels(part, 64, part.vertices[:, 2] > 0.9)
        assert texels.sum() > 100
        expected = maps[index][texels] if brings else np.broadcast_to(FLAT, (texels.sum(), 3))
        np.testing.assert_array_equal(state.normal_maps[index][texels], expected)
    assert (state.normal_maps[0] != (maps[0] if brings else FLAT)).any()


def test_the_same_seed_gives_the_same_map(run, character, tower):
    first, second = (run(character, tower, vary=ONLY_NORMALS)[0].state.normal_maps for _ in range(2))
    assert all(map(np.array_equal, first, second))


def test_however_far_the_levels_go_slopes_stay_bounded():
    made = made_of(torch.zeros(1, 64, 64, 2))
    made.pyramid.images[0].add_(torch.randn(1, 2, 32, 32, generator=torch.Generator().manual_seed(0)) * 1e3)
    slopes = made.slopes()
    assert normal_map.STEEPEST * 0.9 < slopes.norm(dim=-1).max() <= normal_map.STEEPEST


def test_bytes_and_slopes_are_inverse_and_flat_is_what_everybody_calls_flat():
    assert to_texels(torch.zeros(1, 1, 2)).tolist() == [[list(FLAT)]]
    slopes = torch.rand(32, 32, 2, generator=torch.Generator().manual_seed(0)) - 0.5
    texels, found = read_texels(to_texels(slopes), 32)
    assert (found - slopes).abs().max() < 0.01
    assert (to_texels(found).int() - texels.int()).abs().max() <= 1  # and to the bit only where it is kept
    start = made_of(slopes[None])
    assert torch.allclose(start.full_slopes(), slopes[None], atol=1e-5)
    # x along u, y along v, as glTF and Blender have it
    assert to_texels(torch.tensor([0.5, 0.0]))[0] > 128
    assert to_texels(torch.tensor([0.0, -0.5]))[1] < 128


def test_a_wide_gradient_moves_the_coarse_level_most():
    made = made_of(torch.zeros(1, 128, 128, 2))
    for leaf in made.pyramid.images:
        leaf.requires_grad_()
    assert made.pyramid.grids == []
    made.slopes().mean().backward()
    means = [float(leaf.grad.abs().mean()) for leaf in made.pyramid.images]
    assert means == sorted(means, reverse=True)


def ball():
    vertices, triangles, uvs = (torch.tensor(item) for item in globe(24, 32, (0, 0, 0), (0.5, 0.5, 0.5)))
    surface = mesh(triangles.long(), uvs, torch.zeros(len(triangles), dtype=torch.int64))
    return vertices, surface


def lit_ball(slopes, lamps):
    """Pictures of a grey ball from six sides, under lights from anywhere."""
    vertices, surface = ball()
    around = torch.arange(6) * (torch.pi / 3)
    each = torch.ones(6)
    size = slopes.shape[1]
    return render(
        vertices.expand(6, -1, -1),
        surface,
        perspective(orbit(around, 0.2 * each, 1.6 * each, torch.zeros(3)), 0.7),
        torch.full((1, size, size, 3), 0.5),
        Material(torch.tensor(0.8), torch.tensor(0.0)),
        lamps,
        torch.zeros(6, 48, 48, 3),
        relief=Relief(slopes, frame(surface)),
    ).textured


def lamp(generator):
    direction = F.normalize(torch.randn(1, 3, generator=generator), dim=1)
    ambient = torch.zeros(9, 3)
    ambient[0] = 0.3
    return Lights(ambient, direction, torch.ones(1, 3), torch.zeros(0, 3), torch.zeros(0, 3))


def test_pictures_of_bumps_bring_their_slopes_back():
    """No CLIP here: a ball's map descends to pictures of a bumpy ball, and must lean the way its bumps do."""
    place = (torch.arange(64) + 0.5) / 64 * 2 * torch.pi
    wanted = 0.4 * torch.stack(
        [(4 * place).sin()[None, :].expand(64, -1), (3 * place).cos()[:, None].expand(-1, 64)], dim=-1
    )
    made = made_of(torch.zeros(1, 64, 64, 2))
    for leaf in made.pyramid.images:
        leaf.requires_grad_()
    generator = torch.Generator().manual_seed(0)
    adam = torch.optim.Adam(made.pyramid.images, lr=0.03)
    for _ in range(40):
        lamps = lamp(generator)
        with torch.no_grad():
            target = lit_ball(wanted[None], lamps)
        adam.zero_grad()
        (lit_ball(made.slopes(), lamps) - target).square().mean().backward()
        adam.step()
    band = slice(20, 44)  # poles are seen small and from aside
    found = made.slopes()[0].detach()[band]
    for channel in range(2):
        pair = torch.stack([found[..., channel].flatten(), wanted[band][..., channel].flatten()])
        assert torch.corrcoef(pair)[0, 1] > 0.9, channel
    assert 0.5 < float(found.norm() / wanted[band].norm()) < 1.3


def test_changes_fade_out_towards_the_seams(character):
    """A cut through the body's UVs: texels beside it, on both sides, hardly count; those far from it do in full."""
    assembled = assemble(character)
    surface = replace(assembled, corner_uvs=assembled.corner_uvs * torch.tensor([0.5, 1.0]))
    cut = surface.corner_uvs.clone()
    upper = cut[..., 1].mean(dim=1) > 0.5
    cut[~upper, :, 0] += 0.5  # the lower half moves aside
    surface = replace(surface, corner_uvs=cut)
    layout = atlas(surface, surface.vertices, torch.ones(len(surface.vertices)), 256)
    weights = inland(surface, frame(mesh(surface.triangles, surface.corner_uvs, surface.slots)), layout)
    v = float(cut[upper & (surface.slots == 0)][..., 1].min())
    row = round(v * 256)
    assert weights[0, row : row + 2, 20:100].max() < 0.4
    assert weights[0, row - 2 : row, 150:230].max() < 0.4
    assert (weights[0, row + 8 : 220, 20:100] == 1).all()
    assert (weights[0, 36 : row - 8, 150:230] == 1).all()
    # the gap beside them takes after the nearest island's border
    assert weights[0, row + 20, 140:240].max() < 0.2
