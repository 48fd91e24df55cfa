"""The setting that speed is measured in: the paper's, with CLIP ViT-B/32 and a body a little larger than SMPL-X's.

Random weights serve: they do not change the time.
"""

import logging
from dataclasses import dataclass
from typing import Literal

import clipmatrix_protocol as protocol
import open_clip
import torch
from open_clip.model import CLIP

from ..bodies.figure_character import figure_character
from ..bodies.motions import walk
from ..guidance.towers import Tower, in_precision, random_tower
from ..optimize.learning_rates import optimisers
from ..optimize.parameters import Parameters, begin
from ..optimize.scene import Scene, prepare
from ..optimize.state import Outcome, read
from ..render.seam import TORCH, Renderer

MODEL = "ViT-B-32"


@dataclass(frozen=True)
class Reference:
    """What is computed.

    Attributes
    ----------
    views, size
        Views of a step, and their side in pixels; what CLIP sees is of its own size.
    texture
        Side of the texture in texels.
    shading
        ``textured``: CLIP sees each view once, which leaves the least to hide behind. ``both``: as by default, also
        plain-shaded.
    normals
        Whether a normal map grows, too.
    """

    views: int = 4
    size: int = 224
    texture: Literal[256, 512, 1024, 2048] = 1024
    shading: Literal["textured", "both"] = "textured"
    normals: bool = False

    @property
    def pictures(self) -> int:
        """How many pictures CLIP sees in a step."""
        return self.views * (2 if self.shading == "both" else 1)


@dataclass(frozen=True)
class Prepared:
    """A job before its first step."""

    scene: Scene
    parameters: Parameters
    start: Outcome


def own_clip(device: torch.device) -> CLIP:
    """CLIP as open_clip lays it out, frozen."""
    quiet = logging.root.level
    logging.root.setLevel(logging.ERROR)  # it warns that weights are random
    try:
        made = open_clip.create_model(MODEL, device=device)
    finally:
        logging.root.setLevel(quiet)
    return made.eval().requires_grad_(False)


def tower(device: torch.device, precision: torch.dtype = torch.float32) -> Tower:
    """The same model as the loop uses it."""
    return in_precision(random_tower(own_clip(device), open_clip.get_tokenizer(MODEL), device), precision)


def job(reference: Reference, steps: int) -> protocol.Submit:
    """The embedded figure, walking, asked for something; updates go out as often as by default."""
    settings = protocol.Settings(
        steps=steps, texture_size=reference.texture, views=reference.views, resolution=reference.size, early_stop=False
    )
    brief = protocol.Brief(
        prompts=(protocol.Prompt("a red figure", shading=reference.shading),),
        vary=protocol.Vary(normals=1.0 if reference.normals else 0.0),
        settings=settings,
    )
    return protocol.Submit("bench", figure_character(walk()), brief)


def prepared(reference: Reference, judge: Tower, renderer: Renderer = TORCH, steps: int = 1) -> Prepared:
    """Bring the job to the tower's device, with leaves that ask for gradients."""
    scene = prepare(job(reference, steps), [judge], judge.device, renderer)
    parameters = begin(scene)
    optimisers(parameters, scene.brief.vary)
    with torch.no_grad():
        start = read(parameters)
    return Prepared(scene, parameters, start)
