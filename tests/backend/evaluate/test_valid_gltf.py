"""What other programs write into valid files, and our export never does."""

import json
import struct
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from clipmatrix.errors import UsageError
from clipmatrix.evaluate.gltf import read_glb
from clipmatrix.evaluate.subject import Subject
from PIL import Image

CORNERS = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float32)
TRIANGLES = np.array([0, 2, 1, 0, 1, 3, 0, 3, 2, 1, 2, 3], np.uint16)
RAISED = np.array([[0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 1]], np.float32)
Edit = Callable[[dict[str, Any]], object]


def tetrahedron(edit: Edit, blob: bytes = b"") -> bytes:
    """A binary with one tetrahedron that a morph target raises; ``edit`` changes its description."""
    views = [CORNERS.tobytes(), TRIANGLES.tobytes(), RAISED.tobytes(), blob]
    starts = np.cumsum([0, *map(len, views)])
    described = {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [
            {
                "primitives": [{"attributes": {"POSITION": 0}, "indices": 1, "targets": [{"POSITION": 2}]}],
                "weights": [0.25],
                "extras": {"targetNames": ["up"]},
            }
        ],
        "buffers": [{"byteLength": int(starts[-1])}],
        "bufferViews": [
            {"buffer": 0, "byteOffset": int(start), "byteLength": len(view)}
            for start, view in zip(starts, views, strict=False)
        ],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": 4, "type": "VEC3"},
            {"bufferView": 1, "componentType": 5123, "count": 12, "type": "SCALAR"},
            {"bufferView": 2, "componentType": 5126, "count": 4, "type": "VEC3"},
        ],
    }
    edit(described)
    text, data = json.dumps(described).encode(), b"".join(views)
    text, data = text + b" " * (-len(text) % 4), data + b"\0" * (-len(data) % 4)
    chunks = struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(data), b"BIN\0") + data
    return b"glTF" + struct.pack("<II", 2, 12 + len(chunks)) + chunks


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Subject]:
    def written_and_read(edit: Edit, blob: bytes = b"") -> Subject:
        (tmp_path / "made.glb").write_bytes(tetrahedron(edit, blob))
        return read_glb(tmp_path / "made.glb")

    return written_and_read


def another(**node: object) -> Edit:
    """A second node with the same mesh."""

    def add(described: dict[str, Any]) -> None:
        described["nodes"].append({"mesh": 0, **node})
        described["scenes"][0]["nodes"] = [0, 1]

    return add


def test_a_node_s_own_weights_stand_before_its_mesh_s(read):
    assert read(lambda d: None).state.coefficients.tolist() == [0.25]
    assert read(lambda d: d["nodes"][0].update(weights=[0.5])).state.coefficients.tolist() == [0.5]
    assert read(lambda d: d["nodes"][0].update(weights=[0.0])).state.coefficients.tolist() == []
    both = read(another(weights=[1.0]))
    assert both.state.coefficients.tolist() == [0.25, 1.0]
    assert [part.shapes.tolist() for part in both.character.parts] == [[0], [1]]


@pytest.mark.parametrize("hidden", [{"scale": [0, 0, 0]}, {"matrix": [*[0] * 12, 3, 0, 0, 1]}])
def test_a_mesh_that_is_hidden_by_its_scale_is_left_out(read, hidden):
    found = read(another(**hidden))
    assert len(found.character.parts) == 1
    assert np.abs(found.character.poses[0] - np.eye(4)).max() < 1e-6


def test_a_mesh_of_a_skin_whose_topmost_joint_is_shrunk_to_nothing_is_left_out(read):
    def skinned(described: dict[str, Any]) -> None:
        another(skin=0)(described)
        described["nodes"].append({"scale": [0, 0, 0]})
        described["skins"] = [{"joints": [2]}]

    assert len(read(skinned).character.parts) == 1


def test_a_mesh_that_is_flattened_lies_in_its_plane(read):
    found = read(lambda d: d["nodes"][0].update(scale=[1, 1, 0], translation=[1, 2, 3]))
    flat = found.character.parts[0].vertices
    wanted = CORNERS * [1, 1, 0] + [1, 2, 3]
    assert np.allclose(flat, wanted[:, [0, 2, 1]] * [1, -1, 1])
    posed = flat @ found.character.poses[0, 0, :3, :3].T + found.character.poses[0, 0, :3, 3]
    assert np.allclose(posed, flat, atol=1e-5)
    assert np.allclose(found.skeleton.heads, [[1, -3, 2]])


def test_extras_may_be_anything(read):
    def remarks(described: dict[str, Any]) -> None:
        described["extras"], described["nodes"][0]["extras"] = [1, [2]], 7
        described["meshes"][0]["extras"] = "made by hand"

    assert [shape.name for shape in read(remarks).character.shapes] == ["target 0"]


def test_a_huge_image_is_refused_in_words(read):
    huge = BytesIO()
    Image.new("1", (16384, 16384)).save(huge, "PNG")

    def shown(described: dict[str, Any]) -> None:
        described["images"], described["textures"] = [{"bufferView": 3, "mimeType": "image/png"}], [{"source": 0}]
        described["materials"] = [{"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}}]
        described["meshes"][0]["primitives"][0]["material"] = 0

    with pytest.raises(UsageError, match="more pixels than"):
        read(shown, huge.getvalue())
