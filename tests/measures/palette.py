"""Basic colours and which of them a colour is nearest to."""

import numpy as np

BASIC_COLOURS: dict[str, tuple[float, float, float]] = {
    "red": (1.0, 0.0, 0.0),
    "green": (0.0, 0.6, 0.0),
    "blue": (0.0, 0.0, 1.0),
    "yellow": (1.0, 1.0, 0.0),
    "purple": (0.5, 0.0, 0.6),
    "orange": (1.0, 0.55, 0.0),
    "black": (0.0, 0.0, 0.0),
    "white": (1.0, 1.0, 1.0),
    "grey": (0.5, 0.5, 0.5),
    "brown": (0.45, 0.27, 0.1),
    "pink": (1.0, 0.6, 0.75),
    "cyan": (0.0, 1.0, 1.0),
}
"""sRGB encoded, in [0, 1]: the eleven basic colour terms of English (Berlin and Kay 1969), and cyan."""

_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
"""Linear Rec.709 to CIE XYZ (IEC 61966-2-1)."""

_WHITE = _TO_XYZ.sum(axis=1)
"""D65."""


def to_lab(srgb: np.ndarray) -> np.ndarray:
    """Convert (..., 3) sRGB in [0, 1] to CIELAB, D65 (CIE 15)."""
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    ratio = linear @ _TO_XYZ.T / _WHITE
    f = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = f[..., 0], f[..., 1], f[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def nearest_colour(srgb: np.ndarray) -> str:
    """Name the basic colour with the least distance in CIELAB (CIE 1976) to an sRGB colour (3,)."""
    names = list(BASIC_COLOURS)
    distances = np.linalg.norm(to_lab(np.array(list(BASIC_COLOURS.values()))) - to_lab(np.asarray(srgb)), axis=1)
    return names[int(distances.argmin())]
