"""A photo studio: a scene of its own, with camera and light, in which a character is rendered and which then goes.

The artist's scene is left as it was, its view settings and its render settings are not touched.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from math import cos, pi, radians, sin, tan
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from mathutils import Euler, Vector

from ..scene.materials.node_trees import give_nodes
from .rendering import render_scene

FIELD_OF_VIEW = radians(28)
"""Of the studio's camera; a long lens, so that the body keeps its proportions."""

ELEVATION = radians(8)
"""How far the camera looks down."""

MARGIN = 1.08
"""How much farther than needed the camera stands: what has grown must still fit."""

AMBIENT, SUN = 0.55, 1.4
"""World strength and sun strength (W/m^2): a white surface that faces the sun gives 0.55 + 1.4/pi, just white."""

SUN_ELEVATION, SUN_ASIDE = radians(40), radians(35)
"""The sun stands above the camera, and to its left."""

BACKDROP = 0.82
"""What the camera sees behind the character, linear grey."""


@dataclass(frozen=True)
class Framing:
    """Where the camera stands: ``distance`` metres from ``centre`` (x, y, z), the middle of the character."""

    centre: tuple[float, float, float]
    distance: float


@dataclass(frozen=True)
class Studio:
    """An open studio; :func:`shoot` takes pictures in it."""

    scene: bpy.types.Scene
    camera: bpy.types.Object
    sun: bpy.types.Object


@contextmanager
def studio(character: Sequence[bpy.types.Object], size: int, samples: int) -> Iterator[Studio]:
    """Build the studio around a character, and take it down again when the block ends.

    Parameters
    ----------
    character
        The objects to be seen, with their armature.
    size
        Side of the pictures, pixels.
    samples
        Cycles samples a pixel.
    """
    with ExitStack() as built:
        scene = bpy.data.scenes.new("ClipMatrix studio")
        built.callback(bpy.data.scenes.remove, scene)
        camera, sun, world = _camera(), _sun(), _world()
        built.callback(bpy.data.worlds.remove, world)
        built.callback(_remove, camera)
        built.callback(_remove, sun)
        for member in (*character, camera, sun):
            scene.collection.objects.link(member)
        scene.camera, scene.world = camera, world
        _set_rendering(scene, size, samples)
        built.callback(_free_renderer, scene)
        yield Studio(scene, camera, sun)


def look(place: Studio, framing: Framing, azimuth: float) -> None:
    """Walk around the character: azimuth 0 radians sees a face that looks to -Y, pi/2 sees from +X. The light follows.

    So every side is lit alike, and pictures from different sides compare.
    """
    place.camera.location = Vector(framing.centre) + Vector(_towards(azimuth, ELEVATION)) * framing.distance
    place.camera.rotation_euler = Euler((pi / 2 - ELEVATION, 0.0, azimuth))
    place.sun.rotation_euler = Euler((pi / 2 - SUN_ELEVATION, 0.0, azimuth - SUN_ASIDE))
    lens = place.camera.data
    assert isinstance(lens, bpy.types.Camera)
    lens.clip_start, lens.clip_end = framing.distance * 0.01, framing.distance * 4


def shoot(place: Studio, frame: int, path: Path) -> None:
    """Render a frame of the studio to a PNG file.

    The frame is set once the render has begun, whose operator sets another one (:func:`.render_scene`).
    """
    scene = place.scene
    scene.render.filepath = str(path)

    def at_its_frame(*_: object) -> None:
        scene.frame_set(frame)

    bpy.app.handlers.render_pre.append(at_its_frame)
    try:
        render_scene(scene, write_still=True)
    finally:
        bpy.app.handlers.render_pre.remove(at_its_frame)


def fit(points: np.ndarray, azimuths: Sequence[float]) -> Framing:
    """Find the nearest framing that shows all points (N, 3), metres, at every azimuth, with :data:`MARGIN` to spare."""
    centre = (points.min(axis=0) + points.max(axis=0)) / 2
    relative = points - centre
    slope = tan(FIELD_OF_VIEW / 2)
    distance = 0.1
    for azimuth in azimuths:
        towards = np.array(_towards(azimuth, ELEVATION))
        right = np.array([cos(azimuth), sin(azimuth), 0.0])
        aside = np.maximum(np.abs(relative @ right), np.abs(relative @ np.cross(towards, right)))
        distance = max(distance, float((aside / slope + relative @ towards).max()))
    x, y, z = centre.tolist()
    return Framing((x, y, z), distance * MARGIN)


def visible_points(scene: bpy.types.Scene, character: Sequence[bpy.types.Object]) -> np.ndarray:
    """Return the world positions (V, 3), metres, of all vertices of the character as the scene shows them now."""
    graph = scene.view_layers[0].depsgraph
    assert graph is not None
    graph.update()
    found = [np.zeros((0, 3), dtype=np.float32)]
    for member in character:
        if member.type != "MESH":
            continue
        evaluated = member.evaluated_get(graph)
        mesh = evaluated.data
        assert isinstance(mesh, bpy.types.Mesh)
        points = np.empty(len(mesh.vertices) * 3, dtype=np.float32)
        mesh.vertices.foreach_get("co", points)
        world = np.array(evaluated.matrix_world)
        found.append(points.reshape(-1, 3) @ world[:3, :3].T + world[:3, 3])
    return np.concatenate(found)


def _towards(azimuth: float, elevation: float) -> tuple[float, float, float]:
    """Return the unit vector from the character to a place around it."""
    return sin(azimuth) * cos(elevation), -cos(azimuth) * cos(elevation), sin(elevation)


def _set_rendering(scene: bpy.types.Scene, size: int, samples: int) -> None:
    render: Any = scene.render  # Any: names of engines differ between Blender's versions
    render.engine = "CYCLES"
    render.resolution_x = render.resolution_y = size
    render.resolution_percentage = 100
    render.use_persistent_data = True
    render.threads_mode = "AUTO"
    render.image_settings.file_format = "PNG"
    render.image_settings.color_mode = "RGB"
    render.image_settings.compression = 15
    settings: Any = scene.view_settings
    settings.view_transform, settings.look = "Standard", "None"
    cycles: Any = scene.cycles  # type: ignore[attr-defined]
    cycles.device = "CPU"
    cycles.samples = samples
    cycles.use_adaptive_sampling = False
    cycles.use_denoising = False
    cycles.max_bounces = 2
    cycles.diffuse_bounces = 0
    cycles.glossy_bounces = 0
    cycles.seed = 0
    cycles.use_animated_seed = False


def _free_renderer(scene: bpy.types.Scene) -> None:
    """Have Blender let go of what it keeps between two pictures.

    That is a dependency graph of the scene, which Blender does not free with the scene: the next object that is linked
    anywhere would have it look into the removed scene's memory.
    """
    scene.render.use_persistent_data = False


def _world() -> bpy.types.World:
    """Make a world that lights with one grey and shows the camera another."""
    world = bpy.data.worlds.new("ClipMatrix studio")
    tree: Any = give_nodes(world)
    nodes, links = tree.nodes, tree.links
    nodes.clear()
    path = nodes.new("ShaderNodeLightPath")
    strength = nodes.new("ShaderNodeMapRange")
    strength.inputs["To Min"].default_value = AMBIENT
    strength.inputs["To Max"].default_value = BACKDROP
    background = nodes.new("ShaderNodeBackground")
    background.inputs["Color"].default_value = (1.0, 1.0, 1.0, 1.0)
    output = nodes.new("ShaderNodeOutputWorld")
    links.new(path.outputs["Is Camera Ray"], strength.inputs["Value"])
    links.new(strength.outputs["Result"], background.inputs["Strength"])
    links.new(background.outputs["Background"], output.inputs["Surface"])
    return world


def _sun() -> bpy.types.Object:
    light: Any = bpy.data.lights.new("ClipMatrix studio", "SUN")
    light.energy = SUN
    light.angle = radians(10)
    return bpy.data.objects.new("ClipMatrix studio sun", light)


def _camera() -> bpy.types.Object:
    lens = bpy.data.cameras.new("ClipMatrix studio")
    lens.sensor_fit = "HORIZONTAL"
    lens.angle = FIELD_OF_VIEW
    return bpy.data.objects.new("ClipMatrix studio camera", lens)


def _remove(thing: bpy.types.Object) -> None:
    """Remove an object with its data."""
    data: Any = thing.data
    bpy.data.objects.remove(thing)
    bpy.data.batch_remove([data])
