"""What a job is asked for: prompts, cameras, what may change."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from .cameras import Camera, CameraOrbit, Name
from .settings import Settings, Strength


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
    paints
        Names of the parts whose textures it may change; empty for all. Shape, material and light it changes as ever.
    """

    text: Annotated[
        str,
        Meta(max_length=300, title="Text", description="What the character should become, in plain words"),
    ] = ""
    weight: Annotated[
        float,
        Meta(
            ge=-10,
            le=10,
            title="Weight",
            description="How much this prompt counts beside the others; below 0 it pushes away",
        ),
    ] = 1.0
    shading: Annotated[
        Literal["both", "textured", "plain"],
        Meta(
            title="Judge",
            description="Whether the prompt judges the finished look, the bare geometry, or both",
        ),
    ] = "both"
    image: Annotated[int, Meta(ge=0)] | None = None
    origin: Annotated[
        str,
        Meta(
            max_length=300,
            title="Instead Of",
            description="What the character looks like now, as in “a grey figure”; the prompt then asks for the "
            "difference",
        ),
    ] = ""
    cameras: tuple[str, ...] = ()
    paints: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.image is None and not self.text.strip():
            raise ValueError("the prompt is empty")
        if self.image is not None and (self.text or self.origin):
            raise ValueError("a prompt is a text or an image, not both")

    @property
    def directed(self) -> bool:
        """Whether it asks for a direction, away from ``origin``."""
        return bool(self.origin.strip())

    @property
    def sees_paint(self) -> bool:
        """Whether it judges the finished look, and counts at all."""
        return self.weight != 0 and self.shading != "plain"


class Vary(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What may change, and how strongly: 0 leaves it exactly as it is, 1 is the default rate.

    A normal map is made only where one is asked for: it is one more image to carry and to render with, and a body's
    shape belongs in its mesh first.
    """

    shape: Annotated[
        Strength,
        Meta(
            title="Shape Keys",
            description="How freely the character's own shape keys move; 0 leaves them as they are",
        ),
    ] = 1.0
    offsets: Annotated[
        Strength,
        Meta(
            title="Geometry",
            description="How freely the surface leaves its place; 0 keeps every vertex where it is",
        ),
    ] = 1.0
    texture: Annotated[
        Strength,
        Meta(title="Texture", description="How fast the base colour changes; 0 paints nothing"),
    ] = 1.0
    material: Annotated[
        Strength,
        Meta(
            title="Material",
            description="How fast roughness and metallic change; 0 keeps the material's own",
        ),
    ] = 1.0
    light: Annotated[
        Strength,
        Meta(
            title="Light",
            description="How fast the light changes that the character is judged under; 0 keeps it as it starts",
        ),
    ] = 1.0
    normals: Annotated[
        Strength,
        Meta(
            title="Normal Map",
            description="How fast a normal map grows, relief that needs no vertices; 0 makes none",
        ),
    ] = 0.0


class Brief(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything a job needs besides the character and its exemplars.

    Attributes
    ----------
    prompts
        Summed, each with its weight.
    vary
        What may change; see :attr:`changes`.
    cameras
        Where the character is seen from; each view is drawn from one of them.
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

    @property
    def changes(self) -> Vary:
        """What the job changes: ``vary``, but no texture where no prompt sees any."""
        if any(prompt.sees_paint for prompt in self.prompts):
            return self.vary
        return msgspec.structs.replace(self.vary, texture=0.0)
