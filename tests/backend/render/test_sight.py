"""One look serves many paints."""

import torch
from clipmatrix.render import Material, Renderer, look, orbit, paint, perspective, render, sky, visibility

from .scenes import ellipsoid, generator


def test_paints_on_one_sight_are_what_rendering_gives():
    vertices, surface = ellipsoid(12, dtype=torch.float32)
    each, white = torch.ones(2), torch.ones(3)
    cameras = perspective(orbit(torch.tensor([0.0, 2.0]), 0.2 * each, 2.5 * each, torch.zeros(3)), 0.8)
    posed, behind = vertices.expand(2, -1, -1), torch.rand(2, 24, 24, 3, generator=generator(0))
    light = sky(0.5 * white, torch.tensor([0.0, -1.0, 0.0]), white)
    looks = []

    def see(*scene):
        looks.append(1)
        return visibility(*scene)

    sight = look(posed, surface, cameras, (24, 24), Renderer("counted", see))
    for seed, roughness in ((1, 0.2), (2, 0.9)):
        textures = torch.rand(1, 16, 16, 3, generator=generator(seed))
        material = Material(torch.tensor(roughness), torch.tensor(0.0))
        painted = paint(sight, surface, textures, material, light, behind)
        whole = render(posed, surface, cameras, textures, material, light, behind)
        assert torch.equal(painted.textured, whole.textured)
        assert torch.equal(painted.plain, whole.plain)
        assert torch.equal(painted.coverage, whole.coverage)
    assert len(looks) == 1
