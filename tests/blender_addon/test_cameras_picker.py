"""The scene's own cameras as a brief has them, and the choice between them and an orbit."""

import math

import numpy as np
import pytest
from clipmatrix_protocol import Brief, CameraFixed, CameraOrbit, Prompt

from .strict_layout import StrictLayout


@pytest.fixture
def own(blender, rooms):
    """The scene's properties."""
    return rooms("interface.properties").of(blender.context.scene)


@pytest.fixture
def looked(blender, own, rooms):
    """The cameras of the brief."""

    def call():
        blender.context.view_layer.update()
        return rooms("interface.properties").brief(own).cameras

    return call


def add_camera(blender, scenes, name="Camera", *, at=(0, -3, 1), angle=40):
    lens = blender.data.cameras.new(name)
    lens.angle = math.radians(angle)
    thing = scenes.add(name, lens)
    thing.location, thing.rotation_euler, thing.scale = at, (math.pi / 2, 0, 0.3), (2, 2, 2)
    return thing


def test_an_orbit_is_what_a_scene_asks_for_at_first(blender, scenes, looked):
    add_camera(blender, scenes)
    assert looked() == (CameraOrbit(),)


def test_a_camera_of_the_scene_is_where_it_stands_without_its_scale_in_metres(blender, scenes, own, looked):
    thing = add_camera(blender, scenes)
    blender.context.scene.unit_settings.scale_length = 0.01
    own.cameras = "SCENE"
    (camera,) = looked()
    placement = np.array(camera.placement)
    world = np.array(thing.matrix_world)
    assert np.allclose(placement[:3, :3], world[:3, :3] / 2, atol=1e-6)
    assert np.allclose(placement[:3, 3], (0, -0.03, 0.01))
    assert camera.field_of_view == pytest.approx(40, abs=1e-3)


def test_both_means_the_orbit_and_every_camera_that_renders(blender, scenes, own, looked):
    for name in ("Front", "Side", "Off"):
        add_camera(blender, scenes, name)
    blender.data.objects["Off"].hide_render = True
    add_camera(blender, scenes, "Map").data.type = "ORTHO"
    own.cameras = "BOTH"
    found = looked()
    assert isinstance(found[0], CameraOrbit)
    assert [camera.name for camera in found[1:]] == ["1: Front", "2: Side"]


def test_a_scene_without_a_camera_is_refused_with_a_remedy(own, looked, rooms):
    own.cameras = "SCENE"
    with pytest.raises(rooms("errors").Refusal, match=r"no camera to look through\. Add one"):
        looked()


FIXED = CameraFixed(placement=((1.0, 0, 0, 0), (0, 1.0, 0, 0), (0, 0, 1.0, 0), (0.0, 0.0, 0.0, 1.0)))


@pytest.mark.parametrize(
    ("cameras", "source"),
    [((CameraOrbit(),), "ORBIT"), ((FIXED,), "SCENE"), ((CameraOrbit(azimuth=(-60.0, 60.0)), FIXED), "BOTH")],
)
def test_a_brief_gives_the_choice_back(own, rooms, cameras, source):
    rooms("interface.properties").restore(own, Brief(prompts=(Prompt("x"),), cameras=cameras))
    assert own.cameras == source
    assert tuple(own.azimuth) == getattr(cameras[0], "azimuth", (-180, 180))


def test_the_panel_names_the_cameras(blender, scenes, own, rooms):
    add_camera(blender, scenes, "Front")
    own.cameras = "SCENE"
    layout = StrictLayout(blender)
    rooms("interface.panels.settings").show_cameras(layout, blender.context)
    assert layout.drawn == ["Front"]


@pytest.mark.parametrize("scale", [(-1, 1, 1), (1, -2, 1), (1, 1, -1), (-1, -1, -1)])
def test_a_mirrored_camera_looks_where_it_looks_in_blender(blender, scenes, own, looked, scale):
    thing = add_camera(blender, scenes)
    thing.scale = scale
    own.cameras = "SCENE"
    (camera,) = looked()
    turn = np.array(camera.placement)[:3, :3]
    world = np.array(thing.matrix_world)[:3, :3]
    assert np.allclose(turn[:, 2], world[:, 2] / np.linalg.norm(world[:, 2]), atol=1e-6)
    assert np.allclose(turn[:, 1], world[:, 1] / np.linalg.norm(world[:, 1]), atol=1e-6)
    assert np.allclose(turn @ turn.T, np.eye(3), atol=1e-6)
    assert np.linalg.det(turn) > 0
