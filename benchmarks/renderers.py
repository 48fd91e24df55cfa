"""Every installed renderer on the same pictures, forward and backward, beside the image encoder of CLIP ViT-B/32.

    uv run python benchmarks/renderers.py [--device D] [--threads N] [--views N] [--size N] [--repeats N]
        [--normals] [--alone] [--json FILE]

The embedded figure in poses of its walk, a texture of 1024 x 1024. Prints JSON: milliseconds, ratios to the fastest,
and ratios to the encoder, which are what to compare between machines. Warp, PyTorch3D and nvdiffrast take part where
they are installed: behind the seam, where they find triangles and all else is ours. With ``--alone`` PyTorch3D's
rasteriser also runs for itself as its users run it, forward and backward, with 1 and with 10 faces a pixel: minutes on
a CPU.
"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from clipmatrix.environment import prepare_torch

prepare_torch()  # as a backend has it

import torch
from clipmatrix.bench.clock import Timing, in_turns, milliseconds, timing
from clipmatrix.bench.machine import machine
from clipmatrix.bench.parts import pictured
from clipmatrix.bench.reference import Reference, prepared, tower
from clipmatrix.bench.renderers import measure_renderers
from clipmatrix.bench.step import there_and_back
from clipmatrix.character import skin
from clipmatrix.guidance.towers import Tower
from clipmatrix.optimize.pictures import cameras
from clipmatrix.render.renderers import installed_renderers
from clipmatrix.server.allocator import keep_freed_memory
from clipmatrix.server.device import spare_threads


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", type=torch.device, default=torch.device("cpu"))
    parser.add_argument("--threads", type=int, default=spare_threads())
    for name, default in (("views", 4), ("size", 224), ("repeats", 9)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--normals", action="store_true", help="with a normal map")
    parser.add_argument("--alone", action="store_true", help="PyTorch3D's rasteriser for itself, too")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    keep_freed_memory()
    torch.set_num_threads(asked.threads)
    reference = Reference(views=asked.views, size=asked.size, shading="both", normals=asked.normals)
    judge = tower(asked.device)
    found = measure_renderers(reference, judge, installed_renderers(asked.device), asked.repeats)
    if asked.alone:
        found |= {f"pytorch3d alone, {faces} faces": alone(reference, judge, faces) for faces in (1, 10)}
    clip = encoder_ms(reference, judge, asked.repeats)
    fastest = min(each.median for each in found.values())
    report = {
        "renderers": {
            name: {**asdict(each), "over_fastest": each.median / fastest, "over_clip": each.median / clip}
            for name, each in found.items()
        },
        "clip_ms": clip,
        "setting": asdict(reference),
        "machine": machine(asked.device),
    }
    print(json.dumps(report, indent=2))
    if asked.json:
        asked.json.write_text(json.dumps(report, indent=2))


def alone(reference: Reference, judge: Tower, faces: int) -> Timing:
    """Time PyTorch3D's rasteriser, sharp edges, on posed vertices in its own screen space; each once."""
    from pytorch3d.renderer.mesh.rasterize_meshes import rasterize_meshes
    from pytorch3d.structures import Meshes

    shown = pictured(prepared(reference, judge), reference)
    device, surface = judge.device, shown.scene.surface
    posed = skin(shown.scene.start, surface.poses[shown.views.poses.to(device)], surface.joints, surface.weights)
    clip = cameras(shown.views, device).project(posed)
    near = clip[..., :2] / clip[..., 3:]
    points = torch.cat([-near[..., :1], near[..., 1:], clip[..., 3:]], dim=-1).detach().requires_grad_()

    def there_and_back() -> None:
        meshes = Meshes(list(points), [surface.triangles] * len(points))
        _, depth, shares, _ = rasterize_meshes(
            meshes, (reference.size, reference.size), blur_radius=0.0, faces_per_pixel=faces, perspective_correct=True
        )
        (depth.sum() + shares.square().sum()).backward()

    return timing([milliseconds(there_and_back, device)])


def encoder_ms(reference: Reference, judge: Tower, repeats: int) -> float:
    """Time CLIP's image encoder on one picture of each view, forward and backward."""
    side, device = judge.image_size, judge.device
    pictures = torch.rand(reference.views, 3, side, side, device=device).requires_grad_()
    return in_turns({"clip": lambda: there_and_back(judge.encode_image, pictures)}, repeats, device)["clip"].median


if __name__ == "__main__":
    main()
