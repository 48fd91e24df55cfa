"""Time the renderer on the embedded figure, beside the image tower of a real CLIP in the same run.

    python benchmarks/renderer.py [--views 4] [--size 224] [--texture 1024] [--repeats 15] [--threads 0] [--device cpu]
        [--normals]

Prints one JSON object: milliseconds, the least of several repeats, and their ratio to the forward and backward pass of
CLIP ViT-B/32's image tower on as many pictures (random weights: they do not change the time). The ratios are what to
compare between machines.
"""

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import open_clip
import torch
from clipmatrix.bodies import load_figure
from clipmatrix.render import (
    Cameras,
    Lights,
    Material,
    Mesh,
    Relief,
    frame,
    mesh,
    orbit,
    perspective,
    render,
    sky,
    visibility,
)
from torch import Tensor


@dataclass(frozen=True)
class Scene:
    """The figure as `render` wants it, with leaves that ask for gradients."""

    vertices: Tensor
    mesh: Mesh
    cameras: Cameras
    textures: Tensor
    material: Material
    lights: Lights
    backgrounds: Tensor
    relief: Relief | None


def build(views: int, size: int, texture: int, normals: bool, device: torch.device) -> Scene:
    """Stand the figure in front of cameras all around it."""
    figure = load_figure()
    split = figure.faces[:, 3] >= 0
    triangles = np.concatenate([figure.faces[:, :3], figure.faces[split][:, [0, 2, 3]]])
    corners = np.concatenate([figure.face_uvs[:, :3], figure.face_uvs[split][:, [0, 2, 3]]])
    surface = mesh(
        torch.tensor(triangles, dtype=torch.int64, device=device),
        torch.tensor(figure.uvs[corners], dtype=torch.float32, device=device),
        torch.zeros(len(triangles), dtype=torch.int64, device=device),
    )
    vertices = torch.tensor(figure.vertices, dtype=torch.float32, device=device).expand(views, -1, -1)
    azimuth = torch.linspace(0, 2 * torch.pi, views + 1, device=device)[:-1]
    each = torch.ones_like(azimuth)
    placed = orbit(azimuth, 0.2 * each, 2.2 * each, torch.tensor([0.0, 0.0, 0.85], device=device))
    white = torch.ones(3, device=device)
    slopes = 0.1 * torch.randn(1, texture, texture, 2, device=device)
    direction = torch.tensor([0.3, -0.7, 0.65], device=device)
    return Scene(
        vertices=vertices.clone().requires_grad_(),
        mesh=surface,
        cameras=perspective(placed, 0.7),
        textures=torch.rand(1, texture, texture, 3, device=device).requires_grad_(),
        material=Material(0.5 * white[0], 0.0 * white[0]),
        lights=sky(0.5 * white, direction / direction.norm(), 0.8 * white),
        backgrounds=torch.full((views, size, size, 3), 0.5, device=device),
        relief=Relief(slopes.requires_grad_(), frame(surface)) if normals else None,
    )


def least_ms(work: Callable[[], object], repeats: int, device: torch.device) -> float:
    """Milliseconds of the fastest of several repeats, after one to warm up."""
    best = float("inf")
    for _ in range(repeats + 1):
        start = time.perf_counter()
        work()
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        best = min(best, time.perf_counter() - start) if _ else best
    return round(best * 1000, 2)


def measure(scene: Scene, repeats: int, device: torch.device) -> dict[str, float]:
    """Time visibility, the forward pass, and the step."""
    size = scene.backgrounds.shape[1]
    with torch.no_grad():
        clip = scene.cameras.project(scene.vertices)
    relief = replace(scene.relief, slopes=scene.relief.slopes.detach()) if scene.relief else None
    still = replace(scene, vertices=scene.vertices.detach(), textures=scene.textures.detach(), relief=relief)

    def step() -> None:
        images = render(**vars(scene))
        (images.textured.mean() + images.plain.mean() + images.coverage.mean()).backward()
        scene.vertices.grad = scene.textures.grad = None
        if scene.relief:
            scene.relief.slopes.grad = None

    return {
        "visibility_ms": least_ms(lambda: visibility(clip, scene.mesh.triangles, size, size), repeats, device),
        "forward_ms": least_ms(lambda: render(**vars(still)), repeats, device),
        "step_ms": least_ms(step, repeats, device),
    }


def image_tower_ms(views: int, repeats: int, device: torch.device) -> float:
    """Time CLIP ViT-B/32's image tower on `views` pictures, forward and backward to the pixels."""
    tower = open_clip.create_model("ViT-B-32", pretrained=None).visual.to(device).eval().requires_grad_(False)
    pictures = torch.rand(views, 3, 224, 224, device=device).requires_grad_()

    def step() -> None:
        tower(pictures).sum().backward()
        pictures.grad = None

    return least_ms(step, repeats, device)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("views", 4), ("size", 224), ("texture", 1024), ("repeats", 15), ("threads", 0)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--normals", action="store_true", help="with a normal map")
    parser.add_argument("--device", type=torch.device, default=torch.device("cpu"))
    options = parser.parse_args()
    torch.manual_seed(0)
    if options.threads:  # with a busy neighbour one thread is faster than two
        torch.set_num_threads(options.threads)
    scene = build(options.views, options.size, options.texture, options.normals, options.device)
    times = measure(scene, options.repeats, options.device)
    tower = image_tower_ms(options.views, max(3, options.repeats // 3), options.device)
    result = {
        "device": str(options.device),
        "threads": torch.get_num_threads(),
        "views": options.views,
        "size": options.size,
        "texture": options.texture,
        "normal_map": options.normals,
        "triangles": len(scene.mesh.triangles),
        **times,
        "clip_vit_b32_step_ms": tower,
        "visibility_to_clip": round(times["visibility_ms"] / tower, 4),
        "step_to_clip": round(times["step_ms"] / tower, 4),
    }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
