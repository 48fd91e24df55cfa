"""What a backend can do, as functions, so that the server knows nothing of torch."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from clipmatrix_protocol import (
    Body,
    BodyRequest,
    Brief,
    Correctives,
    CorrectivesRequest,
    Done,
    ModelRequest,
    Progress,
    Submit,
    Update,
)

from .computing import Computing

if TYPE_CHECKING:
    import torch

    from ..render import Renderer

Report = Callable[[Progress | Update], None]
Cancelled = Callable[[], bool]
ModelQuestion = ModelRequest | CorrectivesRequest


@dataclass(frozen=True)
class Services:
    """The functions behind the messages; all may raise :class:`~clipmatrix.errors.JobError`.

    Attributes
    ----------
    device
        What jobs run on, in words.
    clips, bodies
        Names that need nobody's help to load.
    warm_up
        Called once in the job thread, so that the first job need not wait for imports and weights; loads the first
        of ``clips``.
    warnings
        What the artist should know before the job runs.
    body
        Builds a body by name.
    optimise
        Runs a job in the calling thread: reports while it runs, asks after every step whether it was cancelled.
    model
        Answers questions about a model file of the artist's.
    free_memory
        Memory that jobs can still have, in MiB; None where the device does not tell. May take long.
    """

    device: str
    clips: tuple[str, ...]
    bodies: tuple[str, ...]
    warm_up: Callable[[], None]
    warnings: Callable[[Brief], tuple[str, ...]]
    body: Callable[[str], Body]
    optimise: Callable[[Submit, Report, Cancelled], Done]
    model: Callable[[ModelQuestion], Body | Correctives]
    free_memory: Callable[[], float | None]

    def build(self, question: BodyRequest | ModelQuestion) -> Body | Correctives:
        """Answer whatever is asked about bodies."""
        return self.body(question.name) if isinstance(question, BodyRequest) else self.model(question)


@dataclass(frozen=True)
class Means:
    """What jobs compute with, found: as :func:`~clipmatrix.optimize.optimise` takes it."""

    device: "torch.device"
    renderer: "Renderer"
    precision: "torch.dtype"


def real_services(computing: Computing) -> Services:
    """Bind the compute rooms to a device; they are imported by the thread that first needs them.

    Parameters
    ----------
    computing
        On what, and how.

    Raises
    ------
    UsageError
        If this machine has no such device, renderer or precision.
    """
    from .device import find_device, spare_threads
    from .memory import free_memory, give_back

    chosen = find_device(computing.device)

    @cache
    def means() -> Means:
        import torch

        from ..render import find_renderer

        device = torch.device(chosen.kind)
        renderer = find_renderer(computing.renderer, device)
        from ..guidance import find_precision  # brings open_clip, which takes a second

        return Means(device, renderer, find_precision(computing.precision, device))

    if (computing.renderer, computing.precision) != ("auto", "auto"):
        with _all_kept():
            means()  # what was asked for by name is refused now; what is found by itself need not hold up the start

    def warm_up() -> None:
        with _all_kept():
            import torch

            from ..guidance import load_tower

            torch.set_num_threads(computing.threads or spare_threads())
            load_tower("embedded", means().device)

    def warnings(brief: Brief) -> tuple[str, ...]:
        from ..optimize import brief_warnings

        return brief_warnings(brief)

    def body(name: str) -> Body:
        from ..bodies.message import body_message

        return body_message(name)

    def model(question: ModelQuestion) -> Body | Correctives:
        from ..bodies.smpl import answer

        return answer(question)

    def optimise(job: Submit, report: Report, cancelled: Cancelled) -> Done:
        from ..optimize import optimise as run

        try:
            return run(job, means().device, report, cancelled, means().renderer, means().precision)
        finally:
            give_back(chosen.kind)

    def memory() -> float | None:
        return free_memory(chosen.kind)

    return Services(
        device=chosen.name,
        clips=("embedded",),
        bodies=("figure",),
        warm_up=warm_up,
        warnings=warnings,
        body=body,
        optimise=optimise,
        model=model,
        free_memory=memory,
    )


@contextmanager
def _all_kept() -> Iterator[None]:
    """Have the garbage collector wait: modules stay; to look through all they bring takes an eighth of the time.

    They are not frozen for good: an extension that triton brings would report them as leaks when the process ends.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
