import torch
from clipmatrix.character import assemble
from clipmatrix.mesh_checks.validity import validity
from clipmatrix.optimize.mesh.constraints import Constraints
from clipmatrix.optimize.mesh.edges import edges
from clipmatrix.optimize.mesh.repair import posed_pairs, repair


def broken_triangles(assembled, start, result):
    found = validity(posed_pairs(assembled, start, result), assembled.triangles)
    return found.inverted + found.degenerate


def unheld(assembled):
    return Constraints(torch.zeros(len(assembled.vertices)), None, torch.ones(3))


def test_noise_that_inverts_triangles_is_relaxed_until_none_is_inverted(character):
    assembled = assemble(character)
    noise = 0.06 * torch.randn(assembled.vertices.shape, generator=torch.Generator().manual_seed(0))
    start = assembled.vertices
    assert broken_triangles(assembled, start, start + noise) > 50
    mended = repair(assembled, start, start + noise, edges(assembled.triangles), unheld(assembled))
    assert broken_triangles(assembled, start, mended) == 0
    assert (mended - start).abs().mean() > 0.001


def test_a_sound_shape_is_left_as_it_is(character):
    assembled = assemble(character)
    wider = assembled.vertices * torch.tensor([1.3, 1.1, 1.0])
    assert torch.equal(
        repair(assembled, assembled.vertices, wider, edges(assembled.triangles), unheld(assembled)), wider
    )


def test_repair_stays_near_the_damage(character):
    assembled = assemble(character)
    wider = assembled.vertices * torch.tensor([1.2, 1.2, 1.0])
    dented = wider.clone()
    dented[45] -= 0.4 * (wider[45] * torch.tensor([1.0, 1.0, 0.0])) / 0.25 + torch.tensor([0.0, 0.0, 0.15])
    assert broken_triangles(assembled, assembled.vertices, dented) > 0
    mended = repair(assembled, assembled.vertices, dented, edges(assembled.triangles), unheld(assembled))
    assert broken_triangles(assembled, assembled.vertices, mended) == 0
    ball = slice(len(character.parts[0].vertices), None)
    assert torch.allclose(mended[ball], wider[ball])
    assert float(((mended - wider).norm(dim=1) < 1e-6).float().mean()) > 0.5


def test_a_mesh_turned_inside_out_comes_home_sound(character):
    assembled = assemble(character)
    inside_out = assembled.vertices * torch.tensor([-1.0, 1.0, 1.0])
    mended = repair(assembled, assembled.vertices, inside_out, edges(assembled.triangles), unheld(assembled))
    assert broken_triangles(assembled, assembled.vertices, mended) == 0
