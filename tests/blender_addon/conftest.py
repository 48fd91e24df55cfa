"""The real Blender module with the extension enabled, and factory settings before each test."""

import importlib.util
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from .painter import SECRET, Painter, painter

ADDON = Path(__file__).resolve().parents[2] / "blender_addon"

_user_folder = tempfile.TemporaryDirectory(prefix="clipmatrix-tests-", ignore_cleanup_errors=True)


def _launcher() -> ModuleType:
    """blender_addon/headless.py, which is a script beside the extension and no part of it."""
    spec = importlib.util.spec_from_file_location("clipmatrix_headless", ADDON / "headless.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


headless = _launcher()


@pytest.fixture(scope="session")
def blender_module() -> Iterator[ModuleType]:
    """Blender as a module, with a user folder of its own that has the extension linked in."""
    folder = Path(_user_folder.name)
    headless.link_extension(folder)
    os.environ["BLENDER_USER_RESOURCES"] = str(folder)
    import bpy

    yield bpy
    headless.disable()


@pytest.fixture
def blender(blender_module: ModuleType) -> Iterator[ModuleType]:
    """``bpy`` with factory settings, an empty scene and the extension enabled."""
    blender_module.ops.wm.read_factory_settings(use_empty=True)
    headless.enable()
    yield blender_module
    room("job.session").current().disconnect()


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch) -> Iterator[Painter]:
    """A backend whose job is small, and its secret where the extension looks for it."""
    monkeypatch.setenv("CLIPMATRIX_SECRET", SECRET)
    with painter() as running:
        yield running


def room(name: str) -> Any:
    """A module of the enabled extension."""
    return importlib.import_module(f"{headless.MODULE}.{name}")


@pytest.fixture
def rooms() -> Callable[[str], Any]:
    """Look up the extension's modules by name."""
    return room


class Scenes:
    """Builds the things that tests look at, in the scene that is open."""

    def __init__(self, bpy: Any) -> None:
        self.bpy = bpy

    def add(self, name: str, data: Any) -> Any:
        """A new object in the scene."""
        thing = self.bpy.data.objects.new(name, data)
        self.bpy.context.scene.collection.objects.link(thing)
        return thing

    def column(self, name: str = "Column", *, rings: int = 13, sides: int = 8, height: float = 3.0) -> Any:
        """An upright tube around the z axis with UVs, open at both ends, its lower end at z = 0."""
        angles = np.arange(sides) / sides * 2 * np.pi
        ring = np.stack([np.cos(angles), np.sin(angles)], 1) * 0.4
        vertices = [(x, y, z) for z in np.linspace(0, height, rings) for x, y in ring]
        faces = [
            (r * sides + s, r * sides + (s + 1) % sides, (r + 1) * sides + (s + 1) % sides, (r + 1) * sides + s)
            for r in range(rings - 1)
            for s in range(sides)
        ]
        return self.mesh(name, vertices, faces)

    def cube(self, name: str = "Cube", *, size: float = 0.5) -> Any:
        """A cube around the origin, with UVs."""
        corners = [(x, y, z) for x in (-size, size) for y in (-size, size) for z in (-size, size)]
        faces = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
        return self.mesh(name, corners, faces)

    def mesh(self, name: str, vertices: Sequence[Any], faces: Sequence[Any], *, uvs: str = "UVMap") -> Any:
        """A smooth mesh object; each face gets a UV square of its own in a grid, unless ``uvs`` is empty."""
        mesh = self.bpy.data.meshes.new(name)
        mesh.from_pydata([tuple(map(float, vertex)) for vertex in vertices], [], faces, shade_flat=False)
        if uvs:
            layer = mesh.uv_layers.new(name=uvs)
            side = int(np.ceil(np.sqrt(len(faces))))
            corner = np.array([(0.05, 0.05), (0.95, 0.05), (0.95, 0.95), (0.05, 0.95)], np.float32)
            places = [
                (corner[: len(face)] + np.array([index % side, index // side])) / side
                for index, face in enumerate(faces)
            ]
            layer.uv.foreach_set("vector", np.concatenate(places).astype(np.float32).reshape(-1))
        return self.add(name, mesh)

    def chain(self, name: str = "Rig", *, bones: int = 3, height: float = 3.0) -> Any:
        """An armature: a chain of bones up the z axis, called bone0, bone1, ..."""
        data = self.bpy.data.armatures.new(name)
        rig = self.add(name, data)
        self.bpy.context.view_layer.objects.active = rig
        self.bpy.ops.object.mode_set(mode="EDIT")
        parent = None
        for index in range(bones):
            bone = data.edit_bones.new(f"bone{index}")
            bone.head = (0, 0, height * index / bones)
            bone.tail = (0, 0, height * (index + 1) / bones)
            bone.roll = 0.3 * index
            bone.parent = parent
            parent = bone
        self.bpy.ops.object.mode_set(mode="OBJECT")
        return rig

    def skin(self, thing: Any, rig: Any, weights: Any) -> Any:
        """Give an object vertex groups from weights (V, B), -1 for no entry, and an Armature modifier."""
        for index, bone in enumerate(rig.data.bones):
            group = thing.vertex_groups.new(name=bone.name)
            for vertex in np.flatnonzero(weights[:, index] >= 0):
                group.add([int(vertex)], float(weights[vertex, index]), "REPLACE")
        thing.parent = rig
        modifier = thing.modifiers.new("Armature", "ARMATURE")
        modifier.object = rig
        return modifier

    def smooth_weights(self, thing: Any, rig: Any) -> Any:
        """(V, B) weights that fall off with the distance to the bones' middles; not normalised."""
        heights = np.array([vertex.co.z for vertex in thing.data.vertices])
        middles = np.array([(bone.head_local.z + bone.tail_local.z) / 2 for bone in rig.data.bones])
        return np.exp(-((heights[:, None] - middles) ** 2)).astype(np.float32)

    def character(self) -> tuple[Any, Any]:
        """A skinned column, active and selected, and its armature."""
        thing, rig = self.column(), self.chain()
        self.skin(thing, rig, self.smooth_weights(thing, rig))
        self.select(thing)
        return thing, rig

    def select(self, *things: Any) -> None:
        """Select these objects alone; the first is the active one."""
        self.bpy.context.view_layer.update()  # what has just been linked is not selectable before
        for other in self.bpy.context.view_layer.objects:
            other.select_set(other in things)
        self.bpy.context.view_layer.objects.active = things[0]
        self.bpy.context.view_layer.update()

    def choose_against_a_marker(self) -> None:
        """Two cameras: a marker of the timeline names one, the artist has chosen the other since."""
        scene = self.bpy.context.scene
        named, chosen = (self.add(name, self.bpy.data.cameras.new(name)) for name in ("Named", "Chosen"))
        scene.timeline_markers.new("cut", frame=1).camera = named
        scene.camera = chosen

    def wave(self, rig: Any, *, frames: int = 20) -> Any:
        """An Action that bends every bone from frame 1 to ``frames``."""
        for index, bone in enumerate(rig.pose.bones):
            bone.rotation_mode = "XYZ"
            for frame, angle in ((1, 0.0), (frames, 0.4 + 0.1 * index)):
                bone.rotation_euler = (angle, 0, 0)
                bone.keyframe_insert("rotation_euler", frame=frame)
        return rig.animation_data.action


@pytest.fixture
def scenes(blender: ModuleType) -> Scenes:
    """Builds things in the open scene."""
    return Scenes(blender)


_status = 0


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Remember how the run ended."""
    global _status
    _status = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave without Blender's own exit handlers, which can crash or hang after the last test has passed."""
    if "bpy" in sys.modules:
        _user_folder.cleanup()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(_status)
