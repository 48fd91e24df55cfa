import numpy as np
import torch
from clipmatrix.character import assemble, shaped, skin, split, weld


def test_skinning_equals_a_float64_reference_over_random_poses(character):
    random = np.random.default_rng(3)
    assembled = assemble(character)
    poses = random.normal(size=(7, 2, 4, 4)).astype(np.float32)
    poses[:, :, 3] = [0, 0, 0, 1]
    got = skin(assembled.vertices, torch.tensor(poses), assembled.joints, assembled.weights).numpy()
    vertices, weights = assembled.vertices.numpy().astype(np.float64), assembled.weights.numpy().astype(np.float64)
    for pose, result in zip(poses.astype(np.float64), got, strict=True):
        for vertex in range(0, len(vertices), 17):
            expected = sum(
                weight * (pose[joint] @ [*vertices[vertex], 1.0])[:3]
                for joint, weight in zip(assembled.joints[vertex].numpy(), weights[vertex], strict=True)
            )
            assert np.abs(result[vertex] - expected).max() < 1e-5


def test_rest_pose_leaves_vertices_where_they_are(character):
    assembled = assemble(character)
    rest = skin(assembled.vertices, assembled.poses[:1], assembled.joints, assembled.weights)[0]
    assert torch.allclose(rest, assembled.vertices, atol=1e-6)


def test_skinning_gradients_equal_finite_differences(character):
    assembled = assemble(character)
    vertices = assembled.vertices[:9].double().requires_grad_()
    poses = assembled.poses.double().requires_grad_()
    joints, weights = assembled.joints[:9], assembled.weights[:9].double()
    assert torch.autograd.gradcheck(lambda v, t: skin(v, t, joints, weights), (vertices, poses))


def test_shape_is_the_basis_plus_weighted_keys_plus_offsets(character):
    assembled = assemble(character)
    offsets = torch.full_like(assembled.vertices, 0.01)
    result = shaped(assembled, torch.tensor([0.5, 1.0, 0.5]), offsets)
    body, ball = split(assembled, result)
    source = character.parts[0]
    expected = source.vertices + 0.5 * source.shape_deltas[0] + source.shape_deltas[1] + 0.5 * source.shape_deltas[2]
    assert np.abs(body.numpy() - expected - 0.01).max() < 1e-6
    source = character.parts[1]
    assert np.abs(ball.numpy() - source.vertices - 0.5 * source.shape_deltas[0] - 0.01).max() < 1e-6


def test_parts_are_joined_and_come_apart_unchanged(character):
    assembled = assemble(character)
    for part, vertices in zip(character.parts, split(assembled, assembled.vertices), strict=True):
        assert np.array_equal(part.vertices, vertices.numpy())
    second = assembled.triangles[len(character.parts[0].triangles) :].numpy()
    assert np.array_equal(second - len(character.parts[0].vertices), character.parts[1].triangles)
    assert assembled.slots.unique().tolist() == [0, 1]


def test_vertices_split_along_a_seam_are_welded_to_one_point(character):
    assembled = assemble(character)
    torn = torch.cat([assembled.vertices, assembled.vertices[:5]])
    doubled = type(assembled)(
        **{
            **vars(assembled),
            "vertices": torn,
            "joints": torch.cat([assembled.joints, assembled.joints[:5]]),
            "weights": torch.cat([assembled.weights, assembled.weights[:5]]),
            "deltas": torch.cat([assembled.deltas, assembled.deltas[:, :5]], dim=1),
        }
    )
    surface, joined = weld(doubled, torch.zeros_like(torn))
    assert len(surface.vertices) == len(assembled.vertices)
    assert torch.equal(surface.vertices[joined.point_of], torn)
    assert torch.equal(joined.point_of[-5:], joined.point_of[:5])


def test_a_mesh_without_seams_keeps_its_vertex_order(character):
    assembled = assemble(character)
    surface, joined = weld(assembled, torch.zeros_like(assembled.vertices))
    assert torch.equal(joined.point_of, torch.arange(len(assembled.vertices)))
    assert torch.equal(surface.triangles, assembled.triangles)


def test_vertices_that_only_start_together_are_not_welded(character):
    assembled = assemble(character)
    offsets = torch.zeros_like(assembled.vertices)
    together = assembled.vertices.clone()
    together[1] = together[0]
    surface, _ = weld(type(assembled)(**{**vars(assembled), "vertices": together}), offsets)
    assert len(surface.vertices) == len(together)
