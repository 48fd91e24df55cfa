"""The evaluation of a result: one function, from a subject and a question to all figures."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import clipmatrix_protocol as protocol
import torch
from torch import Tensor

from ..guidance.towers import Tower
from .booth import Booth, Gallery
from .exhibit import Exhibit, exhibit
from .question import Question, own_prompts
from .skeleton import skin_weights
from .soundness import Soundness, soundness, vertex_areas
from .subject import Subject
from .unseen import COUNT, unseen_poses
from .verdict import Seen, Verdict, verdict
from .views import AZIMUTHS, ELEVATIONS, fixed_views

BEFORE, AFTER, COURSE = 0, 1, 2
"""Places of the states in an exhibit: the start, the result, and from there on what lay between."""


@dataclass(frozen=True)
class Effort:
    """How much is looked at.

    Attributes
    ----------
    azimuths, elevations
        Of the views, degrees: each with each.
    unseen
        How many unseen poses.
    action_poses
        How many of the character's own poses the mesh is checked in, spread evenly over them.
    side
        Of a picture, pixels; judges that look closer get larger ones.
    """

    azimuths: tuple[float, ...] = AZIMUTHS
    elevations: tuple[float, ...] = ELEVATIONS
    unseen: int = COUNT
    action_poses: int = 24
    side: int = 224


@dataclass(frozen=True)
class Evaluation:
    """All figures of one result.

    Attributes
    ----------
    name, prompt, origin
        What was asked.
    among
        How many prompts it was ranked among.
    actions
        Names of the Actions it was checked in, as far as they are known.
    azimuths, elevations
        Of each view, degrees.
    unseen_poses
        How many there were.
    course
        How many states of a course were looked at.
    verdicts
        One for each judge.
    soundness
        The mesh against its template.
    seconds
        What it took.
    gallery
        Pictures; no part of the figures.
    """

    name: str
    prompt: str
    origin: str
    among: int
    actions: tuple[str, ...]
    azimuths: tuple[float, ...]
    elevations: tuple[float, ...]
    unseen_poses: int
    course: int
    verdicts: tuple[Verdict, ...]
    soundness: Soundness
    seconds: float
    gallery: Gallery = field(compare=False, repr=False)

    @property
    def views(self) -> int:
        """How many views there were."""
        return len(self.azimuths)


@torch.no_grad()
def evaluate(
    subject: Subject,
    question: Question,
    judges: Sequence[Tower],
    effort: Effort | None = None,
    before: Subject | None = None,
    course: Sequence[tuple[int, protocol.State]] = (),
) -> Evaluation:
    """Evaluate a result.

    Parameters
    ----------
    subject
        From :func:`clipmatrix.evaluate.gltf.read_glb`, or made of a ``Character`` and a ``State`` by
        :func:`clipmatrix.evaluate.subject.subject`.
    question
        What it should look like.
    judges
        CLIP models, all on one device, which is where everything is computed. What steered the job is no judge.
    effort
        How much is looked at; the published protocol by default: 24 views, at rest and in 8 unseen poses.
    before
        Another character to compare pictures with; the subject's own start otherwise. The mesh is always compared with
        the subject's own template.
    course
        States of the same character on its way, with their steps, for MES and ITS. One result alone has no course: its
        MES is its mean similarity, its ITS unknown.

    Raises
    ------
    ValueError
        Without a judge.
    """
    if not judges:
        raise ValueError("an evaluation needs at least one judge")
    started = time.monotonic()
    effort = effort or Effort()
    booth = Booth(tuple(judges), fixed_views(effort.azimuths, effort.elevations), effort.side)
    device = booth.device
    shown = exhibit(subject.character, [None, subject.state, *(state for _, state in course)], device)
    start, first = (exhibit(before.character, [before.state], device), 0) if before else (shown, BEFORE)
    poses = _poses(subject, shown, effort.unseen)
    glances = [booth.glance(shown, AFTER, pose) for pose in poses]
    at_first = booth.glance(start, first, _rest(start))
    on_the_way = [(step, booth.glance(shown, COURSE + index, poses[0])) for index, (step, _) in enumerate(course)]
    among = own_prompts() if question.among is None else question.among
    verdicts = []
    for index, judge in enumerate(judges):
        seen = Seen(
            textured=torch.stack([glance.textured[index] for glance in glances]),
            plain=torch.stack([glance.plain[index] for glance in glances]),
            before=at_first.textured[index],
            course=tuple((step, glance.textured[index]) for step, glance in on_the_way),
        )
        verdicts.append(verdict(judge, seen, booth.views, question.prompt, question.origin, among, question.target))
    own = _moved(shown.surface.poses)
    checked = torch.cat([poses, own[_spread(len(own), effort.action_poses)]])
    return Evaluation(
        name=subject.name,
        prompt=question.prompt,
        origin=question.origin,
        among=len({question.prompt, *among}),
        actions=subject.actions,
        azimuths=tuple(booth.views.azimuths.tolist()),
        elevations=tuple(booth.views.elevations.tolist()),
        unseen_poses=len(poses) - 1,
        course=len(course),
        verdicts=tuple(verdicts),
        soundness=soundness(shown, BEFORE, AFTER, checked),
        seconds=round(time.monotonic() - started, 1),
        gallery=Gallery(
            views=glances[0].cut_outs,
            plain=glances[0].plain_cut_outs,
            poses=tuple(glance.cut_outs[booth.portrait] for glance in glances[1:]),
            before=at_first.cut_outs[booth.portrait],
            result=glances[0].cut_outs[booth.portrait],
        ),
    )


def _rest(shown: Exhibit) -> Tensor:
    """The identity for each joint: (J, 4, 4)."""
    return torch.eye(4, device=shown.surface.device).expand(shown.surface.poses.shape[1], -1, -1)


def _poses(subject: Subject, shown: Exhibit, unseen: int) -> Tensor:
    """The rest pose and unseen ones: (1 + Q, J, 4, 4)."""
    weights = skin_weights(subject.character)[shown.joined.vertex_of.cpu().numpy()]
    loads = weights.T @ vertex_areas(shown.shapes[BEFORE], shown.surface.triangles)
    drawn = torch.tensor(unseen_poses(subject.skeleton, loads, unseen), device=shown.surface.device)
    return torch.cat([_rest(shown)[None], drawn])


def _moved(poses: Tensor) -> Tensor:
    """Leave the first of a character's poses (P, J, 4, 4) out where it is the rest pose, which is looked at anyway."""
    still = torch.allclose(poses[0], torch.eye(4, device=poses.device).expand_as(poses[0]), atol=1e-4)
    return poses[1:] if still else poses


def _spread(count: int, most: int) -> list[int]:
    """Choose at most so many of a number of things, evenly."""
    kept = min(count, most)
    return [round(index * (count - 1) / max(kept - 1, 1)) for index in range(kept)]
