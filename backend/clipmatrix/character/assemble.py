"""Between the wire and the surface: parts are joined on the way in and taken apart on the way out."""

from itertools import accumulate

import clipmatrix_protocol as protocol
import numpy as np
import torch
from torch import Tensor

from .character import Character


def assemble(message: protocol.Character, device: torch.device | str = "cpu") -> Character:
    """Join the parts of a character that arrived into one surface.

    Parameters
    ----------
    message
        As decoded; its arrays may be read-only views of the socket's frames and are copied.
    device
        Where the tensors shall live.

    Returns
    -------
    Character
        Vertices in the order of the parts; :func:`split` is the way back.
    """
    ends = list(accumulate(len(part.vertices) for part in message.parts))
    parts = tuple(slice(end - len(part.vertices), end) for end, part in zip(ends, message.parts, strict=True))
    influences = max(part.skin_joints.shape[1] for part in message.parts)
    triangles = [
        part.triangles.astype(np.int64) + place.start for part, place in zip(message.parts, parts, strict=True)
    ]
    deltas = np.zeros((len(message.shapes), ends[-1], 3), np.float32)
    for part, place in zip(message.parts, parts, strict=True):
        deltas[part.shapes, place] = part.shape_deltas

    def tensor(array: np.ndarray) -> Tensor:
        return torch.tensor(array, device=device)

    return Character(
        vertices=tensor(np.concatenate([part.vertices for part in message.parts])),
        triangles=tensor(np.concatenate(triangles)),
        corner_uvs=tensor(_into_first_tile(np.concatenate([part.corner_uvs for part in message.parts]))),
        slots=tensor(
            np.repeat([part.texture for part in message.parts], [len(part.triangles) for part in message.parts])
        ),
        joints=tensor(np.concatenate([_pad(part.skin_joints, influences) for part in message.parts]).astype(np.int64)),
        weights=tensor(np.concatenate([_pad(part.skin_weights, influences) for part in message.parts])),
        deltas=tensor(deltas),
        low=tensor(np.array([shape.low for shape in message.shapes], np.float32)),
        high=tensor(np.array([shape.high for shape in message.shapes], np.float32)),
        values=tensor(np.array([shape.value for shape in message.shapes], np.float32)),
        poses=tensor(message.poses),
        textures=message.textures,
        parts=parts,
    )


def start_offsets(message: protocol.Character, device: torch.device | str = "cpu") -> Tensor:
    """Read the offsets a character starts from: (V, 3) metres, zeros where it brings none."""
    count = sum(len(part.vertices) for part in message.parts)
    if not message.start_offsets:
        return torch.zeros(count, 3, device=device)
    return torch.tensor(np.concatenate(message.start_offsets), device=device)


def split(character: Character, per_vertex: Tensor) -> tuple[Tensor, ...]:
    """Take a tensor (V, ...) over all vertices apart into one per part, in the order of the parts."""
    return tuple(per_vertex[place] for place in character.parts)


def _pad(array: np.ndarray, width: int) -> np.ndarray:
    """Fill (V, I) up to (V, width) with zeros: joint 0 with weight 0."""
    return np.pad(array, ((0, 0), (0, width - array.shape[1])))


def _into_first_tile(corner_uvs: np.ndarray) -> np.ndarray:
    """Move each triangle by whole tiles so that its centre lies in [0, 1): UDIM and mirrored layouts fold together."""
    return (corner_uvs - np.floor(corner_uvs.mean(axis=1, keepdims=True))).astype(np.float32)
