"""Parts that a constraint holds on a bone go with it in the file, too."""

import numpy as np
import pytest

from .fingerprint import differences, fingerprint
from .test_export import farthest
from .test_export_actions import export, shown
from .test_export_fbx import FORMATS, empty_file


def child_of(hat, rig):
    held = hat.constraints.new("CHILD_OF")
    held.target, held.subtarget = rig, "bone2"
    return held


def copy_transforms(hat, rig):
    held = hat.constraints.new("COPY_TRANSFORMS")
    held.target, held.subtarget = rig, "bone2"
    return held


def armature(hat, rig):
    held = hat.constraints.new("ARMATURE")
    aim = held.targets.new()
    aim.target, aim.subtarget = rig, "bone2"
    return held


@pytest.fixture
def hat(scenes):
    """A hat above a character that waves; nothing holds it yet."""
    thing, rig = scenes.character()
    scenes.wave(rig)
    hat = scenes.cube("Hat", size=0.3)
    hat.location, hat.rotation_euler, hat.delta_scale = (0.1, 0.2, 3), (0.3, 0.1, 0), (1, 1.5, 1)
    scenes.select(thing)
    return hat


def imported(blender, path, frames):
    """Where the hat is at each frame, counted from the first, once the file is brought back into nothing."""
    empty_file(blender)
    getattr(blender.ops.import_scene, FORMATS[path.suffix[1:]][1])(filepath=str(path))
    for thing in blender.data.objects:
        for track in thing.animation_data.nla_tracks if thing.animation_data else ():
            track.mute = False
    first = round(min(action.frame_range[0] for action in blender.data.actions))
    return shown(blender, blender.data.objects["Hat"], [first + frame for frame in frames])


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("hold", [child_of, copy_transforms, armature], ids=lambda hold: hold.__name__)
def test_what_a_constraint_holds_on_a_bone_goes_with_it(blender, rooms, hat, tmp_path, kind, hold):
    rig = blender.data.objects["Rig"]
    hold(hat, rig)
    wanted = shown(blender, hat, (1, 11, 20))
    blender.context.scene.frame_set(7)
    character = [blender.data.objects["Column"], hat, rig]
    before = fingerprint(blender)
    export(rooms, character, tmp_path / f"a.{kind}")
    assert differences(before, fingerprint(blender)) == []
    assert rooms("output.export").remarks(character, tmp_path / f"a.{kind}") == []
    found = imported(blender, tmp_path / f"a.{kind}", (0, 10, 19))
    assert max(farthest(one, other) for one, other in zip(wanted, found, strict=True)) < 2e-3
    assert np.ptp([one.mean(0) for one in wanted], axis=0).max() > 0.3


def test_what_gltf_can_not_tell_is_said(blender, rooms, scenes, hat, tmp_path):
    held = child_of(hat, blender.data.objects["Rig"])
    held.use_rotation_x = False
    wanted = shown(blender, hat, (1, 11, 20))
    export(rooms, [blender.data.objects["Column"], hat, blender.data.objects["Rig"]], tmp_path / "a.fbx")
    scenes.select(blender.data.objects["Column"])
    said = rooms("output.export").remarks([hat], tmp_path / "a.glb")
    assert said == ["Hat follows constraints that glTF can't tell; it stands still in a.glb."]
    assert rooms("output.export").remarks([hat], tmp_path / "a.fbx") == []
    found = imported(blender, tmp_path / "a.fbx", (0, 10, 19))
    assert max(farthest(one, other) for one, other in zip(wanted, found, strict=True)) < 2e-3


@pytest.mark.parametrize("kind", FORMATS)
def test_a_part_on_an_empty_that_a_constraint_holds_goes_with_it(blender, rooms, scenes, hat, tmp_path, kind):
    hook = scenes.add("Hook", None)
    hook.location = (0, 0, 2)
    child_of(hook, blender.data.objects["Rig"])
    hat.parent = hook
    wanted = shown(blender, hat, (1, 11, 20))
    scenes.select(blender.data.objects["Column"])
    export(rooms, rooms("interface.selection").selected_character(blender.context), tmp_path / f"a.{kind}")
    found = imported(blender, tmp_path / f"a.{kind}", (0, 10, 19))
    assert max(farthest(one, other) for one, other in zip(wanted, found, strict=True)) < 2e-3


def test_the_button_says_what_the_file_lacks(blender, scenes, hat, tmp_path, capfd):
    child_of(hat, blender.data.objects["Rig"]).influence = 0.5
    scenes.select(blender.data.objects["Column"])
    blender.ops.clipmatrix.export_gltf(filepath=str(tmp_path / "a.glb"))
    assert "Hat follows constraints that glTF can't tell" in capfd.readouterr().out
