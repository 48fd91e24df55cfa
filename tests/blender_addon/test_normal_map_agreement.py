"""Blender's Cycles and our renderer see one relief: a delivered normal map looks in Blender as it did in the job."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from clipmatrix.character import assemble
from clipmatrix.render import Material, Relief, frame, linear_from_srgb, mesh, perspective, render, sky
from clipmatrix.render.normal_texels import to_texels
from clipmatrix_protocol import Look, State, Vary

SIZE, SAMPLES = 96, 16
ROUGHNESS = 0.7
PAINT = 140
"""Grey, sRGB, out of 255."""

AMBIENT, SUN = 0.15, 2.4
"""Most of the light comes from one side, which shows relief."""


def bumps(turns):
    """Slopes (64, 64, 2) of ``turns`` waves along u and along v, and that as a normal map."""
    place = (torch.arange(64) + 0.5) / 64 * 2 * torch.pi * turns
    slopes = 0.35 * torch.stack([place.sin()[None].expand(64, -1), (place.cos())[:, None].expand(-1, 64)], dim=-1)
    return slopes, to_texels(slopes).numpy()


def ball(blender, **transform):
    blender.ops.mesh.primitive_uv_sphere_add(segments=48, ring_count=24, radius=0.5)
    thing = blender.context.object
    for polygon in thing.data.polygons:
        polygon.use_smooth = True
    for name, value in transform.items():
        setattr(thing, name, value)
    blender.context.view_layer.update()
    return thing


def by_cycles(rooms, thing, folder, name):
    """A picture of the studio, (H, W, 3) sRGB, row 0 at the top; where its camera and its sun are."""
    studio = rooms("output.studio")
    with studio.studio([thing], SIZE, SAMPLES) as place:
        framing = studio.fit(studio.visible_points(place.scene, [thing]), [0.4])
        studio.look(place, framing, 0.4)
        studio.shoot(place, 1, folder / name)
        seen = SimpleNamespace(
            camera=torch.tensor(np.array(place.camera.matrix_basis), dtype=torch.float32),
            sun=torch.tensor(np.array(place.sun.matrix_basis)[:3, 2], dtype=torch.float32),
        )
    return rooms("output.images").read_image(folder / name)[::-1], seen


def by_us(rooms, character, slopes, seen):
    """The same view by our renderer: its picture and where the character covers it."""
    studio, surface = rooms("output.studio"), assemble(character)
    drawn = mesh(surface.triangles, surface.corner_uvs, surface.slots)
    images = render(
        surface.vertices[None],
        drawn,
        perspective(seen.camera[None], studio.FIELD_OF_VIEW),
        linear_from_srgb(torch.full((1, 64, 64, 3), PAINT / 255)),
        Material(torch.tensor(ROUGHNESS), torch.tensor(0.0)),
        sky(torch.full((3,), studio.AMBIENT), seen.sun[None], torch.full((1, 3), studio.SUN / torch.pi)),
        torch.zeros(1, SIZE, SIZE, 3),
        relief=None if slopes is None else Relief(slopes[None], frame(drawn)),
    )
    return images.textured[0].numpy(), images.coverage[0, ..., 0].numpy() > 0.99


@pytest.mark.parametrize(
    "transform",
    [{}, {"rotation_euler": (0.5, 0.3, 1.9)}, {"scale": (-1, 1, 1)}],
    ids=["upright", "turned", "mirrored"],
)
def test_cycles_shows_the_relief_that_the_job_saw(blender, rooms, tmp_path, monkeypatch, transform):
    monkeypatch.setattr(rooms("output.studio"), "AMBIENT", AMBIENT)
    monkeypatch.setattr(rooms("output.studio"), "SUN", SUN)
    thing = ball(blender, **transform)
    shot = rooms("scene.snapshot").snapshot(blender.context, [thing])
    slopes, texels = bumps(5)
    apply = rooms("scene.apply")
    draft = apply.begin(shot.binding, Vary(normals=1.0))
    paint = np.full((64, 64, 3), PAINT, np.uint8)
    offsets = (np.zeros_like(shot.character.parts[0].vertices),)
    state = State(np.zeros(0, np.float32), offsets, (paint,), Look(roughness=ROUGHNESS), (texels,))
    apply.apply(draft, state)
    theirs, seen = by_cycles(rooms, thing, tmp_path, "relief.png")
    ours, covered = by_us(rooms, shot.character, slopes, seen)
    smooth, _ = by_us(rooms, shot.character, None, seen)
    denting, _ = by_us(rooms, shot.character, -slopes, seen)
    assert covered.sum() > 3000
    found, without, turned = (float(np.abs(picture - theirs)[covered].mean()) for picture in (ours, smooth, denting))
    assert found < 0.025
    share = 0.6 if blender.app.version < (4, 3) else 0.5  # 4.2 shades relief darker where light grazes it
    assert found < share * without < share * turned
