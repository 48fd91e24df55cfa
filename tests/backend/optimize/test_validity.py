import torch
from clipmatrix.character import assemble, skin
from clipmatrix.mesh_checks.validity import faults, validity


def posed(character, vertices):
    assembled = assemble(character)
    return skin(vertices, assembled.poses, assembled.joints, assembled.weights)


def test_an_unchanged_mesh_is_flawless(character):
    assembled = assemble(character)
    before = posed(character, assembled.vertices)
    result = validity([(before, before)], assembled.triangles)
    assert (result.poses, result.inverted, result.degenerate, result.edge_stretch_p99) == (3, 0, 0, 1.0)


def test_a_scaled_mesh_stretches_and_breaks_nothing(character):
    assembled = assemble(character)
    before = posed(character, assembled.vertices)
    result = validity([(before, before * 0.5)], assembled.triangles)
    assert (result.inverted, result.degenerate) == (0, 0)
    assert abs(result.edge_stretch_p99 - 2) < 1e-3


def test_a_vertex_pushed_through_its_neighbours_inverts_triangles_in_every_pose(character):
    assembled = assemble(character)
    moved = assembled.vertices.clone()
    ring = assembled.triangles[(assembled.triangles == 45).any(dim=1)]
    moved[45] += 3 * (moved[ring.unique()].mean(dim=0) * 2 - moved[45] - moved[46])
    result = validity([(posed(character, assembled.vertices), posed(character, moved))], assembled.triangles)
    assert result.inverted >= 3


def test_a_collapsed_triangle_is_degenerate_and_not_inverted(character):
    assembled = assemble(character)
    before = posed(character, assembled.vertices)
    moved = assembled.vertices.clone()
    a, b, _ = assembled.triangles[50]
    moved[a] = moved[b]
    inverted, degenerate = faults(before, posed(character, moved), assembled.triangles)
    assert degenerate[:, 50].all()
    assert not inverted[:, 50].any()


def test_chunks_of_poses_add_up_to_the_whole(character):
    assembled = assemble(character)
    before = posed(character, assembled.vertices)
    noise = 0.05 * torch.randn(assembled.vertices.shape, generator=torch.Generator().manual_seed(5))
    after = posed(character, assembled.vertices + noise)
    whole = validity([(before, after)], assembled.triangles)
    pieces = validity([(before[i : i + 1], after[i : i + 1]) for i in range(3)], assembled.triangles)
    assert whole == pieces
    assert whole.inverted > 0
