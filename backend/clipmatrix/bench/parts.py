"""Where a step's time goes: its parts one by one, forward and backward."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import torch
from torch import Generator, Tensor

from ..guidance.augment import cropped
from ..guidance.backgrounds import backgrounds, draw_backgrounds
from ..guidance.towers import Tower
from ..optimize import learning_rates
from ..optimize.guard import Guard
from ..optimize.loop import deterministic
from ..optimize.objective import Terms, regularisation
from ..optimize.pictures import pictures
from ..optimize.random_draws import draw_shown
from ..optimize.readings import take_readings
from ..optimize.sampling import Views, draw_views
from ..optimize.scene import Scene
from ..optimize.state import Outcome, pack, read, read_full
from ..render.seam import TORCH, Renderer
from .clock import Timing, in_turns
from .reference import Prepared, Reference, prepared
from .step import there_and_back

UPDATE = "an update for Blender"
"""The part that is not in each step: it is due every ``settings.update_every`` seconds."""


def measure_parts(reference: Reference, judge: Tower, repeats: int, renderer: Renderer = TORCH) -> dict[str, Timing]:
    """Time the parts of a step, largest first; what they leave of a whole one is autograd's and Python's."""
    seen = torch.rand(reference.pictures, 3, judge.image_size, judge.image_size, device=judge.device).requires_grad_()
    with deterministic():
        ready = prepared(reference, judge, renderer)
        works = {"CLIP's image encoder": lambda: there_and_back(judge.encode_image, seen), **_own(ready, reference)}
        found = in_turns(works, repeats, judge.device)
    return dict(sorted(found.items(), key=lambda part: -part[1].median))


def _own(ready: Prepared, reference: Reference) -> dict[str, Callable[[], object]]:
    """All but CLIP's."""
    scene, parameters = ready.scene, ready.parameters
    device, generator = scene.surface.device, Generator().manual_seed(0)
    shown = pictured(ready, reference)
    free = shown.outcome
    texels, points = (torch.rand_like(one) for one in (free.textures, free.offsets))
    planes = shown.gradient.permute(0, 3, 1, 2).contiguous().requires_grad_()

    def drawn() -> None:
        draw_views(scene.stage, reference.views, generator)
        backgrounds(draw_backgrounds(reference.views, scene.view_size, generator), device)

    def through_crops() -> None:
        for crops in draw_shown(scene.guides[0], scene, generator).values():
            cropped(planes, crops).sum().backward()

    return {
        "rendering": shown.there_and_back,
        "the texture's levels": lambda: parameters.paint.textures().backward(texels),
        "preconditioned offsets": lambda: parameters.geometry.offsets().backward(points),
        "regularisers": lambda: regularisation(free, ready.start, parameters, scene).backward(),
        "views and backgrounds": drawn,
        "crops": through_crops,
        "optimisers and guard": _moved(ready),
        UPDATE: lambda: pack(read_full(parameters), scene),
    }


@dataclass(frozen=True)
class Pictured:
    """An outcome and what is needed to render it, forward and backward.

    Attributes
    ----------
    outcome
        Its parts are leaves.
    gradient
        (N, H, H, 3) of the pictures.
    both
        Whether the plain-shaded pictures have a gradient, too.
    """

    scene: Scene
    outcome: Outcome
    views: Views
    behind: Tensor
    gradient: Tensor
    both: bool

    def there_and_back(self) -> dict[str, Tensor]:
        """Render, and take the gradient back to those parts of the outcome that the pictures depend on."""
        images = pictures(self.outcome, self.scene, self.views, self.behind)
        shown = [images.textured, images.plain][: 2 if self.both else 1]
        leaves = {name: part for name, part in vars(self.outcome).items() if part is not None}
        found = torch.autograd.grad(shown, list(leaves.values()), [self.gradient] * len(shown), allow_unused=True)
        return {name: gradient for name, gradient in zip(leaves, found, strict=True) if gradient is not None}


def pictured(ready: Prepared, reference: Reference) -> Pictured:
    """Draw views and backgrounds, always the same."""
    scene, generator = ready.scene, Generator().manual_seed(0)
    views = draw_views(scene.stage, reference.views, generator)
    behind = backgrounds(draw_backgrounds(reference.views, scene.view_size, generator), scene.surface.device)
    gradient = torch.rand(behind.shape, generator=generator).to(scene.surface.device)
    return Pictured(scene, _free(read(ready.parameters)), views, behind, gradient, reference.shading == "both")


def _free(outcome: Outcome) -> Outcome:
    """An outcome whose parts are leaves."""
    parts = {field.name: getattr(outcome, field.name) for field in fields(outcome)}
    return replace(outcome, **{name: _leaf(part) for name, part in parts.items() if part is not None})


def _leaf(part: Tensor) -> Tensor:
    return part.detach().clone().requires_grad_()


def _moved(ready: Prepared) -> Callable[[], object]:
    """Have optimisers of the same leaves take a step, after the guard has looked."""
    made = learning_rates.optimisers(ready.parameters, ready.scene.brief.vary)
    leaves = learning_rates.leaves(made)
    guard, nothing = Guard(leaves, made), torch.zeros((), device=ready.scene.surface.device)
    terms = Terms(nothing, None, None, nothing, nothing)
    gradients = [torch.rand_like(leaf) for leaf in leaves]

    def step() -> None:
        kept = [leaf.detach().clone() for leaf in leaves]
        for leaf, gradient in zip(leaves, gradients, strict=True):
            leaf.grad = gradient
        guard.healthy(take_readings(terms, ready.parameters, leaves))
        for optimiser in made:
            optimiser.step()
        learning_rates.project(ready.parameters)
        with torch.no_grad():
            for leaf, before in zip(leaves, kept, strict=True):
                leaf.copy_(before)

    return step
