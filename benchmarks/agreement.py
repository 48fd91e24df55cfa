"""Whether Blender's render of a delivered character is the picture that the backend judged.

    python benchmarks/agreement.py [--prompt TEXT] [--steps 100] [--suns 3] [--no-shadows] [--normals 0]
        [--sheet OUT.png]

The embedded figure walks, grows into a prompt, wears the result, and has its lights and sky delivered; Cycles renders
it (Standard view transform, transparent film, no denoising), and our renderer the same view of what a next job would
be sent of the scene. Prints one JSON object: the mean absolute error over the character's pixels, sRGB in [0, 1], per
view and in all. The sheet shows, for each view: ours, Cycles, and four times their difference.
"""

import argparse
import importlib
import json
import math
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import clipmatrix_protocol as protocol
import numpy as np
import torch
from clipmatrix.bodies.message import body_message
from clipmatrix.guidance.towers import load_tower
from clipmatrix.optimize import optimise
from clipmatrix.optimize.parameters import begin
from clipmatrix.optimize.pictures import pictures
from clipmatrix.optimize.sampling import Views
from clipmatrix.optimize.scene import prepare
from clipmatrix.optimize.state import read_full
from clipmatrix.render import orbit
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
FRAME = 9
"""Of the walk: legs apart, so that one shades the other."""

FIELD_OF_VIEW = math.radians(28)
ELEVATION = math.radians(6)
GROUND = 0.5
"""What stands behind the character in both pictures, sRGB."""

MARGIN = 16
"""Around the character on the sheet, pixels."""

EVERYTHING = protocol.Vary()
"""What changes unless asked otherwise: all but the normal map."""

CPU = torch.device("cpu")
Rooms = Callable[[str], Any]
"""Looks up the extension's modules by name."""


@dataclass(frozen=True)
class Pair:
    """One view, rendered by both: (H, W, 3) sRGB on the same ground, and which pixels are the character's (H, W)."""

    ours: np.ndarray
    cycles: np.ndarray
    inside: np.ndarray

    @property
    def error(self) -> float:
        """Mean absolute error over the character's pixels."""
        return float(np.abs(self.ours - self.cycles)[self.inside].mean())


def stand_figure(bpy: Any, rooms: Rooms) -> Any:
    """Add the embedded figure in the middle of a stride; its mesh object, selected."""
    mesh_object, _ = rooms("bodies.build").build_body(body_message("figure"), bpy.context)
    bpy.context.scene.frame_set(FRAME)
    return mesh_object


def snapshot(bpy: Any, rooms: Rooms, thing: Any) -> Any:
    """What a job would be sent of the scene, in the pose that is shown."""
    return rooms("scene.snapshot").snapshot(bpy.context, [thing], "CURRENT")


def wear(bpy: Any, rooms: Rooms, thing: Any, state: protocol.State, vary: protocol.Vary = EVERYTHING) -> None:
    """Put a state on the character, and deliver its lights and sky."""
    apply = rooms("scene.apply")
    apply.apply(apply.begin(snapshot(bpy, rooms, thing).binding, vary), state)
    assert bpy.ops.clipmatrix.lights_add(sky=True) == {"FINISHED"}


def compare(bpy: Any, rooms: Rooms, thing: Any, azimuth: float, size: int, samples: int, *, shadows: bool) -> Pair:
    """Render a view of the scene by both; azimuth in radians, 0 sees the face."""
    points = np.array([thing.matrix_world @ vertex.co for vertex in thing.data.vertices])
    middle, tall = (points.min(axis=0) + points.max(axis=0)) / 2, np.ptp(points[:, 2])
    distance = 0.56 * tall / math.tan(FIELD_OF_VIEW / 2)
    one = torch.ones(1)
    placement = orbit(azimuth * one, ELEVATION * one, distance * one, torch.tensor(middle, dtype=torch.float32))
    character = snapshot(bpy, rooms, thing).character
    ours, covered = _ours(character, placement, size, shadows=shadows)
    cycles, alpha = _cycles(bpy, placement[0].tolist(), size, samples)
    return Pair(ours, cycles * alpha + GROUND * (1 - alpha), (np.maximum(covered, alpha) > 0.5)[..., 0])


def _ours(
    character: protocol.Character, placement: torch.Tensor, size: int, *, shadows: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Our picture and its coverage, (H, W, 3) and (H, W, 1)."""
    side = character.start_textures[0].shape[0]
    settings = protocol.Settings(texture_size=side, resolution=size, shadows=shadows)
    brief = protocol.Brief((protocol.Prompt("anything"),), settings=settings)
    scene = prepare(protocol.Submit("look", character, brief), (load_tower("embedded", CPU),), CPU)
    number, first = torch.zeros(1), torch.zeros(1, dtype=torch.int64)
    pose = first + len(character.poses) - 1
    views = Views(first, pose, number, number, number + math.degrees(FIELD_OF_VIEW), placement, number, far=100.0)
    with torch.no_grad():
        images = pictures(read_full(begin(scene)), scene, views, torch.full((1, size, size, 3), GROUND))
    return images.textured[0].numpy(), images.coverage[0].numpy()


def _cycles(bpy: Any, placement: list[list[float]], size: int, samples: int) -> tuple[np.ndarray, np.ndarray]:
    """Cycles' picture and its alpha, (H, W, 3) and (H, W, 1), by a camera that is gone afterwards."""
    scene = bpy.context.scene
    lens = bpy.data.cameras.new("agreement")
    lens.sensor_fit, lens.angle = "HORIZONTAL", FIELD_OF_VIEW
    camera = bpy.data.objects.new("agreement", lens)
    scene.collection.objects.link(camera)
    camera.matrix_world = list(map(list, zip(*placement, strict=True)))  # Blender takes columns here
    scene.camera = camera
    _set_rendering(scene, size, samples)
    with tempfile.TemporaryDirectory() as folder:
        scene.render.filepath = str(Path(folder) / "cycles.png")
        bpy.ops.render.render(write_still=True)
        picture = np.asarray(Image.open(scene.render.filepath), dtype=np.float32) / 255
    bpy.data.cameras.remove(lens)
    return picture[..., :3], picture[..., 3:]


def _set_rendering(scene: Any, size: int, samples: int) -> None:
    """Let Cycles render what is there, and change nothing about it afterwards."""
    render, cycles = scene.render, scene.cycles
    render.engine = "CYCLES"
    render.resolution_x = render.resolution_y = size
    render.film_transparent = True
    render.dither_intensity = 0.0
    render.image_settings.file_format, render.image_settings.color_mode = "PNG", "RGBA"
    scene.view_settings.view_transform, scene.view_settings.look = "Standard", "None"
    cycles.device, cycles.samples = "CPU", samples
    cycles.use_adaptive_sampling = cycles.use_denoising = False


def grow(
    bpy: Any, rooms: Rooms, thing: Any, prompt: str, settings: protocol.Settings, vary: protocol.Vary = EVERYTHING
) -> protocol.State:
    """Run a job on the character."""
    brief = protocol.Brief((protocol.Prompt(prompt),), vary, settings=settings)
    job = protocol.Submit("agreement", snapshot(bpy, rooms, thing).character, brief)
    return optimise(job, CPU, lambda message: None, lambda: False).state


def sheet(pairs: list[Pair], path: Path) -> None:
    """Draw ours, Cycles and four times the difference for each view, side by side, cut where no character is."""
    tiles = [tile for pair in pairs for tile in (pair.ours, pair.cycles, 4 * np.abs(pair.ours - pair.cycles))]
    used = np.flatnonzero(np.any([pair.inside for pair in pairs], axis=(0, 1)))
    left, right = max(used.min() - MARGIN, 0), used.max() + MARGIN
    page = np.concatenate([tile[:, left:right] for tile in tiles], axis=1)
    Image.fromarray((page.clip(0, 1) * 255).astype(np.uint8)).save(path, optimize=True)


def main(options: argparse.Namespace) -> None:
    """Grow, deliver, compare, say."""
    sys.path.insert(0, str(ROOT / "blender_addon"))
    headless: ModuleType = importlib.import_module("headless")
    with headless.user_folder():
        import bpy

        def rooms(name: str) -> Any:
            return importlib.import_module(f"{headless.MODULE}.{name}")

        bpy.ops.wm.read_factory_settings(use_empty=True)
        headless.enable()
        thing = stand_figure(bpy, rooms)
        settings = protocol.Settings(
            steps=options.steps, seed=options.seed, suns=options.suns, shadows=options.shadows, texture_size=512
        )
        vary = protocol.Vary(normals=options.normals)
        state = grow(bpy, rooms, thing, options.prompt, settings, vary)
        wear(bpy, rooms, thing, state, vary)
        azimuths = [math.radians(degrees) for degrees in options.azimuths]
        pairs = [
            compare(bpy, rooms, thing, azimuth, options.size, options.samples, shadows=options.shadows)
            for azimuth in azimuths
        ]
        errors = [round(pair.error, 4) for pair in pairs]
        print(json.dumps({"mean_absolute_error": round(float(np.mean(errors)), 4), "views": errors}))
        if options.sheet:
            sheet(pairs, options.sheet)
        headless.disable()


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Compare Cycles with our renderer.")
    parser.add_argument("--prompt", default="a figure in a red shirt and blue trousers")
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--suns", type=int, default=3)
    parser.add_argument("--normals", type=float, default=0.0, help="strength of the normal map")
    parser.add_argument("--shadows", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--size", type=int, default=384, help="side of a picture, pixels")
    parser.add_argument("--samples", type=int, default=128, help="Cycles samples a pixel")
    parser.add_argument("--azimuths", type=float, nargs="+", default=[30.0, 200.0], help="degrees; 0 sees the face")
    parser.add_argument("--sheet", type=Path, metavar="OUT.png")
    return parser.parse_args()


if __name__ == "__main__":
    main(arguments())
