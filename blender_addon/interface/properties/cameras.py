"""Where the character is seen from: an orbit around it, the scene's own cameras, or both; and what prompts add."""

from __future__ import annotations

from collections.abc import Iterator
from math import degrees
from typing import TYPE_CHECKING, Any

import bpy
from clipmatrix_protocol import Brief, Camera, CameraFixed, CameraOrbit, CameraRegion
from mathutils import Matrix

from ...errors import Refusal
from .. import fields
from .heard import heard
from .looks import ORBIT_NAME, camera_names, look_through, perspective_cameras, through

if TYPE_CHECKING:
    from .scene import ClipMatrixSceneProperties

RANGES = ("azimuth", "elevation", "field_of_view")
"""What a scene says of the cameras around the character in degrees."""

ORBIT = (*RANGES, "projection", "share")
"""All that it says of them."""

OWN = ("CAMERA", "GROUP", "BONE")
"""What a prompt may look from that is no camera of all."""

MOST_CAMERAS = fields.most(Brief, "cameras")
"""How many cameras one job takes."""

SOURCES = [
    ("ORBIT", "Orbit", "From all around the character, within the ranges below"),
    ("SCENE", "Scene Cameras", "Through the cameras of the scene; those switched off for rendering are left out"),
    ("BOTH", "Both", "From all around, and through the cameras of the scene"),
]


def looked_from(settings: ClipMatrixSceneProperties) -> list[Camera]:
    """The cameras that some prompt looks through; the inverse of :func:`look_from`.

    Raises
    ------
    Refusal
        If one of them is not there, or they are too many.
    ValueError
        If a range runs backwards.
    """
    scene: Any = settings.id_data
    wanted = [name for one in heard(settings) for name in through(one)]
    shared = set(_shared(settings, scene)) if _anyone_looks_from_everywhere(settings) else set()
    found: list[Camera] = []
    if ORBIT_NAME in shared or ORBIT_NAME in wanted:
        found.append(_orbit(settings))
    jitter, shares = fields.plain(_from_protocol(settings).jitter), _shares(settings)
    for thing, name in camera_names(scene).items():
        if name in shared or name in wanted:
            found.append(_fixed(thing, scene, name, jitter, shares.get(name, 1.0)))
    regions = (one for one in heard(settings) if one.looks in ("GROUP", "BONE"))
    found += [
        CameraRegion(region=name, name=name, share=shares[name])
        for name in dict.fromkeys(through(one)[0] for one in regions)
    ]
    if len(found) > MOST_CAMERAS:
        raise Refusal(
            f"There are {len(found)} cameras; a job takes {MOST_CAMERAS}.", "Switch some of them off for rendering."
        )
    return found


def look_from(settings: ClipMatrixSceneProperties, brief: Brief) -> None:
    """Have the scene and its prompts ask for the brief's cameras; those of the scene stay where they are now."""
    scene: Any = settings.id_data
    orbit = next((camera for camera in brief.cameras if isinstance(camera, CameraOrbit)), None)
    own = {name for prompt in brief.prompts for name in prompt.cameras}
    fixed = [camera for camera in brief.cameras if isinstance(camera, CameraFixed)]
    by_all = not all(prompt.cameras for prompt in brief.prompts)
    if orbit is None and fixed and by_all:
        settings.cameras = "SCENE"
    else:
        settings.cameras = "BOTH" if any(camera.name not in own for camera in fixed) else "ORBIT"
    for name in ORBIT if orbit else ():
        setattr(settings, name, getattr(orbit, name))
    for camera in fixed[:1]:
        _from_protocol(settings).jitter = camera.jitter
    shares = {camera.name: camera.share for camera in brief.cameras}
    for one, prompt in zip(settings.prompts, brief.prompts, strict=True):
        look_through(one, prompt.cameras, scene)
        one.share = shares[prompt.cameras[0]] if one.looks in OWN else 1.0


def scene_cameras(scene: bpy.types.Scene) -> Iterator[bpy.types.Object]:
    """The scene's perspective cameras that may render."""
    return (thing for thing in perspective_cameras(scene) if not thing.hide_render)


def has_orbit(settings: ClipMatrixSceneProperties) -> bool:
    """Tell whether the ranges of the orbit count for anything."""
    return settings.cameras != "SCENE" or any(one.looks == "ORBIT" for one in heard(settings))


def _anyone_looks_from_everywhere(settings: ClipMatrixSceneProperties) -> bool:
    """Tell whether a prompt looks through all cameras, as the one does that is not yet written."""
    return not settings.prompts or any(one.looks == "ALL" for one in heard(settings))


def _shared(settings: ClipMatrixSceneProperties, scene: bpy.types.Scene) -> Iterator[str]:
    """Names of the cameras that are there for all prompts."""
    if settings.cameras != "SCENE":
        yield ORBIT_NAME
    if settings.cameras != "ORBIT":
        names = camera_names(scene)
        own = [names[thing] for thing in scene_cameras(scene)]
        if not own:
            raise Refusal("The scene has no camera to look through.", "Add one, or choose Orbit in Cameras.")
        yield from own


def _from_protocol(settings: ClipMatrixSceneProperties) -> Any:
    """The same settings, for what the protocol defines: the type checker does not see these properties."""
    return settings


def _orbit(settings: ClipMatrixSceneProperties) -> CameraOrbit:
    said = _from_protocol(settings)
    azimuth, elevation, field_of_view = (
        (fields.plain(low), fields.plain(high)) for low, high in (getattr(said, name) for name in RANGES)
    )
    return CameraOrbit(azimuth, elevation, field_of_view, share=fields.plain(said.share), projection=said.projection)


def _shares(settings: ClipMatrixSceneProperties) -> dict[str, float]:
    """How often the cameras of single prompts are drawn: as often as the prompt says that wants most."""
    shares: dict[str, float] = {}
    for one in heard(settings):
        if one.looks in OWN:
            (name,) = through(one)
            shares[name] = max(shares.get(name, 0.0), fields.plain(one.share))
    return shares


def _fixed(thing: bpy.types.Object, scene: bpy.types.Scene, name: str, jitter: float, share: float) -> CameraFixed:
    """A camera as it stands at the scene's frame; without scale and mirroring, in metres."""
    lens = thing.data
    assert isinstance(lens, bpy.types.Camera)
    placement: Any = _turned(thing.matrix_world).to_4x4()
    placement.translation = thing.matrix_world.translation * scene.unit_settings.scale_length
    return CameraFixed(
        placement=tuple(tuple(row) for row in placement),  # type: ignore[arg-type]  # four rows of four
        field_of_view=min(max(degrees(lens.angle), 1.0), 120.0),
        jitter=jitter,
        name=name,
        share=share,
    )


def _turned(matrix: Matrix) -> Matrix:
    """The rotation that looks where a camera of this matrix looks: along its -z, with its y up.

    Not the matrix's ``decompose``, which reverses all three axes of a mirrored one, and so looks away.
    """
    rows: Any = matrix.to_3x3().transposed()
    up, back = rows[1].normalized(), rows[2].normalized()
    right = up.cross(back).normalized()
    return Matrix((right, back.cross(right), back)).transposed()
