"""Where a character is seen from: from an orbit around it or a region of it, or through the artist's own cameras."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Name = Annotated[str, Meta(min_length=1, max_length=64)]
Share = Annotated[
    float,
    Meta(
        ge=0.01,
        le=100,
        title="Share",
        description="How often views are drawn from here, beside 1 for each of the other cameras",
    ),
]
Degrees = Annotated[float, Meta(ge=1, le=120)]
Row = tuple[float, float, float, float]


def _check_ranges(camera: "CameraOrbit | CameraRegion") -> None:
    for name in ("azimuth", "elevation", "field_of_view"):
        low, high = getattr(camera, name)
        if not low <= high:
            raise ValueError(f"camera {name} runs from {low} to {high}")
    if not (-90 <= camera.elevation[0] and camera.elevation[1] <= 90):
        raise ValueError("camera elevation lies outside of -90..90 degrees")
    if not (1 <= camera.field_of_view[0] and camera.field_of_view[1] <= 120):
        raise ValueError("camera field of view lies outside of 1..120 degrees")


class CameraOrbit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="orbit"):
    """An orbit around the character, which now and then comes closer to its head, upper or lower body.

    Attributes
    ----------
    azimuth, elevation, field_of_view
        Ranges in degrees; azimuth 0 sees a face that looks to -Y, positive goes counter-clockwise seen from above.
    name
        What prompts call it.
    share
        How often it is drawn, relative to the other cameras.
    projection
        What is in the middle is as large in an orthographic picture as in a perspective one.
    """

    azimuth: Annotated[
        tuple[float, float],
        Meta(
            title="Around",
            description="The angles the cameras look from, degrees around the character; 0 is its front (-Y)",
        ),
    ] = (-180.0, 180.0)
    elevation: Annotated[
        tuple[float, float],
        Meta(title="Height", description="How far below and above the character the cameras go, degrees"),
    ] = (-10.0, 60.0)
    field_of_view: Annotated[
        tuple[float, float],
        Meta(title="Field of View", description="From long to wide lenses, degrees"),
    ] = (30.0, 60.0)
    name: Name = "orbit"
    share: Share = 1.0
    projection: Annotated[
        Literal["perspective", "orthographic"],
        Meta(title="Projection", description="Whether what is far looks smaller, as to the eye, or not"),
    ] = "perspective"

    def __post_init__(self) -> None:
        _check_ranges(self)


class CameraRegion(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="region"):
    """An orbit around one of the character's regions, which it follows through all poses.

    ``region`` names it; the rest is as in :class:`CameraOrbit`.
    """

    region: Name
    azimuth: tuple[float, float] = (-180.0, 180.0)
    elevation: tuple[float, float] = (-20.0, 40.0)
    field_of_view: tuple[float, float] = (25.0, 45.0)
    name: Name = "region"
    share: Share = 1.0

    def __post_init__(self) -> None:
        _check_ranges(self)


class CameraFixed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="fixed"):
    """One of the artist's own cameras.

    Attributes
    ----------
    placement
        Rows of its rigid 4 x 4 matrix, camera to world: looks along its -Z, +Y up, metres, as Blender's
        ``camera.matrix_world`` without scale.
    field_of_view
        Degrees over the side of its square picture.
    jitter
        How far it strays, as a share of its distance from the character; 0 stands still.
    name, share
        As in :class:`CameraOrbit`.
    """

    placement: tuple[Row, Row, Row, Row]
    field_of_view: Degrees = 40.0
    jitter: Annotated[
        float,
        Meta(
            ge=0,
            le=1,
            title="Stray",
            description="How far the scene's cameras stray, as a share of their distance from the character; "
            "0 stands still",
        ),
    ] = 0.05
    name: Name = "camera"
    share: Share = 1.0

    def __post_init__(self) -> None:
        axes = [[row[column] for row in self.placement[:3]] for column in range(3)]
        lengths = [sum(value * value for value in axis) for axis in axes]
        if not all(0.99 < length < 1.01 for length in lengths) or self.placement[3] != (0.0, 0.0, 0.0, 1.0):
            raise ValueError(f"the placement of camera {self.name!r} is no rigid matrix")


Camera = CameraOrbit | CameraRegion | CameraFixed
