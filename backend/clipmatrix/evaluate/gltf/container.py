"""A glTF binary: its description as pygltflib reads it, and its arrays, which are read here."""

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from pygltflib import GLTF2

from ...errors import UsageError

HEADER = b"glTF\x02\x00\x00\x00"
"""How a binary of glTF 2 begins."""

TYPES = {5120: "i1", 5121: "u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
"""numpy's names of glTF's component types."""

WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}

UNREADABLE = {"KHR_draco_mesh_compression", "EXT_meshopt_compression", "KHR_mesh_quantization"}
"""Extensions without which a file's geometry cannot be read, and which we do not know."""


@dataclass(frozen=True, eq=False)
class Container:
    """An open file.

    Attributes
    ----------
    model
        Nodes, meshes, skins, materials and animations, as the glTF 2.0 specification names them.
    blob
        The binary chunk.
    node_weights
        Per node its own weights of its mesh's morph targets, which pygltflib does not know; None where it has none.
    """

    model: GLTF2
    blob: bytes
    node_weights: Sequence[Sequence[float] | None]

    def array(self, index: int) -> np.ndarray:
        """Read an accessor: (N,) or (N, width); normalised integers come as float32 in [0, 1] or [-1, 1]."""
        accessor = self.model.accessors[index]
        width = WIDTHS[accessor.type]
        kind = np.dtype(TYPES[accessor.componentType])
        if accessor.bufferView is None:
            values = np.zeros((accessor.count, width), kind)
        else:
            values = self._view(accessor.bufferView, accessor.byteOffset or 0, kind, accessor.count, width)
        if accessor.sparse is not None:
            sparse = accessor.sparse
            where = np.dtype(TYPES[sparse.indices.componentType])
            rows = self._view(sparse.indices.bufferView, sparse.indices.byteOffset or 0, where, sparse.count, 1)
            new = self._view(sparse.values.bufferView, sparse.values.byteOffset or 0, kind, sparse.count, width)
            values = values.copy()
            values[rows[:, 0]] = new
        if accessor.normalized and kind.kind in "iu":
            values = np.maximum(values.astype(np.float32) / np.iinfo(kind).max, -1.0)
        return values[:, 0] if width == 1 else values

    def image(self, index: int) -> Image.Image:
        """Decode an embedded image."""
        image = self.model.images[index]
        if image.bufferView is None:
            raise ValueError("an image lies outside of the file")
        view = self.model.bufferViews[image.bufferView]
        start = view.byteOffset or 0
        try:
            return Image.open(BytesIO(self.blob[start : start + view.byteLength]))
        except Image.DecompressionBombError as error:
            raise ValueError("an image has more pixels than 13,000 x 13,000") from error

    def _view(self, index: int, offset: int, kind: np.dtype, count: int, width: int) -> np.ndarray:
        view = self.model.bufferViews[index]
        if self.model.buffers[view.buffer].uri:
            raise ValueError("a buffer lies outside of the file")
        strides = (view.byteStride or kind.itemsize * width, kind.itemsize)
        return np.ndarray((count, width), kind, self.blob, (view.byteOffset or 0) + offset, strides)


class _Model(GLTF2):
    """As pygltflib reads it, which takes all extras for objects; in glTF they may be anything."""

    @classmethod
    def from_json(cls, text: str, **options: Any) -> GLTF2:
        """Read the description without extras that are no objects."""
        return super().from_json(text, object_hook=_with_objects_as_extras, **options)


def _with_objects_as_extras(found: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if name != "extras" or isinstance(value, dict)}


def open_glb(path: Path) -> Container:
    """Open a glTF binary.

    Raises
    ------
    UsageError
        If there is no such file, or it is none.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    if not data.startswith(HEADER):
        raise UsageError(f"{path} is no glTF 2 binary", "export the character as .glb")
    model = _Model.load_from_bytes(data)
    if model is None:
        raise ValueError("it is empty")
    unknown = UNREADABLE & set(model.extensionsRequired or ())
    if unknown:
        raise UsageError(f"{path} needs {', '.join(sorted(unknown))}", "export it without compression")
    (length,) = struct.unpack_from("<I", data, len(HEADER) + 4)
    nodes = json.loads(data[len(HEADER) + 12 :][:length]).get("nodes", ())
    return Container(model, model.binary_blob() or b"", [node.get("weights") for node in nodes])
