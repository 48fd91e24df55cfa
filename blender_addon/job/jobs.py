"""Jobs as the extension knows them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from clipmatrix_protocol import Brief, Look, Progress, State, Summary
from msgspec.structs import replace

from ..errors import Refusal
from ..scene.apply import Draft
from ..scene.binding import Binding
from ..scene.materials.canvas import Canvas
from .course import Course


@dataclass
class Job:
    """A submitted job and what has come back of it.

    Attributes
    ----------
    id
        Its name between extension and backend.
    brief, binding
        What was asked for; where results belong.
    file
        Path of the .blend it belongs to; empty while that was never saved.
    draft_id
        What its draft is called in the file: its own id, or that of the first of the jobs that it continues.
    earlier
        The job it continues, as long as nothing new has come.
    progress, summary, course
        Where it stands; its figures once it is done; how the similarity went.
    newest
        The newest state received, None before the first.
    pending
        Whether ``newest`` still has to be written into the scene.
    writing
        What remains of a state that is just being written.
    canvas
        Where textures are prepared for Blender.
    draft
        What the scene was before the first write, None until then.
    aside
        Whether its draft is taken off, for a look at the character without it.
    held
        Whether the backend holds it on our wish.
    stopping
        Whether the artist has asked it to stop.
    ended
        Whether the backend is through with it, successfully or not.
    recalled
        Whether only the file told of it: the backend may not know it any more.
    unpainted
        Whether the file that told of it was saved without what it had painted, so that it must be painted again.
    stuck
        Why results can't come home any more, until the scene changes.
    notes
        What else was set when it was asked for, for the record of the take.
    """

    id: str
    brief: Brief
    binding: Binding
    file: str = ""
    draft_id: str = ""
    earlier: Job | None = None
    progress: Progress | None = None
    summary: Summary | None = None
    course: Course = field(default_factory=Course)
    newest: State | None = None
    pending: bool = False
    writing: Iterator[None] | None = None
    canvas: Canvas = field(default_factory=Canvas)
    draft: Draft | None = None
    aside: bool = False
    held: bool = False
    stopping: bool = False
    ended: bool = False
    recalled: bool = False
    unpainted: bool = False
    stuck: Refusal | None = None
    notes: str = ""

    def __post_init__(self) -> None:
        self.draft_id = self.draft_id or self.id

    @property
    def look(self) -> Look:
        """Material and light of the result."""
        return self.newest.look if self.newest else Look()

    def receive(self, state: State) -> None:
        """Remember a newer state for the next :func:`deliver`.

        Images that it leaves out are those of the state before: a job that goes on from another one may paint nothing.
        """
        if self.newest is not None:
            textures, maps = (state.textures or self.newest.textures, state.normal_maps or self.newest.normal_maps)
            state = replace(state, textures=textures, normal_maps=maps)
        self.newest, self.pending, self.earlier = state, True, None

    def rewrite(self) -> None:
        """Have the newest state, if there is one, written from the start."""
        self.writing, self.pending = None, self.newest is not None
