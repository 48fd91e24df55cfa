from dataclasses import replace

import torch
from clipmatrix.character import assemble
from clipmatrix.optimize.texture.atlas import atlas
from clipmatrix.optimize.texture.dilate import dilate
from clipmatrix.optimize.texture.texels import shown


def island(character, left, right):
    """The character's UVs squeezed into a box."""
    assembled = assemble(character)
    return replace(assembled, corner_uvs=left + (right - left) * assembled.corner_uvs)


def atlas_of(surface, size):
    return atlas(surface, surface.vertices, torch.ones(len(surface.vertices)), size)


def test_texels_show_the_triangles_that_lie_over_them(character):
    surface = island(character, torch.tensor([0.25, 0.0]), torch.tensor([0.5, 0.5]))
    mask = shown(surface, 1, 64) >= 0
    assert mask[:32, 16:32].float().mean() > 0.9  # row 0 is v = 0
    assert not mask[:, :15].any()
    assert not mask[33:].any()
    assert (surface.slots[shown(surface, 1, 64)[mask]] == 1).all()


def test_places_are_where_a_texel_lies_on_the_body(character):
    surface = assemble(character)
    places = atlas_of(surface, 64).places
    half = float((surface.vertices.amax(0) - surface.vertices.amin(0)).max() / 2)
    middle = (surface.vertices.amax(0) + surface.vertices.amin(0)) / 2
    body = (places[0] * half + middle - torch.tensor([0.0, 0.0, 0.7])) / torch.tensor([0.25, 0.2, 0.7])
    radius = body.norm(dim=-1)
    assert (radius - 1).abs().max() < 0.03
    rising = places[0, :, :, 2].mean(dim=1)
    assert (rising.diff() > -1e-3).all()  # v runs from the feet to the head


def test_gaps_take_the_colour_of_the_nearest_island(character):
    surface = island(character, torch.tensor([0.25, 0.25]), torch.tensor([0.75, 0.75]))
    textures = torch.zeros(2, 64, 64, 3)
    textures[:, 16:48, 16:48] = torch.tensor([1.0, 0.5, 0.2])
    filled = dilate(textures, atlas_of(surface, 64))
    assert torch.allclose(filled[:, ::9, ::9], torch.tensor([1.0, 0.5, 0.2]))


def test_texels_under_triangles_stay_bit_identical(character):
    surface = island(character, torch.tensor([0.1, 0.2]), torch.tensor([0.6, 0.9]))
    textures = torch.rand(2, 64, 64, 3, generator=torch.Generator().manual_seed(0))
    filled = dilate(textures, atlas_of(surface, 64))
    mask = torch.stack([shown(surface, slot, 64) >= 0 for slot in range(2)])
    assert torch.equal(filled[mask], textures[mask])
    assert not torch.equal(filled[~mask], textures[~mask])


def test_a_texture_nobody_uses_is_left_as_it_is(character):
    surface = replace(assemble(character), textures=3)
    textures = torch.rand(3, 32, 32, 3, generator=torch.Generator().manual_seed(0))
    assert torch.equal(dilate(textures, atlas_of(surface, 32))[2], textures[2])
