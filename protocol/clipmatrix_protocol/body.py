"""A body the backend builds and Blender adds to the scene: mesh, rig, weights, shape keys, motions."""

import msgspec
import numpy as np

from .arrays import check, check_indices, check_weights


class BodyShape(msgspec.Struct, frozen=True, forbid_unknown_fields=True, eq=False):
    """A shape key: ``deltas`` (V, 3) float32 in metres; ``pinned`` keys (expressions) are not for the optimiser."""

    name: str
    low: float
    high: float
    pinned: bool
    deltas: np.ndarray


class Motion(msgspec.Struct, frozen=True, forbid_unknown_fields=True, eq=False):
    """An Action to be.

    Attributes
    ----------
    name
        The Action's name.
    fps
        Frames per second.
    rotations
        (F, J, 3) float32 axis-angle in radians, joint frames at rest equal to the world's axes (Z up).
    translation
        (F, 3) float32 metres, of the root joint.
    """

    name: str
    fps: float
    rotations: np.ndarray
    translation: np.ndarray


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, eq=False, tag="body"):
    """The answer to :class:`~clipmatrix_protocol.messages.BodyRequest`.

    Attributes
    ----------
    name, licence
        What to call it; under which terms it may be used (one line).
    vertices
        (V, 3) float32 metres, Z up, facing -Y, feet at z = 0.
    polygons
        (F, 4) int32 counter-clockwise; a triangle has -1 in its last place.
    polygon_uvs
        (F, 4, 2) float32, UV per corner, v up.
    joints, parents, heads, tails
        Names; (J,) int32 with -1 at the root; (J, 3) float32 metres each. A joint's parent stands before it.
    skin_joints, skin_weights
        (V, I) int32, (V, I) float32 that sum to 1 per row.
    shapes, motions
        Shape keys and Actions.
    """

    name: str
    licence: str
    vertices: np.ndarray
    polygons: np.ndarray
    polygon_uvs: np.ndarray
    joints: tuple[str, ...]
    parents: np.ndarray
    heads: np.ndarray
    tails: np.ndarray
    skin_joints: np.ndarray
    skin_weights: np.ndarray
    shapes: tuple[BodyShape, ...]
    motions: tuple[Motion, ...]

    def __post_init__(self) -> None:
        check("body vertices", self.vertices, "float32", (None, 3))
        vertices, joints = len(self.vertices), len(self.joints)
        check("body polygons", self.polygons, "int32", (None, 4))
        check_indices("body polygons", self.polygons[:, :3], vertices)
        check_indices("body polygons", self.polygons[:, 3] + 1, vertices + 1)
        check("body polygon_uvs", self.polygon_uvs, "float32", (len(self.polygons), 4, 2))
        check("body parents", self.parents, "int32", (joints,))
        if any(not -1 <= parent < index for index, parent in enumerate(self.parents)):
            raise ValueError("body parents: a joint's parent must stand before it")
        check("body heads", self.heads, "float32", (joints, 3))
        check("body tails", self.tails, "float32", (joints, 3))
        check("body skin_joints", self.skin_joints, "int32", (vertices, None))
        check_indices("body skin_joints", self.skin_joints, joints)
        check_weights("body skin_weights", self.skin_weights, *self.skin_joints.shape)
        for shape in self.shapes:
            check(f"body shape {shape.name!r}", shape.deltas, "float32", (vertices, 3))
        for motion in self.motions:
            check(f"body motion {motion.name!r}", motion.rotations, "float32", (None, joints, 3))
            check(f"body motion {motion.name!r}", motion.translation, "float32", (len(motion.rotations), 3))
