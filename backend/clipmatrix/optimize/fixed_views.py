"""One and the same look at any outcome: fixed views on grey ground, unaugmented."""

from dataclasses import dataclass, replace

import clipmatrix_protocol as protocol
import msgspec
import torch
from torch import Tensor

from ..guidance.prompts import Targets, targets
from ..render.render import Images, Sight
from .clip_loss import Origins, asks_directions, similarities, start_vectors
from .pictures import pictures, sight_of
from .sampling import Views, fixed_views
from .scene import Guide, Scene
from .state import Outcome


@dataclass(frozen=True)
class Measure:
    """Fixed views of a scene, and what the towers see of the start in them.

    Attributes
    ----------
    scene, guides
        What is rendered; who judges, by which weights of the prompts.
    views
        N of them.
    origins
        The start's pictures, embedded by each tower; empty where no prompt is directed.
    """

    scene: Scene
    guides: tuple[Guide, ...]
    views: Views
    origins: tuple[Origins, ...]

    @torch.no_grad()
    def look(self, outcome: Outcome) -> Sight:
        """What the views see of an outcome's shape, for outcomes that differ in paint alone."""
        return sight_of(outcome, self.scene, self.views, self.scene.view_size)

    @torch.no_grad()
    def similarity(self, outcome: Outcome, sight: Sight | None = None) -> float:
        """Mean cosine between prompts and views of an outcome; ``sight`` is what they see of its shape, if known."""
        images = _shown(outcome, self.scene, self.views, sight)
        return float(similarities(self.guides, self.views, images, self.origins, [{}] * len(self.guides)))

    @torch.no_grad()
    def each(self, outcome: Outcome, sight: Sight | None = None) -> Tensor:
        """What each of the M prompts has in the similarity of an outcome: (M,) on the CPU."""
        images = _shown(outcome, self.scene, self.views, sight)
        alone = torch.eye(len(self.guides[0].targets.directed), dtype=torch.bool)
        return similarities(self.guides, self.views, images, self.origins, [{}] * len(self.guides), alone).cpu()

    def weighted(self, textured: Tensor | int, plain: Tensor | int) -> "Measure":
        """The same with the prompts' weights for each kind of picture multiplied, by (M,) factors or by one for all."""
        weighed = [
            replace(guide.targets, textured=guide.targets.textured * textured, plain=guide.targets.plain * plain)
            for guide in self.guides
        ]
        guides = tuple(replace(guide, targets=goal) for guide, goal in zip(self.guides, weighed, strict=True))
        return replace(self, guides=guides)

    def beside(self, prompt: protocol.Prompt) -> "Measure":
        """The same, and after the M prompts another one M times, which weighs what they do and looks where they do."""
        brief = msgspec.structs.replace(self.scene.brief, prompts=(prompt,))
        guides = tuple(
            replace(guide, targets=_twice(guide.targets, targets(guide.tower, brief).vectors)) for guide in self.guides
        )
        return replace(self, guides=guides)


def _twice(goal: Targets, vectors: Tensor) -> Targets:
    """Prompts, and after them as many alike that all lie at ``vectors`` (1, W, D)."""
    return Targets(
        vectors=torch.cat([goal.vectors, vectors.expand_as(goal.vectors)]),
        directed=torch.cat([goal.directed, torch.zeros_like(goal.directed)]),
        textured=torch.cat([goal.textured, goal.textured.abs()]),
        plain=torch.cat([goal.plain, goal.plain.abs()]),
        through=torch.cat([goal.through, goal.through]),
    )


@torch.no_grad()
def measure(start: Outcome, scene: Scene, every: int = 1) -> Measure:
    """Lay out the views, or each ``every``-th of them for a hasty look, and look at the start."""
    views = fixed_views(scene.stage, every)
    before = _shown(start, scene, views, None) if asks_directions(scene.guides) else None
    return Measure(scene, scene.guides, views, start_vectors(scene.guides, before, [{}] * len(scene.guides)))


def _shown(outcome: Outcome, scene: Scene, views: Views, sight: Sight | None) -> Images:
    ground = torch.full((len(views.poses), scene.view_size, scene.view_size, 3), 0.5)
    return pictures(outcome, scene, views, ground, sight)
