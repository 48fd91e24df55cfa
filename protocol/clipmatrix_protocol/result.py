"""What a job makes of a character, and what it says of it."""

import msgspec
import numpy as np

from .arrays import check
from .look import Look


class State(msgspec.Struct, frozen=True, forbid_unknown_fields=True, eq=False):
    """What the job has made of the character so far.

    Attributes
    ----------
    coefficients
        (K,) float32, values of the character's shapes, in its order.
    offsets
        Per part (V, 3) float32, metres, rest space.
    textures
        Per texture (H, W, 3) uint8, sRGB encoded base colour, row 0 at the bottom. Empty: unchanged.
    look
        Material and light.
    normal_maps
        Per texture (H, W, 3) uint8, row 0 at the bottom: normals in tangent space as in glTF and in Blender's Normal
        Map node, x along u, y along v (OpenGL's +Y), z away from the surface, each (n + 1) / 2 * 255. Empty: unchanged.
    """

    coefficients: np.ndarray
    offsets: tuple[np.ndarray, ...]
    textures: tuple[np.ndarray, ...]
    look: Look
    normal_maps: tuple[np.ndarray, ...] = ()

    def __post_init__(self) -> None:
        check("coefficients", self.coefficients, "float32", (None,))
        for index, offsets in enumerate(self.offsets):
            check(f"offsets {index}", offsets, "float32", (None, 3))
        for index, texture in enumerate(self.textures):
            check(f"texture {index}", texture, "uint8", (None, None, 3))
        for index, normal_map in enumerate(self.normal_maps):
            check(f"normal map {index}", normal_map, "uint8", (None, None, 3))


class Validity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What became of the mesh over all its poses, against the mesh it started from.

    ``inverted``: triangles whose normal turned by more than 90 degrees; ``degenerate``: triangles whose area fell
    under 1e-3 of what it was; both counted once per pose where they were not so at the start.
    """

    poses: int
    inverted: int
    degenerate: int
    edge_stretch_p99: float


class Summary(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A finished job in figures; similarities are of the guiding CLIP over one fixed set of views.

    ``remarks`` are for the artist to read: what went otherwise than planned.
    """

    steps: int
    seconds: float
    stopped_early: bool
    similarity_before: float
    similarity_after: float
    validity: Validity
    peak_memory_mb: float
    device: str
    versions: dict[str, str]
    remarks: tuple[str, ...] = ()
