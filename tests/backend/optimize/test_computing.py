"""How a job computes: through which renderer, and how exactly."""

import importlib

import clipmatrix_protocol as protocol
import numpy as np
import pytest
import torch
from clipmatrix.guidance import Tower, load_towers
from clipmatrix.optimize import optimise_with_towers
from clipmatrix.render import TORCH, Renderer, find_renderer, visibility

CPU = torch.device("cpu")


def grow(
    character, tower: Tower, renderer: Renderer = TORCH, vary: protocol.Vary | None = None, **settings
) -> protocol.Done:
    small = {"steps": 3, "views": 2, "resolution": 64, "texture_size": 64, "update_every": 0.0, **settings}
    brief = protocol.Brief(
        (protocol.Prompt("a red skittle"),), vary=vary or protocol.Vary(), settings=protocol.Settings(**small)
    )
    return optimise_with_towers(
        protocol.Submit("job", character, brief), (tower,), CPU, lambda said: None, lambda: False, renderer
    )


def same(first: protocol.Done, second: protocol.Done) -> bool:
    pairs = zip(first.state.textures + first.state.offsets, second.state.textures + second.state.offsets, strict=True)
    return all(np.array_equal(one, other) for one, other in pairs)


def test_all_that_is_looked_at_is_seen_by_the_renderer(character, tower) -> None:
    """One that sees the farther half of the triangles only makes another character, with shadows and without."""

    def half(clip, triangles, height, width, one_sided=None):
        ids = visibility(clip, triangles[len(triangles) // 2 :], height, width)
        return torch.where(ids >= 0, ids + len(triangles) // 2, ids)

    usual, other = grow(character, tower), grow(character, tower, Renderer("half", half))
    assert other.summary.versions["renderer"] == "half"
    assert usual.summary.versions["renderer"] == "torch"
    assert usual.summary.similarity_before != other.summary.similarity_before
    assert not same(usual, other)


def test_textures_are_looked_up_by_the_renderer(character, tower) -> None:
    """One that sees everything in grey makes another character."""

    def grey(textures, uv, slot, level):
        colours = TORCH.sample(textures, uv, slot, level)
        return colours.mean(0, keepdim=True).expand_as(colours)

    assert not same(grow(character, tower), grow(character, tower, Renderer("grey", visibility, grey)))


def test_a_job_by_warp_repeats_itself_bit_by_bit(character, tower) -> None:
    pytest.importorskip("warp", reason="Warp is not installed")
    warp = find_renderer("warp", CPU)
    assert same(grow(character, tower, warp), grow(character, tower, warp))


WAYS = {
    "render.pixels": "covered_pixels",
    "render.gbuffer": "gbuffer",
    "render.texture": "sample",
    "render.fragments": "shade",
    "render.silhouettes": "find_cuts",
    "render.antialias": "crossings",
    "render.normals": "normals_at",
}
"""Torch's, which Warp leaves to it what it has no kernels for."""


def test_no_job_asks_warp_for_what_it_has_no_kernels_for(character, tower, monkeypatch) -> None:
    pytest.importorskip("warp", reason="Warp is not installed")
    warp, left = find_renderer("warp", CPU), []
    for room, name in WAYS.items():
        module = importlib.import_module(f"clipmatrix.{room}")
        own = getattr(module, name)
        monkeypatch.setattr(module, name, lambda *given, own=own, name=name: left.append(name) or own(*given))
    everything = protocol.Vary(shape=1.0, offsets=1.0, texture=1.0, normals=1.0, material=1.0, light=1.0)
    found = grow(character, tower, warp, everything, shadows=True, silhouette=1.0)
    own = grow(character, tower, TORCH, everything, shadows=True, silhouette=1.0)
    assert left == []
    assert found.summary.similarity_before == pytest.approx(own.summary.similarity_before, abs=1e-4)


@pytest.mark.parametrize("shadows", [False, True])
def test_shadows_fall_through_the_same_renderer(character, tower, shadows) -> None:
    sizes = set()

    def noted(clip, triangles, height, width, one_sided=None):
        sizes.add(height)
        return visibility(clip, triangles, height, width, one_sided)

    grow(character, tower, Renderer("noted", noted), steps=1, shadows=shadows)
    assert sizes == ({64, 128} if shadows else {64})


def test_a_job_in_bfloat16_grows_much_the_same_and_repeats_itself(character) -> None:
    (exact,), (halved,) = (load_towers("embedded", CPU, precision) for precision in (torch.float32, torch.bfloat16))
    usual, rounded, again = grow(character, exact), grow(character, halved), grow(character, halved)
    assert rounded.summary.device.endswith(", bfloat16)")
    assert same(rounded, again)
    assert not same(usual, rounded)
    before, after = usual.summary.similarity_before, usual.summary.similarity_after
    assert rounded.summary.similarity_before == pytest.approx(before, abs=0.005)
    assert rounded.summary.similarity_after == pytest.approx(after, abs=0.02)
    assert after > before
    assert rounded.summary.similarity_after > rounded.summary.similarity_before
