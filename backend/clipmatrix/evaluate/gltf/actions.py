"""A file's animations, sampled: where the nodes are at a few moments of each."""

import numpy as np
from pygltflib import Animation

from .container import Container
from .nodes import Placing


def sampled(container: Container, animation: Animation, rest: Placing, most: int) -> Placing:
    """Sample an animation evenly from its first key to its last.

    Parameters
    ----------
    rest
        Where nodes are that it does not move; F is 1.
    most
        How many moments at most; there are no more than the animation has keys.

    Returns
    -------
    Placing
        Morph weights that it animates are left out: a take's shape does not change in motion.
    """
    keys = [container.array(sampler.input) for sampler in animation.samplers]
    moments = np.unique(np.concatenate(keys))
    times = np.linspace(moments[0], moments[-1], min(most, len(moments)))
    placing = rest.repeated(len(times))
    places = {"translation": placing.translations, "rotation": placing.rotations, "scale": placing.scales}
    for channel in animation.channels:
        target = channel.target
        if target.node is None or target.path not in places:
            continue
        sampler = animation.samplers[channel.sampler]
        values = container.array(sampler.output).astype(float)
        found = interpolate(keys[channel.sampler], values, sampler.interpolation or "LINEAR", times)
        if target.path == "rotation":
            found /= np.linalg.norm(found, axis=1, keepdims=True)
        places[target.path][:, target.node] = found
    return placing


def interpolate(keys: np.ndarray, values: np.ndarray, manner: str, times: np.ndarray) -> np.ndarray:
    """Interpolate as glTF 2.0's appendix C says: (F, C).

    Parameters
    ----------
    keys
        (K,) ascending seconds.
    values
        (K, C); for ``CUBICSPLINE`` (3 K, C), in-tangent, value and out-tangent of each key. Quaternions have C = 4 and
        are turned the short way; the way between keys is a straight line brought back to unit length, which between
        neighbouring frames is as good as an arc.
    manner
        ``STEP``, ``LINEAR`` or ``CUBICSPLINE``.
    times
        (F,) seconds.
    """
    before = np.clip(np.searchsorted(keys, times, side="right") - 1, 0, len(keys) - 1)
    after = np.minimum(before + 1, len(keys) - 1)
    gap = (keys[after] - keys[before]).astype(float)
    share = np.clip((times - keys[before]) / np.where(gap > 0, gap, 1.0), 0.0, 1.0)[:, None]
    if manner == "CUBICSPLINE":
        entering, points, leaving = values.reshape(len(keys), 3, -1).transpose(1, 0, 2)
        s2, s3 = share**2, share**3
        return np.asarray(
            (2 * s3 - 3 * s2 + 1) * points[before]
            + gap[:, None] * (s3 - 2 * s2 + share) * leaving[before]
            + (3 * s2 - 2 * s3) * points[after]
            + gap[:, None] * (s3 - s2) * entering[after]
        )
    if manner == "STEP":
        return np.asarray(values[before])
    start, end = values[before], values[after]
    if values.shape[1] == 4:
        end = np.where((start * end).sum(axis=1, keepdims=True) < 0, -end, end)
    return np.asarray(start + share * (end - start))
