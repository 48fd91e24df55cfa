"""Mirrored relief: the normals that both sides show are mirror images of each other, wherever the UVs lie."""

from dataclasses import replace

import clipmatrix_protocol as protocol
import msgspec
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from clipmatrix.character import Character, assemble
from clipmatrix.optimize.texture.atlas import atlas
from clipmatrix.optimize.texture.halves import halves
from clipmatrix.optimize.texture.mirror import mirror
from clipmatrix.optimize.texture.seams import inland
from clipmatrix.render import frame, mesh
from clipmatrix.render.normal_texels import read_texels
from clipmatrix.render.normals import cross, unit, vertex_normals
from clipmatrix.render.relief import tangents

LAYOUTS = {
    "facing": lambda u, v: (1 - u, v),
    "turned": lambda u, v: (0.5 + v / 2, u),
    "copied": lambda u, v: (0.5 + u, v),
    "cut": lambda u, v: (0.5 + u / 2 + 0.25 * (v.mean(axis=1, keepdims=True) > 0.5), v),
    "shared": lambda u, v: (u, v),
    "shared, upside down": lambda u, v: (u, 1 - v),
}
"""Where the left side lies, by where the right one does: u in [0, 0.5], v in [0, 1]."""

ONLY_NORMALS = protocol.Vary(shape=0.0, offsets=0.0, texture=0.0, material=0.0, light=0.0, normals=5.0)


def even(character: protocol.Character, layout: str) -> protocol.Character:
    """The character with triangles that are mirrored exactly: half of them, then their mirror images, turned round."""
    parts = []
    for part in character.parts:
        vertices = part.vertices
        right = (vertices[part.triangles][..., 0] > -1e-4).all(axis=1)
        distances = np.linalg.norm(vertices[None] * [-1, 1, 1] - vertices[:, None], axis=2)
        triangles, u = part.triangles[right], (part.corner_uvs[right, :, 0] + 0.25) % 1
        uvs = np.stack([u, part.corner_uvs[right, :, 1]], axis=-1).clip(1e-3, 1 - 1e-3)
        there = np.stack(LAYOUTS[layout](uvs[..., 0], uvs[..., 1]), axis=-1)
        parts.append(
            msgspec.structs.replace(
                part,
                triangles=np.concatenate([triangles, distances.argmin(axis=1)[triangles][:, ::-1].astype(np.int32)]),
                corner_uvs=np.concatenate([uvs, there[:, ::-1]]).astype(np.float32),
            )
        )
    return msgspec.structs.replace(character, parts=tuple(parts))


def frame_of(surface: Character):
    return frame(mesh(surface.triangles, surface.corner_uvs, surface.slots))


def shown(surface: Character, slopes, shares, *, back: bool = False):
    """Unit normals (3, N) that each part's first half of the triangles shows at shares (3,); ``back``: the second."""
    places = surface.vertices.t()[:, None]
    normals = vertex_normals(places, surface.triangles)
    basis = frame_of(surface)
    along = tangents(basis, places, normals)[:, 0]
    halves = [(surface.slots == slot).nonzero()[:, 0].chunk(2)[int(back)] for slot in range(surface.textures)]
    chosen = torch.cat(halves)
    weights = torch.tensor(shares[::-1] if back else shares)
    normal, tangent = (
        (values[:, corners[chosen]] * weights).sum(dim=2)
        for values, corners in ((normals[:, 0], basis.triangles), (along, basis.corners))
    )
    spots = (surface.corner_uvs[chosen] * weights[:, None]).sum(dim=1) * 2 - 1
    x, y = torch.cat([
        F.grid_sample(slopes[slot].permute(2, 0, 1)[None], spots[surface.slots[chosen] == slot][None, None],
                      align_corners=False, padding_mode="border")[0, :, 0]
        for slot in range(surface.textures)
    ], dim=1)  # fmt: skip
    return unit(normal + x * tangent + y * basis.signs[chosen] * cross(normal, tangent))


def unlikeness(surface: Character, slopes):
    """Angles in degrees between what mirrored points show, one mirrored."""
    found = []
    for shares in ((1 / 3, 1 / 3, 1 / 3), (0.6, 0.2, 0.2), (0.1, 0.3, 0.6)):
        right, left = (shown(surface, slopes, shares, back=back) for back in (False, True))
        cosine = (right * left * torch.tensor([-1.0, 1.0, 1.0])[:, None]).sum(0)
        found.append(cosine.clamp(-1, 1).acos().rad2deg())
    return torch.cat(found)


def waves(count: int, size: int, seed: int = 0):
    """Slopes (S, 2, H, H) without a symmetry, some texels wide."""
    coarse = torch.randn(count, 2, 12, 12, generator=torch.Generator().manual_seed(seed)) * 0.5
    return F.interpolate(coarse, size=(size, size), mode="bicubic", align_corners=True)


def laid_out(message: protocol.Character, size: int):
    """A character's surface, how it is mirrored on textures of a size, and what fades out towards its seams there."""
    surface = assemble(message)
    layout = atlas(surface, surface.vertices, torch.ones(len(surface.vertices)), size)
    return (
        surface,
        mirror(surface, surface.vertices, frame_of(surface), halves(surface, surface.vertices, size), layout.nearest),
        inland(surface, frame_of(surface), layout),
    )


def share_above(angles, limit):
    return float((angles > limit).float().mean())


@pytest.mark.parametrize("layout", LAYOUTS)
def test_mirrored_points_show_mirrored_normals(character, layout):
    surface, across, weights = laid_out(even(character, layout), 128)
    asked = waves(2, 128)
    free, mirrored = (
        unlikeness(surface, (change * across.shared(weights)[:, None]).permute(0, 2, 3, 1))
        for change in (asked, across.applied(asked))
    )
    if layout == "shared":  # is mirrored by itself, and stays as it was asked for
        inside = (..., slice(12, -12), slice(2, 62))  # at the poles texels crowd in one place
        torch.testing.assert_close(across.applied(asked)[inside], asked[inside])
    else:
        assert free.median() > 20
    if layout in ("turned", "cut"):  # the two sides' texels do not lie on one another: they are up to one apart
        assert mirrored.median() < 1
        assert share_above(mirrored, 5) < 0.01
    else:
        assert mirrored.max() < 0.1


def test_where_one_side_has_a_seam_both_fade_out(character):
    surface, across, weights = laid_out(even(character, "cut"), 128)
    mirrored = across.applied(waves(2, 128))
    alone, both = (
        unlikeness(surface, (mirrored * faded[:, None]).permute(0, 2, 3, 1))
        for faded in (weights, across.shared(weights))
    )
    assert share_above(alone, 10) > 0.08
    assert share_above(both, 10) < 0.01
    assert (across.shared(weights) <= weights).all()


def test_finer_textures_are_mirrored_more_exactly(character):
    """Nothing but the distance between texels keeps them from it."""
    found = []
    for size in (64, 128, 256):
        surface, across, _ = laid_out(even(character, "turned"), size)
        found.append(float(unlikeness(surface, across.applied(waves(2, size)).permute(0, 2, 3, 1)).median()))
    assert found[1] == pytest.approx(found[0] / 2, rel=0.2)
    assert found[2] == pytest.approx(found[1] / 2, rel=0.2)


def test_a_slope_along_x_ebbs_away_towards_the_middle(character):
    """Or a crease would run down the body, where one side's slopes meet their mirror image."""
    _, across, _ = laid_out(even(character, "facing"), 64)
    sideways, upwards = (torch.zeros(2, 2, 64, 64) for _ in range(2))
    sideways[:, 0], upwards[:, 1] = 0.5, 0.5
    assert across.applied(sideways).abs().median() < 1e-3
    torch.testing.assert_close(across.applied(upwards).median(), torch.tensor(0.0))
    assert (across.applied(upwards)[:, 1] - 0.5).abs().median() < 1e-3


def mirrored_job(run, message, tower, **wanted):
    """Slopes (S, 64, 64, 2) that a short job makes of a character, and its texels."""
    state = run(message, tower, steps=6, vary=wanted.pop("vary", ONLY_NORMALS), **wanted)[0].state
    return torch.stack([read_texels(torch.tensor(image), 64)[1] for image in state.normal_maps]), state


@pytest.mark.parametrize("layout", ["facing", "turned", "copied"])
def test_a_job_that_mirrors_its_paint_mirrors_its_relief(run, character, tower, layout):
    message = even(character, layout)
    surface = assemble(message)
    free, mirrored = (
        unlikeness(surface, mirrored_job(run, message, tower, mirror_texture=asked)[0]) for asked in (False, True)
    )
    assert free.median() > 10
    if layout == "turned":  # grain, some texels wide, is looked up a texel beside its place
        assert mirrored.median() < 2
        assert share_above(mirrored, 12) < 0.05 < 0.5 < share_above(free, 12)
    else:  # half a level of 255 on either side
        assert mirrored.max() < 0.6


def test_relief_stays_mirrored_on_a_body_that_changes(run, character, tower):
    message = even(character, "facing")
    surface = assemble(message)
    vary = msgspec.structs.replace(ONLY_NORMALS, offsets=5.0)
    slopes, state = mirrored_job(run, message, tower, vary=vary, mirror_texture=True, mirror=True)
    offsets = torch.tensor(np.concatenate(state.offsets))
    assert offsets.abs().max() > 1e-3
    assert unlikeness(replace(surface, vertices=surface.vertices + offsets), slopes).max() < 0.6


def test_locked_texels_stay_as_they_were_whatever_their_twins_do(run, character, tower):
    message = even(character, "copied")
    left = tuple((part.vertices[:, 0] < 0.01).astype(np.float32) for part in message.parts)
    message = msgspec.structs.replace(message, regions=(protocol.Region("left", left),))
    _, state = mirrored_job(run, message, tower, mirror_texture=True, locked=("left",))
    for image in state.normal_maps:  # the left side has the right half of the textures
        assert (image[:, 34:] == (128, 128, 255)).all()
        assert np.abs(image[:, 4:30].astype(int) - (128, 128, 255)).mean() > 4


def test_what_the_artist_brings_stays_and_changes_alike(run, character, tower):
    message = even(character, "copied")
    rng = np.random.default_rng(0)
    start = tuple(rng.integers((100, 100, 250), (156, 156, 256), (64, 64, 3)).astype(np.uint8) for _ in message.parts)
    message = msgspec.structs.replace(message, start_normal_maps=start)
    faint = msgspec.structs.replace(ONLY_NORMALS, normals=1e-6)
    _, state = mirrored_job(run, message, tower, vary=faint, mirror_texture=True)
    for image, came in zip(state.normal_maps, start, strict=True):
        assert np.abs(image.astype(int) - came)[4:-4].mean() < 1


def test_paint_that_both_sides_share_stays_with_its_texels(character):
    """Whichever side a texel's triangle is found on first, it must not take another place's paint."""
    message = even(character, "shared")
    shuffled = []
    for part in message.parts:
        order = np.random.default_rng(0).permutation(len(part.triangles))
        shuffled.append(
            msgspec.structs.replace(part, triangles=part.triangles[order], corner_uvs=part.corner_uvs[order])
        )
    surface = assemble(msgspec.structs.replace(message, parts=tuple(shuffled)))
    both = halves(surface, surface.vertices, 64)
    made = atlas(surface, surface.vertices, torch.ones(len(surface.vertices)), 64, both)
    assert torch.equal(made.twin, torch.arange(2 * 64 * 64))
