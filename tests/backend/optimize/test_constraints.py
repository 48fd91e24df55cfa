import clipmatrix_protocol as protocol
import msgspec
import numpy as np
import torch
from clipmatrix.character import assemble, weld
from clipmatrix.optimize.mesh.constraints import constraints


def with_region(character, name="top", *, above=0.9):
    """The character with a region of the vertices above a height."""
    weights = tuple((part.vertices[:, 2] > above).astype(np.float32) for part in character.parts)
    return msgspec.structs.replace(character, regions=(protocol.Region(name, weights),))


def covered_texels(part, size, chosen):
    """Texels whose centres lie in triangles all of whose corners are chosen: (size, size) bool."""
    mask = np.zeros((size, size), bool)
    centres = (np.arange(size) + 0.5) / size
    u, v = np.meshgrid(centres, centres)
    for corners in part.corner_uvs[chosen[part.triangles].all(axis=1)]:
        (ax, ay), (bx, by), (cx, cy) = corners.astype(np.float64)
        area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
        second = ((u - ax) * (cy - ay) - (cx - ax) * (v - ay)) / area
        third = ((bx - ax) * (v - ay) - (u - ax) * (by - ay)) / area
        mask |= (second > 1e-3) & (third > 1e-3) & (second + third < 1 - 1e-3)
    return mask


def test_a_locked_region_stays_exactly_as_it_was(run, character, tower):
    held = with_region(character)
    images = tuple(
        np.random.default_rng(index).integers(0, 256, (64, 64, 3), dtype=np.uint8) for index in range(held.textures)
    )
    held = msgspec.structs.replace(held, start_textures=images)
    state = run(held, tower, steps=12, locked=("top",), vary=protocol.Vary(offsets=5.0))[0].state
    moved = 0
    for part, offsets, texture, image in zip(held.parts, state.offsets, state.textures, images, strict=True):
        chosen = part.vertices[:, 2] > 0.9
        assert not offsets[chosen].any()
        moved += int(offsets[~chosen].any(axis=1).sum())
        texels = covered_texels(part, 64, chosen)
        assert texels.sum() > 100
        np.testing.assert_array_equal(texture[texels], image[texels])
    assert moved > 50
    assert not np.array_equal(state.textures[0], images[0])


def test_a_shape_key_that_would_move_a_locked_vertex_is_pinned(run, character, tower):
    free = run(character, tower, steps=8)[0].state
    state = run(with_region(character), tower, steps=8, locked=("top",))[0].state
    assert free.coefficients[1] != np.float32(0.25)
    assert state.coefficients[1] == np.float32(0.25)  # "tall" lifts everything


def across(vertices):
    """For each vertex (V, 3) the one nearest to its mirror image, and how far it lies from that."""
    distances = np.linalg.norm(vertices[None] - (vertices * [-1, 1, 1])[:, None], axis=2)
    return distances.argmin(axis=1), distances.min(axis=1)


def test_mirrored_offsets_are_mirrored(run, character, tower):
    state = run(character, tower, steps=10, mirror=True, vary=protocol.Vary(offsets=5.0))[0].state
    free = run(character, tower, steps=10, vary=protocol.Vary(offsets=5.0))[0].state
    for part, offsets, other in zip(character.parts, state.offsets, free.offsets, strict=True):
        partner, distance = across(part.vertices)
        assert distance.max() < 1e-5
        assert np.abs(offsets - offsets[partner] * [-1, 1, 1]).max() < 1e-6
        assert np.abs(offsets).max() > 1e-3
        assert np.abs(other - other[partner] * [-1, 1, 1]).max() > 1e-4


def test_what_is_locked_on_one_side_keeps_still_on_the_other_where_the_mesh_is_mirrored(character):
    body = assemble(character)
    surface, _ = weld(body, torch.zeros_like(body.vertices))
    side = (surface.vertices[:, 0] > 0.05).float()
    brief = protocol.Brief((protocol.Prompt("x"),), locked=("side",), settings=protocol.Settings(mirror=True))
    held = constraints(surface.vertices, brief, {"side": side})
    moved = held.project(torch.randn(len(side), 3, generator=torch.Generator().manual_seed(0)))
    assert side.any()
    assert not moved[side > 0].any()
    assert not moved[held.partner[side > 0]].any()


def test_a_point_without_a_partner_moves_freely(character):
    lopsided = assemble(character)
    surface, joined = weld(lopsided, torch.zeros_like(lopsided.vertices))
    start = surface.vertices.clone()
    start[0] += torch.tensor([0.4, 0.0, 0.0])
    brief = protocol.Brief(prompts=(protocol.Prompt("x"),), settings=protocol.Settings(mirror=True))
    held = constraints(start, brief, {})
    displacement = torch.randn(len(start), 3, generator=torch.Generator().manual_seed(0))
    projected = held.project(displacement)
    torch.testing.assert_close(projected[0], displacement[0])
    assert (held.partner[held.partner] == torch.arange(len(start))).all()
    assert (projected - held.sign * projected[held.partner]).abs().max() == 0
    assert 0.9 < held.mirrored < 1.0
    assert len(joined.vertex_of) == len(start)


def test_a_mesh_without_a_mirror_image_is_told_of(run, character, tower):
    lopsided = msgspec.structs.replace(
        character,
        parts=tuple(
            msgspec.structs.replace(part, vertices=part.vertices + np.float32([0.07, 0, 0])) for part in character.parts
        ),
    )
    (remark,) = run(lopsided, tower, steps=1, mirror=True)[0].summary.remarks
    assert "has a mirror image in x" in remark
    assert run(character, tower, steps=1, mirror=True)[0].summary.remarks == ()


def test_keep_holds_the_texture_near_to_its_start(run, character, tower):
    image = np.full((64, 64, 3), 90, np.uint8)
    image[::8] = 200
    painted = msgspec.structs.replace(character, start_textures=(image, image))

    def change(keep):
        state = run(painted, tower, steps=25, keep=keep)[0].state
        return np.abs(state.textures[0].astype(int) - image).mean()

    assert change(10.0) < 0.5 * change(0.0)
