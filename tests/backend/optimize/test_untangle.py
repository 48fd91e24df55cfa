import numpy as np
import torch
from clipmatrix.bodies.figure_character import figure_character
from clipmatrix.bodies.motions import walk
from clipmatrix.character import assemble, shaped, skin, weld
from clipmatrix.mesh_checks.intersections import self_intersecting
from clipmatrix.optimize.mesh.constraints import Constraints
from clipmatrix.optimize.mesh.edges import edges
from clipmatrix.optimize.mesh.untangle import untangle


def prepared(character):
    surface, _ = weld(assemble(character), torch.zeros_like(assemble(character).vertices))
    start = shaped(surface, surface.values, torch.zeros_like(surface.vertices))
    ball = torch.zeros(len(start), dtype=torch.bool)
    ball[surface.triangles[surface.slots == 1].unique()] = True
    start[ball, 2] += 0.1 + start[~ball, 2].max() - start[ball, 2].min()
    return surface, start, ball, Constraints(torch.zeros(len(start)), None, torch.ones_like(start))


def tangles(surface, vertices):
    return self_intersecting(vertices.numpy(), surface.triangles.numpy())


def pulled(start, ball):
    """The ball's lowest points pulled down into the top of the body, and a far place moved harmlessly."""
    offsets = torch.zeros_like(start)
    above = start[ball, 2] - start[ball, 2].min()
    offsets[ball, 2] -= 0.25 * torch.exp(-((above / 0.1) ** 2))
    offsets[:, 0] += 0.05 * torch.exp(-((start - torch.tensor([0.2, 0.0, 0.5])) / 0.2).square().sum(dim=1))
    return offsets


def test_what_runs_into_itself_is_taken_back_and_the_rest_stays(character):
    surface, start, ball, held = prepared(character)
    own = tangles(surface, start)
    result = start + pulled(start, ball)
    assert (tangles(surface, result) & ~own).sum() > 10
    mended = untangle(surface, start, result, edges(surface.triangles), held)
    assert (tangles(surface, mended) & ~own).sum() == 0
    far = start[:, 2] < 0.7
    torch.testing.assert_close(mended[far], result[far])
    assert (mended - start)[far].abs().max() > 0.03


def test_a_result_without_new_tangles_is_left_as_it_is(character):
    surface, start, _, held = prepared(character)
    result = start * 1.1
    assert torch.equal(untangle(surface, start, result, edges(surface.triangles), held), start + (result - start))


def test_what_the_template_has_itself_is_no_tangle(character):
    surface, start, ball, held = prepared(character)
    sunk = start.clone()
    sunk[ball, 2] -= 0.2  # the ball stands in the body from the start
    assert tangles(surface, sunk).any()
    moved = sunk + torch.tensor([0.01, 0.0, 0.0])
    mended = untangle(surface, sunk, moved, edges(surface.triangles), held)
    assert np.allclose(mended, moved, atol=1e-6)


def test_what_was_tangled_before_goes_back_too_where_it_meets_something_new(character):
    surface, start, ball, held = prepared(character)
    sunk = start.clone()
    sunk[ball, 2] -= 0.2
    result = sunk.clone()
    result[ball, 0] += 0.15
    own = tangles(surface, sunk)
    assert (tangles(surface, result) & ~own).any()
    mended = untangle(surface, sunk, result, edges(surface.triangles), held)
    assert not (tangles(surface, mended) & ~own).any()


def test_a_fat_figure_walks_without_running_into_itself():
    """Shape keys alone press its arms into its flanks; what is left is under the target of one in a thousand."""
    message = figure_character(walk())
    surface, _ = weld(assemble(message), torch.zeros_like(assemble(message).vertices))
    thin = shaped(surface, surface.values, torch.zeros_like(surface.vertices))
    stout = torch.tensor([1.0 if shape.name == "fat" else 0.0 for shape in message.shapes])
    fat = shaped(surface, stout, torch.zeros_like(surface.vertices))
    held = Constraints(torch.zeros(len(fat)), None, torch.ones_like(fat))
    mended = untangle(surface, thin, fat, edges(surface.triangles), held)

    def new(vertices, pose):
        posed = [
            skin(one, surface.poses[pose][None], surface.joints, surface.weights)[0].numpy() for one in (thin, vertices)
        ]
        before, after = (self_intersecting(one, surface.triangles.numpy()) for one in posed)
        return (after & ~before).mean()

    frames = range(1, len(surface.poses), 3)
    assert np.mean([new(fat, pose) for pose in frames]) > 0.003
    assert np.mean([new(mended, pose) for pose in frames]) < 0.001
    kept = ((mended - thin).norm(dim=1) / (fat - thin).norm(dim=1).clamp_min(1e-6))[(fat - thin).norm(dim=1) > 0.01]
    assert kept.median() > 0.9
