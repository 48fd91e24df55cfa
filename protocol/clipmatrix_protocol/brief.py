"""What a job is asked for: prompts, cameras, what may change, settings. Names, ranges and defaults live here."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from .cameras import Camera, CameraOrbit, Name

Positive = Annotated[float, Meta(gt=0)]
Unit = Annotated[float, Meta(ge=0, le=1)]
Strength = Annotated[float, Meta(ge=0, le=10)]


class Prompt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One text or image the character should grow into.

    Attributes
    ----------
    text
        What to look like. Empty where an image says it.
    image
        Which of the job's exemplars to look like, in place of a text; None for a text.
    origin
        What the character looks like now. With it, the prompt asks for the *direction* from ``origin`` to ``text``
        (directional CLIP loss, Gal et al. 2022, StyleGAN-NADA, eq. 2) instead of the place of ``text``.
    weight
        How much it counts beside the others; below zero it pushes away.
    shading
        ``textured`` judges the finished look, ``plain`` the bare geometry, ``both`` each in its turn.
    cameras
        Names of the brief's cameras that it looks through; empty for all.
    """

    text: Annotated[str, Meta(max_length=300)] = ""
    weight: Annotated[float, Meta(ge=-10, le=10)] = 1.0
    shading: Literal["both", "textured", "plain"] = "both"
    image: Annotated[int, Meta(ge=0)] | None = None
    origin: Annotated[str, Meta(max_length=300)] = ""
    cameras: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.image is None and not self.text.strip():
            raise ValueError("the prompt is empty")
        if self.image is not None and (self.text or self.origin):
            raise ValueError("a prompt is a text or an image, not both")


class Vary(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What may change, and how strongly: 0 leaves it exactly as it is, 1 is the default rate."""

    shape: Strength = 1.0
    offsets: Strength = 1.0
    texture: Strength = 1.0
    material: Strength = 1.0
    light: Strength = 1.0


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a job is run.

    Attributes
    ----------
    clip
        ``embedded``, an open_clip name ``MODEL:PRETRAINED``, or ``MODEL:/path/to/checkpoint``.
    steps
        Optimisation steps.
    views
        Cameras drawn afresh for each step.
    resolution
        Side of a rendered view, pixels; 0 lets the backend fit it to the CLIP model.
    texture_size
        Side of each texture, pixels, a power of two.
    seed
        Same seed, same machine: same result.
    update_every
        Seconds between updates that stream back while the job runs.
    view_words
        Whether texts are told from which side each view looks: "front view", "side view", "back view".
    keep
        How strongly textures are held to those they start from (L1); 0 lets them go.
    mirror
        Whether offsets are equal left and right, where the mesh itself is.
    """

    clip: Annotated[str, Meta(min_length=1, max_length=300)] = "embedded"
    steps: Annotated[int, Meta(ge=1, le=10_000)] = 200
    views: Annotated[int, Meta(ge=1, le=64)] = 4
    resolution: Annotated[int, Meta(ge=0, le=1024)] = 0
    texture_size: Literal[64, 128, 256, 512, 1024, 2048, 4096] = 1024
    seed: Annotated[int, Meta(ge=0, lt=2**31)] = 0
    update_every: Annotated[float, Meta(ge=0, le=60)] = 0.5
    view_words: bool = True
    keep: Annotated[float, Meta(ge=0, le=10)] = 0.0
    mirror: bool = False


class Brief(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything a job needs besides the character and its exemplars.

    Attributes
    ----------
    prompts
        Summed, each with its weight.
    vary
        What may change.
    cameras
        Whence the character is looked at; each view is drawn from one of them.
    locked
        Names of regions that stay exactly as they are, vertices and texels.
    settings
        How the job is run.
    """

    prompts: Annotated[tuple[Prompt, ...], Meta(min_length=1, max_length=32)]
    vary: Vary = Vary()
    cameras: Annotated[tuple[Camera, ...], Meta(min_length=1, max_length=32)] = (CameraOrbit(),)
    locked: tuple[Name, ...] = ()
    settings: Settings = Settings()

    def __post_init__(self) -> None:
        names = [camera.name for camera in self.cameras]
        if len(set(names)) < len(names):
            raise ValueError(f"two cameras have one name: {', '.join(names)}")
        for prompt in self.prompts:
            for name in prompt.cameras:
                if name not in names:
                    raise ValueError(f"there is no camera {name!r} for a prompt; there are {', '.join(names)}")
