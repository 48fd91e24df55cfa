"""Every message, both ways: one tagged Struct each.

==================  =====================  =================================================================
extension says      backend answers        meaning
==================  =====================  =================================================================
Hello               Welcome or Failed      who speaks, which version, the launch secret
BodyRequest         Body or Failed         build a body for the scene
ModelRequest        Body or Failed         build one from a SMPL, SMPL-H or SMPL-X file of the artist's
CorrectivesRequest  Correctives or Failed  what such a body's pose adds to its shape
Submit              Accepted or Failed     a character and a brief; then Progress and Update, at last Done or Failed
Attach              Accepted or Failed     a client came back: send the job's latest state, then go on
Cancel              Done or Failed         stop now; what has been reached is delivered
Pause               Paused or Failed       hold the job where it is
Resume              Resumed or Failed      let it go on
Ping                Pong                   is the backend alive, is its job
==================  =====================  =================================================================
"""

from typing import Annotated, Literal

import msgspec
import numpy as np
from msgspec import Meta

from .arrays import check
from .body import Body, Correctives
from .brief import Brief
from .cameras import CameraRegion
from .character import Character
from .result import State, Summary
from .status import Status

JobId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}\Z")]

FailureCode = Literal[
    "version", "secret", "not_welcomed", "bad_message", "bad_request", "unknown_job", "unknown_body",
    "clip_unavailable", "out_of_memory", "diverged", "cancelled", "internal",
]  # fmt: skip


class Hello(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="hello"):
    """First message of a client.

    Attributes
    ----------
    version
        :data:`PROTOCOL_VERSION`.
    client
        Program and version.
    secret
        The launch secret; empty where keys have taken its place.
    user
        Who sits there, for the others who share the backend; may be empty.
    """

    version: int
    client: str
    secret: str
    user: Annotated[str, Meta(max_length=64)] = ""


class Welcome(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="welcome"):
    """The backend takes the client. ``clips`` and ``bodies`` are the names it can load without asking anybody."""

    version: int
    server: str
    device: str
    clips: tuple[str, ...]
    bodies: tuple[str, ...]
    status: Status = Status()


class BodyRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="body_request"):
    """Ask for a body by name, one of ``Welcome.bodies``."""

    name: str


class ModelRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="model_request"):
    """Ask for a body made from a SMPL, SMPL-H or SMPL-X model file.

    Attributes
    ----------
    file
        Path on the backend's machine, .npz or .pkl.
    betas, expressions
        How many shape keys of each kind are wanted; a file that has fewer gives what it has.
    """

    file: str
    betas: Annotated[int, Meta(ge=0, le=300)] = 10
    expressions: Annotated[int, Meta(ge=0, le=100)] = 10


class CorrectivesRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, eq=False, tag="correctives_request"):
    """Ask what poses add to the shape of a body made from a model file.

    Attributes
    ----------
    file
        As in ``Body.file``.
    rotations
        (F, J, 3) float32 axis-angle in radians, against the parent, joint frames at rest equal to the world's axes.
    """

    file: str
    rotations: np.ndarray

    def __post_init__(self) -> None:
        check("rotations", self.rotations, "float32", (None, None, 3))


class Submit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, eq=False, tag="submit"):
    """Start a job. The id is the client's choice, unique.

    ``exemplars`` are the images that prompts point to: (H, W, 3) uint8 sRGB each, row 0 at the bottom.
    """

    job: JobId
    character: Character
    brief: Brief
    exemplars: tuple[np.ndarray, ...] = ()

    def __post_init__(self) -> None:
        for index, image in enumerate(self.exemplars):
            check(f"exemplar {index}", image, "uint8", (None, None, 3))
            if not image.size:
                raise ValueError(f"exemplar {index} has no pixels")
        for prompt in self.brief.prompts:
            if prompt.image is not None and prompt.image >= len(self.exemplars):
                raise ValueError(f"a prompt points to exemplar {prompt.image} of {len(self.exemplars)}")
        parts = [part.name for part in self.character.parts]
        for name in (name for prompt in self.brief.prompts for name in prompt.paints):
            if name not in parts:
                raise ValueError(f"the character has no part {name!r} for a prompt to paint; it has {', '.join(parts)}")
        regions = [region.name for region in self.character.regions]
        framed = [camera.region for camera in self.brief.cameras if isinstance(camera, CameraRegion)]
        for name in (*framed, *self.brief.locked):
            if name not in regions:
                raise ValueError(f"the character has no region {name!r}; it has {', '.join(regions) or 'none'}")


class Attach(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="attach"):
    """Have the job's messages sent here from now on, beginning with its latest state."""

    job: JobId


class Cancel(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="cancel"):
    """Stop the job after the current step."""

    job: JobId


class Pause(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="pause"):
    """Hold the job after the current step, or before its first; it keeps its memory and its place."""

    job: JobId


class Resume(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="resume"):
    """Let a job that is held go on."""

    job: JobId


class Ping(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="ping"):
    """Answered at once by a Pong with the same stamp."""

    stamp: float


class Pong(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="pong"):
    """``idle`` is how many seconds ago the running job last made a step; None without a running job."""

    stamp: float
    idle: float | None = None
    status: Status = Status()


class Accepted(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="accepted"):
    """The job is queued; ``ahead`` jobs run before it. ``warnings`` are for the artist to read."""

    job: JobId
    ahead: int = 0
    warnings: tuple[str, ...] = ()


class Paused(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="paused"):
    """The job is held: it takes no further step until somebody resumes or cancels it."""

    job: JobId


class Resumed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="resumed"):
    """The job is held no longer."""

    job: JobId


class Progress(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="progress"):
    """Where the job stands.

    Attributes
    ----------
    step, steps
        Steps done and to do. 0 while the body is looked at in several colours, before the first step.
    steps_per_second, seconds_left
        Measured over the last steps; before the first, 0 and what these looks still take.
    similarity
        Mean cosine between views and prompts in the guiding CLIP, smoothed, in [-1, 1].
    """

    job: JobId
    step: int
    steps: int
    steps_per_second: float
    seconds_left: float
    similarity: float


class Update(msgspec.Struct, frozen=True, forbid_unknown_fields=True, eq=False, tag="update"):
    """The state after ``step`` steps; only the newest matters."""

    job: JobId
    step: int
    state: State


class Done(msgspec.Struct, frozen=True, forbid_unknown_fields=True, eq=False, tag="done"):
    """The job has ended, by itself or by Cancel; this is the result."""

    job: JobId
    state: State
    summary: Summary


class Failed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="failed"):
    """A refusal or an error: one sentence says what is wrong, one what to do; ``job`` is None when it is about none."""

    code: FailureCode
    message: str
    remedy: str = ""
    job: JobId | None = None


FromClient = Hello | BodyRequest | ModelRequest | CorrectivesRequest | Submit | Attach | Cancel | Pause | Resume | Ping
FromServer = Welcome | Body | Correctives | Accepted | Paused | Resumed | Progress | Update | Done | Failed | Pong
Message = FromClient | FromServer
