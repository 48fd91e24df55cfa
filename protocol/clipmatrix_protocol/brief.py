"""What a job is asked for: prompts, cameras, what may change, settings. Names, ranges and defaults live here."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Positive = Annotated[float, Meta(gt=0)]
Unit = Annotated[float, Meta(ge=0, le=1)]
Strength = Annotated[float, Meta(ge=0, le=10)]


class Prompt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One text the character should grow into.

    Attributes
    ----------
    text
        What to look like; not empty.
    weight
        How much it counts beside the others.
    shading
        ``textured`` judges the finished look, ``plain`` the bare geometry, ``both`` each in its turn.
    """

    text: Annotated[str, Meta(min_length=1, max_length=300)]
    weight: Annotated[float, Meta(ge=-10, le=10)] = 1.0
    shading: Literal["both", "textured", "plain"] = "both"

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise ValueError("the prompt is empty")


class CameraOrbit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The camera distribution: an orbit around the character, in degrees; azimuth 0 sees a face that looks to -Y."""

    azimuth: tuple[float, float] = (-180.0, 180.0)
    elevation: tuple[float, float] = (-10.0, 60.0)
    field_of_view: tuple[float, float] = (30.0, 60.0)

    def __post_init__(self) -> None:
        for name in ("azimuth", "elevation", "field_of_view"):
            low, high = getattr(self, name)
            if not low <= high:
                raise ValueError(f"camera {name} runs from {low} to {high}")
        if not (-90 <= self.elevation[0] and self.elevation[1] <= 90):
            raise ValueError("camera elevation lies outside of -90..90 degrees")
        if not (1 <= self.field_of_view[0] and self.field_of_view[1] <= 120):
            raise ValueError("camera field of view lies outside of 1..120 degrees")


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
    """

    clip: Annotated[str, Meta(min_length=1, max_length=300)] = "embedded"
    steps: Annotated[int, Meta(ge=1, le=10_000)] = 200
    views: Annotated[int, Meta(ge=1, le=64)] = 4
    resolution: Annotated[int, Meta(ge=0, le=1024)] = 0
    texture_size: Literal[64, 128, 256, 512, 1024, 2048, 4096] = 1024
    seed: Annotated[int, Meta(ge=0, lt=2**31)] = 0
    update_every: Annotated[float, Meta(ge=0, le=60)] = 0.5


class Brief(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything a job needs besides the character."""

    prompts: Annotated[tuple[Prompt, ...], Meta(min_length=1, max_length=32)]
    vary: Vary = Vary()
    cameras: CameraOrbit = CameraOrbit()
    settings: Settings = Settings()
