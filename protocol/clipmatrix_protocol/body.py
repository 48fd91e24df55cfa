"""A body the backend builds and Blender adds to the scene: mesh, rig, weights, shape keys, motions."""

import msgspec
import numpy as np

from .arrays import check, check_indices, check_weights


class BodyShape(msgspec.Struct, frozen=True, forbid_unknown_fields=True, eq=False):
    """A shape key.

    Attributes
    ----------
    name, low, high
        What it is called; its slider's range.
    pinned
        Not for the optimiser: an expression, or a shape that moves the joints.
    deltas
        (V, 3) float32 metres, what it adds at value 1.
    joints
        (J, 3) float32 metres, how far the joints move at value 1; None where they stay.
    """

    name: str
    low: float
    high: float
    pinned: bool
    deltas: np.ndarray
    joints: np.ndarray | None = None


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
        (F, 4, 2) float32, UV per corner, v up; (0, 4, 2) where there are none and Blender has to unwrap.
    joints, parents, heads, tails
        Names; (J,) int32 with -1 at the root; (J, 3) float32 metres each. A joint's parent stands before it.
    skin_joints, skin_weights
        (V, I) int32, (V, I) float32 that sum to 1 per row.
    shapes, motions
        Shape keys and Actions.
    file
        The model file it was made from, a path on the backend's machine: pose correctives are asked for with it. Empty
        for a body without any.
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
    file: str = ""

    def __post_init__(self) -> None:
        check("body vertices", self.vertices, "float32", (None, 3))
        vertices, joints = len(self.vertices), len(self.joints)
        check("body polygons", self.polygons, "int32", (None, 4))
        check_indices("body polygons", self.polygons[:, :3], vertices)
        check_indices("body polygons", self.polygons[:, 3] + 1, vertices + 1)
        unwrapped = len(self.polygons) if len(self.polygon_uvs) else 0
        check("body polygon_uvs", self.polygon_uvs, "float32", (unwrapped, 4, 2))
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
            if shape.joints is not None:
                check(f"body shape {shape.name!r}: joints", shape.joints, "float32", (joints, 3))
        for motion in self.motions:
            check(f"body motion {motion.name!r}", motion.rotations, "float32", (None, joints, 3))
            check(f"body motion {motion.name!r}", motion.translation, "float32", (len(motion.rotations), 3))


class Correctives(msgspec.Struct, frozen=True, forbid_unknown_fields=True, eq=False, tag="correctives"):
    """The answer to :class:`~clipmatrix_protocol.messages.CorrectivesRequest`: frame f adds ``weights[f] @ shapes``.

    Attributes
    ----------
    shapes
        (R, V, 3) float32 metres, rest space; none where no pose needs any.
    weights
        (F, R) float32 in [0, 1]: other programs clamp a shape key's value to that.
    """

    shapes: np.ndarray
    weights: np.ndarray

    def __post_init__(self) -> None:
        check("correctives shapes", self.shapes, "float32", (None, None, 3))
        check("correctives weights", self.weights, "float32", (None, len(self.shapes)))
        if self.weights.size and not 0 <= float(self.weights.min()) <= float(self.weights.max()) <= 1:
            raise ValueError("correctives weights lie outside of 0..1")
