"""A demo's own evaluation: the same as ``clipmatrix evaluate``, with fewer poses, so that nobody waits for it."""

from typing import Any

from ..evaluate.question import Question
from .request import DemoRequest

UNSEEN, ACTION_POSES = 3, 4
"""Unseen poses that are looked at, and frames in which the mesh is checked."""


def judged(request: DemoRequest) -> dict[str, Any]:
    """Evaluate the character that a demo has written; a few seconds.

    Returns
    -------
    dict
        As in ``evaluation.json``; how many views and poses were looked at is among it.
    """
    import torch  # takes a second: not for `--help`

    from ..evaluate.evaluation import Effort, evaluate
    from ..evaluate.gltf import read_glb
    from ..evaluate.judge import judge_tower
    from ..evaluate.record import record
    from ..server.device import find_device, spare_threads

    torch.set_num_threads(spare_threads())
    judge = judge_tower(torch.device(find_device(request.computing.device).kind))
    subject = read_glb(request.out / "character.glb", frames=ACTION_POSES)
    effort = Effort(unseen=UNSEEN, action_poses=ACTION_POSES)
    return record(evaluate(subject, Question(request.prompt), [judge], effort))
