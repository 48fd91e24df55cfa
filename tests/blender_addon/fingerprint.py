"""Everything in the open file that an artist could lose, as comparable values: read off Blender's own RNA.

Nothing is listed by hand that Blender can list itself: all data-blocks of all types, all their properties, whatever
they own (slots, modifiers, key blocks, nodes, sockets, links, view settings), custom properties, mesh attributes,
weights, key points, pixels, packed files. So whatever a later version adds is compared, too.

    before = fingerprint(bpy)
    ...
    assert differences(before, fingerprint(bpy)) == []
"""

from collections import deque
from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

import numpy as np

INTERFACE = frozenset({"window_managers", "screens", "workspaces", "brushes", "all_ids"})
"""Collections of ``bpy.data`` that hold Blender's interface, which redraws and clicks change; the last, new in 5.3,
holds what all others hold.
"""

PASSING = frozenset(
    {
        "rna_type", "users", "tag", "session_uid", "preview", "bindcode", "depsgraph", "original", "is_evaluated",
        "is_updated", "is_updated_data", "is_updated_transform", "is_updated_geometry", "is_updated_shading",
        "execution_time", "has_data", "is_dirty", "error_location", "error_rotation", "keying_sets_all", "uv_sculpt",
        "particles", "child_particles", "bound_box", "dimensions", "is_library_indirect", "is_visible", "resolution",
    }
)  # fmt: skip
"""Properties that are memory management, caches, timings, or the result of an evaluation; in 4.2, uv_sculpt's brush
is a pointer to nowhere. Whether linked data is used indirectly is forgotten when an object that uses it is copied, and
found out anew when the file is saved; whether a collection is visible is worked out anew as well (5.3, after an undo),
and how fine an image prints comes rounded out of a file (4.2).
"""

BULK = {
    "Mesh": frozenset(
        {
            "vertices", "edges", "loops", "polygons", "loop_triangles", "loop_triangle_polygons", "attributes",
            "vertex_normals", "polygon_normals", "corner_normals", "uv_layer_stencil", "skin_vertices",
            "vertex_colors", "color_attributes",
        }
    ),
    "MeshUVLoopLayer": frozenset({"data", "uv", "pin", "vertex_selection", "edge_selection"}),
    "ShapeKey": frozenset({"data", "points"}),
    "Image": frozenset({"pixels"}),
    "PackedFile": frozenset({"data"}),
    "FCurve": frozenset({"keyframe_points", "sampled_points"}),
}  # fmt: skip
"""Per type what is read in one go by a function of its own."""

LARGE = 4096
"""Bytes over which a value is kept as its digest."""


def fingerprint(bpy: Any) -> dict[str, bytes]:
    """Walk through the open file.

    Returns
    -------
    dict
        Path ("meshes/Body/attributes/position") to value; long values stand as their digests.
    """
    bpy.context.view_layer.update()  # what has been changed and not yet evaluated counts as changed
    walk = _Walk()
    for collection in bpy.data.bl_rna.properties:
        if collection.type == "COLLECTION" and collection.identifier not in INTERFACE:
            for block in getattr(bpy.data, collection.identifier):
                library = f" ({block.library.name})" if block.library else ""
                walk.meet(f"{collection.identifier}/{block.name}{library}", block)
    found = {path: _value(value) for path, value in walk.through()}
    return found | {path: _value(value) for path, value in _selection(bpy)}


def differences(before: dict[str, bytes], after: dict[str, bytes]) -> list[str]:
    """One readable line for each path that has appeared, gone or changed."""
    lines = [f"gone: {path}" for path in before.keys() - after.keys()]
    lines += [f"new: {path}" for path in after.keys() - before.keys()]
    for path in before.keys() & after.keys():
        if before[path] != after[path]:
            lines.append(f"changed: {path}: {before[path][:120]!r} -> {after[path][:120]!r}")
    return sorted(lines)


class _Walk:
    """A walk over all that data-blocks own, breadth first; each thing is described once, and referred to elsewhere."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[str, Any]] = deque()
        self._places: dict[tuple[str, int], str] = {}
        self._taken: set[str] = set()

    def meet(self, path: str, thing: Any) -> str:
        """Where a thing is described: at home, if Blender knows a path to it, else where it was met first."""
        identity = _identity(thing)
        if identity not in self._places:
            home = self._home(thing)
            place = home if home and home not in self._taken else path
            self._places[identity] = place
            self._taken.add(place)
            self._waiting.append((place, thing))
        return self._places[identity]

    def through(self) -> Iterator[tuple[str, Any]]:
        """Path and value of every property of everything that has been met, or is met on the way."""
        while self._waiting:
            yield from self._described(*self._waiting.popleft())

    def _home(self, thing: Any) -> str:
        try:
            inside = thing.path_from_id()
        except ValueError:  # Blender knows none
            return ""
        owner = self._places.get(_identity(thing.id_data)) if thing.id_data is not None else None
        return f"{owner}/{inside}" if owner and inside else ""

    def _described(self, path: str, thing: Any) -> Iterator[tuple[str, Any]]:
        kinds = _kinds(thing)
        bulk = frozenset().union(*(BULK.get(kind, frozenset()) for kind in kinds))
        for prop in thing.bl_rna.properties:
            name = prop.identifier
            if name in PASSING or name in bulk:
                continue
            here = f"{path}/{name}"
            try:
                value = getattr(thing, name)
            except (AttributeError, RuntimeError, TypeError, ValueError) as error:
                yield here, f"unreadable: {type(error).__name__}"
                continue
            if prop.type == "POINTER":
                yield here, self._refer(here, value)
            elif prop.type == "COLLECTION":
                yield here, [self._refer(f"{here}/{label}", item) for label, item in _labelled(value)]
            else:
                yield here, _plain(value)
        for kind in kinds:
            if kind in READERS:
                yield from ((f"{path}/{key}", value) for key, value in READERS[kind](thing))
        yield f"{path}/custom properties", _custom(thing)

    def _refer(self, path: str, value: Any) -> str:
        if value is None:
            return "nothing"
        if value.id_data == value and not value.is_embedded_data:
            return f"{value.bl_rna.identifier}: {value.name_full}"
        return self.meet(path, value)


def _identity(thing: Any) -> tuple[str, int]:
    return thing.bl_rna.identifier, thing.as_pointer()


def _labelled(collection: Any) -> Iterator[tuple[str, Any]]:
    """Items with their place and, where they have one, name."""
    for index, item in enumerate(collection):
        name = getattr(item, "identifier", None) or getattr(item, "name", None)
        yield (f"{index} {name}" if isinstance(name, str) else str(index)), item


def _kinds(thing: Any) -> list[str]:
    """RNA types of a thing, its own first."""
    kinds, kind = [], thing.bl_rna
    while kind is not None:
        kinds.append(kind.identifier)
        kind = kind.base
    return kinds


def _custom(thing: Any) -> dict[str, Any]:
    """A thing's custom properties by name; what was registered by a class counts among its RNA properties."""
    try:
        names = thing.keys()
    except TypeError:  # its type takes none
        return {}
    return {name: _plain(thing[name]) for name in names if name not in thing.bl_rna.properties}


def _plain(value: Any) -> Any:
    """A property's value as something whose repr() tells all: no references into Blender, bits of floats kept."""
    if isinstance(value, bytes | str | int | float | bool | None):
        return value
    if isinstance(value, set | frozenset):
        return sorted(value)
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if hasattr(value, "name_full"):
        return value.name_full
    try:
        return [_plain(item) for item in value]
    except TypeError:
        return repr(value)


def _value(value: Any) -> bytes:
    raw = value if isinstance(value, bytes) else value.tobytes() if isinstance(value, np.ndarray) else b""
    raw = raw or repr(value).encode()
    return raw if len(raw) <= LARGE else b"digest " + blake2b(raw).hexdigest().encode()


def _selection(bpy: Any) -> Iterator[tuple[str, Any]]:
    """Mode, active object, and what each view layer selects and hides."""
    yield "context/mode", bpy.context.mode
    for scene in bpy.data.scenes:
        for layer in scene.view_layers:
            for thing in layer.objects:
                state = [thing.select_get(view_layer=layer), thing.hide_get(view_layer=layer)]
                yield f"scenes/{scene.name}/view_layers/{layer.name}/shown/{thing.name}", state
            yield (
                f"scenes/{scene.name}/view_layers/{layer.name}/active",
                layer.objects.active and layer.objects.active.name,
            )


# -- what is read in one go ----------------------------------------------------------------------------------------

FIELDS = {
    "FLOAT": ("value", np.float32, 1), "INT": ("value", np.int32, 1), "BOOLEAN": ("value", bool, 1),
    "INT8": ("value", np.int32, 1), "FLOAT_VECTOR": ("vector", np.float32, 3), "FLOAT2": ("vector", np.float32, 2),
    "FLOAT_COLOR": ("color", np.float32, 4), "BYTE_COLOR": ("color", np.float32, 4), "INT32_2D": ("value", np.int32, 2),
    "INT16_2D": ("value", np.int32, 2), "QUATERNION": ("value", np.float32, 4), "FLOAT4X4": ("value", np.float32, 16),
}  # fmt: skip
"""Attribute type to the field, the numbers and how many of them ``foreach_get`` gives for an element."""


def _mesh(mesh: Any) -> Iterator[tuple[str, Any]]:
    for attribute in mesh.attributes:
        label = f"attributes/{attribute.name}"
        yield f"{label} kind", [attribute.data_type, attribute.domain]
        if attribute.data_type in FIELDS:
            field, kind, width = FIELDS[attribute.data_type]
            yield label, _numbers(attribute.data, field, kind, width)
        else:
            yield label, [item.value for item in attribute.data]
    yield "edges", _numbers(mesh.edges, "vertices", np.int32, 2)
    yield "corners", _numbers(mesh.loops, "vertex_index", np.int32, 1)
    yield "faces", _numbers(mesh.polygons, "loop_start", np.int32, 1)
    yield "weights", [[(entry.group, entry.weight) for entry in vertex.groups] for vertex in mesh.vertices]


def _shape_key(key: Any) -> Iterator[tuple[str, Any]]:
    if hasattr(key, "points") and len(key.points):
        yield "points", _numbers(key.points, "co", np.float32, 3)


def _image(image: Any) -> Iterator[tuple[str, Any]]:
    if image.source in {"FILE", "GENERATED"}:
        pixels = np.empty(len(image.pixels), np.float32)
        image.pixels.foreach_get(pixels)
        yield "pixels", pixels


def _packed_file(packed: Any) -> Iterator[tuple[str, Any]]:
    yield "data", bytes(packed.data)


def _fcurve(curve: Any) -> Iterator[tuple[str, Any]]:
    for field, width in (("co", 2), ("handle_left", 2), ("handle_right", 2)):
        yield f"keyframes/{field}", _numbers(curve.keyframe_points, field, np.float32, width)
    for field in ("interpolation", "easing", "handle_left_type", "handle_right_type"):
        yield f"keyframes/{field}", [getattr(point, field) for point in curve.keyframe_points]


def _numbers(collection: Any, field: str, kind: Any, width: int) -> np.ndarray:
    flat = np.empty(len(collection) * width, kind)
    collection.foreach_get(field, flat)
    return flat


READERS = {"Mesh": _mesh, "ShapeKey": _shape_key, "Image": _image, "PackedFile": _packed_file, "FCurve": _fcurve}
"""By RNA type what reads its bulk."""
