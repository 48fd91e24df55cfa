"""How rendering grows, forward and backward, with triangles, pixels, views and texels; and one very large scene.

    uv run python benchmarks/growth.py [--threads N] [--repeats N] [--renderer NAME] [--json FILE]

A sphere, so that any number of triangles has the same shape. Each row multiplies one quantity of the reference by 4;
``growth`` is its time over the reference's, so 4 is linear and less is better. The last row: a million triangles,
16 views of 512 x 512, a texture of 2048 x 2048. Each row has a process, and so a peak of memory, of its own.
"""

import argparse
import json
import math
import multiprocessing
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from clipmatrix.environment import prepare_torch

prepare_torch()  # as a backend has it

import torch
from clipmatrix.bench.clock import in_turns
from clipmatrix.bench.machine import machine
from clipmatrix.optimize.provenance import peak_memory_mb
from clipmatrix.render import Material, Mesh, find_renderer, mesh, orbit, perspective, render, sky
from clipmatrix.render.renderers import RENDERERS
from clipmatrix.server.allocator import keep_freed_memory
from clipmatrix.server.device import spare_threads
from torch import Tensor


@dataclass(frozen=True)
class Size:
    """How large a scene is: triangles (about), views, pixels and texels a side."""

    triangles: int = 20_000
    views: int = 4
    pixels: int = 224
    texels: int = 1024


REFERENCE = Size()
ROWS = {
    "reference": REFERENCE,
    "4 x triangles": replace(REFERENCE, triangles=80_000),
    "16 x triangles": replace(REFERENCE, triangles=320_000),
    "4 x views": replace(REFERENCE, views=16),
    "4 x pixels": replace(REFERENCE, pixels=448),
    "4 x texels": replace(REFERENCE, texels=2048),
    "largest": Size(1_000_000, 16, 512, 2048),
}


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=spare_threads())
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--renderer", choices=RENDERERS, default="torch")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    rows = {}
    for name, size in ROWS.items():
        with multiprocessing.get_context("spawn").Pool(1) as alone:
            rows[name] = alone.apply(measured, (size, asked.repeats, asked.threads, asked.renderer))
        rows[name]["growth"] = rows[name]["milliseconds"] / rows["reference"]["milliseconds"]
        print(f"{name:16s} {rows[name]}", flush=True)
    if asked.json:
        asked.json.write_text(json.dumps({"rows": rows, "machine": machine(), "renderer": asked.renderer}, indent=2))


def measured(size: Size, repeats: int, threads: int, renderer: str) -> dict[str, float]:
    """Time one size; the largest takes minutes, so fewer repeats of it do."""
    keep_freed_memory()
    torch.set_num_threads(threads)
    vertices, surface = sphere(size.triangles)
    placed = vertices.expand(size.views, -1, -1).clone().requires_grad_()
    azimuth = torch.linspace(0, 2 * math.pi, size.views + 1)[:-1]
    each, white = torch.ones_like(azimuth), torch.ones(3)
    cameras = perspective(orbit(azimuth, 0.2 * each, 3.0 * each, torch.zeros(3)), 0.8)
    textures = torch.rand(1, size.texels, size.texels, 3).requires_grad_()
    behind = torch.full((size.views, size.pixels, size.pixels, 3), 0.5)
    material, device = Material(0.5 * white[0], 0 * white[0]), torch.device("cpu")
    by = find_renderer(renderer, device)
    lights = sky(0.5 * white, torch.tensor([0.3, -0.7, 0.65]), 0.8 * white)

    def there_and_back() -> None:
        images = render(placed, surface, cameras, textures, material, lights, behind, by)
        (images.textured.mean() + images.plain.mean()).backward()
        placed.grad = textures.grad = None

    took = in_turns({"render": there_and_back}, 1 if size == ROWS["largest"] else repeats, device)["render"]
    return {
        **asdict(size),
        "triangles": len(surface.triangles),
        "milliseconds": took.median,
        "peak_mb": peak_memory_mb(device),
    }


def sphere(triangles: int) -> tuple[Tensor, Mesh]:
    """A sphere of radius 1 in rows and columns: vertices (V, 3) and mesh."""
    rows = max(4, round(math.sqrt(triangles / 4)))
    columns = 2 * rows
    polar = torch.linspace(0.01, math.pi - 0.01, rows + 1)[:, None]
    around = torch.linspace(0, 2 * math.pi, columns + 1)[None]
    vertices = torch.stack(
        torch.broadcast_tensors(polar.sin() * around.cos(), polar.sin() * around.sin(), polar.cos()), -1
    )
    first = (torch.arange(rows)[:, None] * (columns + 1) + torch.arange(columns)[None]).reshape(-1)
    below, right = first + columns + 1, first + 1
    faces = torch.cat([torch.stack([first, below, right], 1), torch.stack([right, below, below + 1], 1)])
    uvs = torch.stack(torch.broadcast_tensors(around / (2 * math.pi), 1 - polar / math.pi), -1).reshape(-1, 2)
    return vertices.reshape(-1, 3), mesh(faces, uvs[faces], torch.zeros(len(faces), dtype=torch.int64))


if __name__ == "__main__":
    main()
