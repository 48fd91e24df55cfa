"""A rig that only follows another one is looked at in what that one plays."""

import numpy as np
import pytest

from .asking import read


@pytest.fixture
def rigs(scenes):
    """The armature of a character, whose bones copy those of a control rig."""
    column, rig = scenes.character()
    control = scenes.chain("Control")
    for bone in rig.pose.bones:
        follows = bone.constraints.new("COPY_TRANSFORMS")
        follows.target, follows.subtarget = control, bone.name
    scenes.select(column)
    return rig, control


def test_all_of_a_control_rigs_action_is_seen(blender, scenes, rooms, rigs):
    rig, control = rigs
    scenes.wave(control)
    scenes.wave(rig)
    own = read(blender, rooms).character.poses
    rig.animation_data.action = None
    np.testing.assert_allclose(read(blender, rooms).character.poses, own, atol=1e-5)
    assert len(own) == 16
    assert blender.context.scene.frame_current == 1


def test_the_panel_says_what_moves_the_character_and_when(blender, scenes, rooms, rigs):
    scenes.wave(rigs[1], frames=30)
    properties = rooms("interface.properties")
    assert properties.poses_in_words(properties.of(blender.context.scene)) == "Control, frames 1 to 30"


def test_a_rig_behind_the_control_rig_counts_too(blender, scenes, rooms, rigs):
    _, control = rigs
    capture = scenes.chain("Capture")
    for bone in control.pose.bones:
        follows = bone.constraints.new("COPY_ROTATION")
        follows.target, follows.subtarget = capture, bone.name
    scenes.wave(capture)
    scenes.select(blender.data.objects["Column"])
    assert len(read(blender, rooms).character.poses) == 16


def test_a_driver_that_looks_at_an_animated_thing_counts_too(blender, scenes, rooms):
    column, rig = scenes.character()
    slider = scenes.add("Slider", None)
    for frame in (1, 20):
        slider.location.x = frame / 20
        slider.keyframe_insert("location", frame=frame)
    rig.pose.bones["bone1"].rotation_mode = "XYZ"
    driver = rig.pose.bones["bone1"].driver_add("rotation_euler", 0).driver
    read_from = driver.variables.new().targets[0]
    read_from.id, read_from.data_path = slider, "location.x"
    driver.expression = "var"
    scenes.select(column)
    assert len(read(blender, rooms).character.poses) == 17


@pytest.mark.parametrize("why", ["nothing is animated", "the constraints are muted"])
def test_a_rig_that_nothing_moves_is_seen_as_it_stands(blender, scenes, rooms, rigs, why):
    rig, control = rigs
    rig.pose.bones["bone2"].location.y = 0.5
    control.pose.bones["bone2"].location.y = 0.25
    if why == "the constraints are muted":
        scenes.wave(control)
        for bone in rig.pose.bones:
            bone.constraints[0].mute = True
    blender.context.view_layer.update()
    assert len(read(blender, rooms).character.poses) == 2
