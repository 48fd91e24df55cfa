"""A character as it travels: parts, skin, shape keys, textures' layout, poses.

All coordinates are in **rest space**: world axes of Blender (Z up, right-handed), metres, the armature in
its rest pose. Image rows start at v = 0, the bottom, as in ``bpy.types.Image.pixels``.
"""

import msgspec
import numpy as np

from .arrays import check, check_indices, check_weights
from .cameras import Name
from .look import Look


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, eq=False):
    """One mesh object of a character; vertex order is the object's own.

    Attributes
    ----------
    name
        The object's name in the scene.
    vertices
        (V, 3) float32, Basis positions, metres, rest space.
    triangles
        (T, 3) int32 into ``vertices``, counter-clockwise seen from outside.
    corner_uvs
        (T, 3, 2) float32, UV per triangle corner, v up.
    texture
        Which of the character's textures the UVs address.
    skin_joints, skin_weights
        (V, I) int32 into the character's joints and (V, I) float32 that sum to 1 in each row;
        unused places have weight 0.
    shapes
        (K,) int32, which of the character's shape keys this part has.
    shape_deltas
        (K, V, 3) float32, metres, rest space, key minus Basis.
    """

    name: str
    vertices: np.ndarray
    triangles: np.ndarray
    corner_uvs: np.ndarray
    texture: int
    skin_joints: np.ndarray
    skin_weights: np.ndarray
    shapes: np.ndarray
    shape_deltas: np.ndarray

    def __post_init__(self) -> None:
        where = f"part {self.name!r}: "
        check(where + "vertices", self.vertices, "float32", (None, 3))
        count = len(self.vertices)
        check(where + "triangles", self.triangles, "int32", (None, 3))
        check_indices(where + "triangles", self.triangles, count)
        check(where + "corner_uvs", self.corner_uvs, "float32", (len(self.triangles), 3, 2))
        check(where + "skin_joints", self.skin_joints, "int32", (count, None))
        check_weights(where + "skin_weights", self.skin_weights, *self.skin_joints.shape)
        check(where + "shapes", self.shapes, "int32", (None,))
        check(where + "shape_deltas", self.shape_deltas, "float32", (len(self.shapes), count, 3))
        if self.texture < 0:
            raise ValueError(where + "texture index is negative")


class Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One coefficient of the shape basis: a Blender shape key, shared by all parts that have its name.

    ``low == high`` pins the coefficient: the optimiser leaves it at ``value``.
    """

    name: str
    value: float
    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.value <= self.high:
            raise ValueError(f"shape key {self.name!r}: {self.value} is outside of {self.low}..{self.high}")


class Region(msgspec.Struct, frozen=True, forbid_unknown_fields=True, eq=False):
    """A stretch of the surface with a name: a vertex group, or all that a bone moves.

    ``weights``: per part (V,) float32 in [0, 1], how far each vertex belongs to it.
    """

    name: Name
    weights: tuple[np.ndarray, ...]

    def __post_init__(self) -> None:
        for index, weights in enumerate(self.weights):
            where = f"region {self.name!r}: weights {index}"
            check(where, weights, "float32", (None,))
            if weights.size and not (0 <= weights.min() and weights.max() <= 1):
                raise ValueError(f"{where} leave 0..1")
        if not any(weights.any() for weights in self.weights):
            raise ValueError(f"region {self.name!r} is empty")


class Character(msgspec.Struct, frozen=True, forbid_unknown_fields=True, eq=False):
    """One or more parts moved by one armature, or by none, treated as one surface.

    Attributes
    ----------
    name
        What the artist calls it.
    parts
        At least one.
    shapes
        The shape basis; may be empty.
    joints
        Names of the bones that ``skin_joints`` point to; what no bone moves points to a joint that stays put.
    poses
        (P, J, 4, 4) float32 deform matrices: rest space to posed space, one per joint; pose 0 is the rest pose
        or, where the artist poses the character, whatever is shown first. At least one.
    textures
        How many textures the parts' UVs address.
    start_textures
        Empty, or one (H, W, 3) uint8 sRGB image per texture, row 0 at the bottom: what the character shows.
    repaint
        Whether jobs are to paint it anew instead of starting from ``start_textures``, which only what is locked keeps.
    start_offsets
        Empty, or (V, 3) float32 per part: offsets to start from (a take to continue).
    start_look
        Material and light to start from.
    regions
        What cameras may frame and a brief may lock.
    start_normal_maps
        Empty, or one (H, W, 3) uint8 normal map per texture to start from, as in ``State.normal_maps``.
    """

    name: str
    parts: tuple[Part, ...]
    shapes: tuple[Shape, ...]
    joints: tuple[str, ...]
    poses: np.ndarray
    textures: int
    start_textures: tuple[np.ndarray, ...] = ()
    repaint: bool = False
    start_offsets: tuple[np.ndarray, ...] = ()
    start_look: Look = Look()
    regions: tuple[Region, ...] = ()
    start_normal_maps: tuple[np.ndarray, ...] = ()

    def __post_init__(self) -> None:
        if not self.parts or not self.joints:
            raise ValueError("a character needs at least one part and one joint")
        if not any(len(part.triangles) for part in self.parts):
            raise ValueError("a character needs at least one triangle")
        if self.textures > len(self.parts):
            raise ValueError(f"{self.textures} textures for {len(self.parts)} parts")
        check("poses", self.poses, "float32", (None, len(self.joints), 4, 4))
        if not len(self.poses):
            raise ValueError("a character needs at least one pose")
        for part in self.parts:
            check_indices(f"part {part.name!r}: skin_joints", part.skin_joints, len(self.joints))
            check_indices(f"part {part.name!r}: shapes", part.shapes, len(self.shapes))
            if part.texture >= self.textures:
                raise ValueError(f"part {part.name!r}: texture {part.texture} of {self.textures}")
        self._check_images("start texture", self.start_textures)
        self._check_images("start normal map", self.start_normal_maps)
        if self.start_offsets and len(self.start_offsets) != len(self.parts):
            raise ValueError(f"{len(self.start_offsets)} start offsets for {len(self.parts)} parts")
        for part, offsets in zip(self.parts, self.start_offsets, strict=False):
            check(f"part {part.name!r}: start offsets", offsets, "float32", part.vertices.shape)
        names = [region.name for region in self.regions]
        if len(set(names)) < len(names):
            raise ValueError(f"two regions have one name: {', '.join(names)}")
        for region in self.regions:
            if [len(weights) for weights in region.weights] != [len(part.vertices) for part in self.parts]:
                raise ValueError(f"region {region.name!r} has not one weight for each vertex")

    def _check_images(self, what: str, images: tuple[np.ndarray, ...]) -> None:
        if images and len(images) != self.textures:
            raise ValueError(f"{len(images)} {what}s for {self.textures} textures")
        for index, image in enumerate(images):
            check(f"{what} {index}", image, "uint8", (None, None, 3))
            if not image.size:
                raise ValueError(f"{what} {index} has no pixels")
