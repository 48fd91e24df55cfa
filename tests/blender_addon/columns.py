"""A small body for tests: a column with a chain of joints, quads and triangles, weights, keys and two motions."""

import numpy as np
from clipmatrix_protocol import Body, BodyShape, Motion

RINGS, SIDES, JOINTS = 9, 8, 4


def column_body() -> Body:
    """A column 1.8 m high; "wild" is a motion that goes anywhere, "sway" one that closes on itself."""
    angles = np.arange(SIDES) / SIDES * 2 * np.pi
    ring = np.stack([0.3 * np.cos(angles), 0.2 * np.sin(angles)], axis=1)
    heights = np.linspace(0, 1.8, RINGS)
    vertices = np.array([(x, y, z) for z in heights for x, y in ring], np.float32)
    polygons, uvs = _surface()
    heads = np.array([(0.02 * joint, 0, 0.1 + 0.45 * joint) for joint in range(JOINTS)], np.float32)
    tails = np.concatenate([heads[1:], heads[-1:]])  # the last one has no length
    rng = np.random.default_rng(1)
    weights = rng.random((len(vertices), 3)) + 0.01
    weights[rng.random(weights.shape) < 0.3] = 0
    weights[:, 0] += 0.1
    weights /= weights.sum(axis=1, keepdims=True)
    wide = np.zeros_like(vertices)
    wide[:, :2] = vertices[:, :2]
    return Body(
        name="column",
        licence="CC0",
        vertices=vertices,
        polygons=polygons,
        polygon_uvs=uvs,
        joints=tuple(f"joint{index}" for index in range(JOINTS)),
        parents=np.arange(JOINTS, dtype=np.int32) - 1,
        heads=heads,
        tails=tails,
        skin_joints=np.array([rng.permutation(JOINTS)[:3] for _ in vertices], np.int32),
        skin_weights=weights.astype(np.float32),
        shapes=(BodyShape("wide", -1.0, 1.5, False, wide), BodyShape("smile", 0.0, 1.0, True, 0.1 * wide)),
        motions=(_sway(), _wild(rng)),
    )


def deform_matrices(body: Body, motion: Motion, frame: int) -> np.ndarray:
    """(J, 4, 4): rest to posed, each joint turning about its head, after its parent."""
    found: list[np.ndarray] = []
    for joint, parent in enumerate(body.parents):
        local = np.eye(4)
        local[:3, :3] = _rotation(motion.rotations[frame, joint].astype(np.float64))
        local[:3, 3] = body.heads[joint] - local[:3, :3] @ body.heads[joint]
        if parent < 0:
            local[:3, 3] += motion.translation[frame]
        found.append(local if parent < 0 else found[parent] @ local)
    return np.stack(found)


def skinned(body: Body, matrices: np.ndarray) -> np.ndarray:
    """(V, 3): linear blend skinning of the body's vertices."""
    blend = np.einsum("vi,viab->vab", body.skin_weights.astype(np.float64), matrices[body.skin_joints])
    return np.asarray(np.einsum("vab,vb->va", blend[:, :3, :3], body.vertices) + blend[:, :3, 3])


def _surface() -> tuple[np.ndarray, np.ndarray]:
    polygons, uvs = [], []
    for row in range(RINGS - 1):
        for side in range(SIDES):
            after = (side + 1) % SIDES
            polygons.append(
                [row * SIDES + side, row * SIDES + after, (row + 1) * SIDES + after, (row + 1) * SIDES + side]
            )
            left, right = side / SIDES, (side + 1) / SIDES
            low, high = 0.8 * row / (RINGS - 1), 0.8 * (row + 1) / (RINGS - 1)
            uvs.append([(left, low), (right, low), (right, high), (left, high)])
    top = (RINGS - 1) * SIDES
    for side in range(1, SIDES - 1):
        polygons.append([top, top + side, top + side + 1, -1])
        uvs.append([(0.1, 0.85), (0.1 + 0.1 * side, 0.85), (0.15 + 0.1 * side, 0.95), (0, 0)])
    return np.array(polygons, np.int32), np.array(uvs, np.float32)


def _sway() -> Motion:
    phase = np.arange(8) / 8 * 2 * np.pi
    rotations = np.zeros((8, JOINTS, 3), np.float32)
    rotations[:, 1, 0] = 0.5 * np.sin(phase)
    rotations[:, 2, 1] = 0.4 * np.cos(phase)
    return Motion("sway", 24.0, rotations, np.zeros((8, 3), np.float32))


def _wild(rng: np.random.Generator) -> Motion:
    turns = rng.normal(size=(6, JOINTS, 3)).astype(np.float32)
    return Motion("wild", 24.0, turns, rng.normal(size=(6, 3)).astype(np.float32))


def _rotation(vector: np.ndarray) -> np.ndarray:
    angle = float(np.linalg.norm(vector))
    x, y, z = vector / max(angle, 1e-12)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.asarray(np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross)
