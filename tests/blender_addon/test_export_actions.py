"""An export writes the Actions that move the character, each alone and whole, and whatever else moves its bones."""

import numpy as np
import pytest

from .fingerprint import differences, fingerprint
from .test_export import farthest, header, world_points
from .test_export_fbx import FORMATS, empty_file


def bend(rig, name, *, bone="bone1", angle=0.8, frames=(1, 20)):
    """An Action that bends one bone and is assigned to nothing; the pose stays as it was."""
    animation, moved = rig.animation_data_create(), rig.pose.bones[bone]
    own = animation.action
    animation.action = None
    moved.rotation_mode = "XYZ"
    for frame, value in zip(frames, (0.0, angle), strict=True):
        moved.rotation_euler = (value, 0, 0)
        moved.keyframe_insert("rotation_euler", frame=frame)
    action = animation.action
    action.name, action.use_fake_user = name, True
    animation.action = own
    moved.rotation_euler = (0, 0, 0)
    return action


def strip(rig, action, *, start=1):
    """Have the NLA play an Action on a track of its own."""
    track = rig.animation_data_create().nla_tracks.new()
    track.strips.new(action.name, start, action)
    return track


def export(rooms, character, path):
    """Write what the path's ending says."""
    getattr(rooms("output.export"), f"export_{path.suffix[1:]}")(character, path)


def shown(blender, thing, frames):
    """World positions at each frame, what the scene plays."""
    found = []
    for frame in frames:
        blender.context.scene.frame_set(frame)
        found.append(world_points(blender, thing))
    return found


def playing(blender, rooms, rig, thing, action, frames):
    """World positions at each frame, the rig playing this Action alone, from its rest pose."""
    for bone in rig.pose.bones:
        bone.matrix_basis.identity()
    rooms("scene.posing.actions").play(rig, action, rig.name)
    return shown(blender, thing, frames)


def takes(blender, rooms, path):
    """The file brought back into nothing: the skinned mesh, and its Actions by the names they were made under."""
    empty_file(blender)
    getattr(blender.ops.import_scene, FORMATS[path.suffix[1:]][1])(filepath=str(path))
    thing = next(thing for thing in blender.data.objects if thing.type == "MESH" and thing.find_armature())
    fits = rooms("scene.posing.actions").fits
    found = [action for action in blender.data.actions if fits(action, thing.find_armature())]
    return thing, {action.name.split("|")[2] if "|" in action.name else own_name(action): action for action in found}


def own_name(action):
    """The glTF importer appends the object's name to an Action's."""
    return action.name.removesuffix("_Rig")


def worst(blender, rooms, thing, action, wanted):
    """How far from ``wanted`` the imported Action leads at most, frame by frame from its first on."""
    first = round(action.frame_range[0])
    assert round(action.frame_range[1]) - first == len(wanted) - 1
    frames = range(first, first + len(wanted))
    found = playing(blender, rooms, thing.find_armature(), thing, action, frames)
    return max(farthest(one, other) for one, other in zip(found, wanted, strict=True))


@pytest.mark.parametrize("kind", FORMATS)
def test_actions_are_written_alone_whatever_the_nla_plays(blender, rooms, scenes, tmp_path, kind):
    thing, rig = scenes.character()
    bow, twist = bend(rig, "Bow"), bend(rig, "Twist", bone="bone0", angle=-1.2)
    wanted = {one.name: playing(blender, rooms, rig, thing, one, range(1, 21)) for one in (bow, twist)}
    rig.animation_data.action = None
    scenes.select(thing)
    for action in (bow, twist):
        strip(rig, action)
    rig.animation_data.nla_tracks[0].is_solo = True
    before = fingerprint(blender)
    export(rooms, [thing, rig], tmp_path / f"a.{kind}")
    assert differences(before, fingerprint(blender)) == []
    back, found = takes(blender, rooms, tmp_path / f"a.{kind}")
    assert set(found) == {"Bow", "Twist"}
    for name, action in found.items():
        assert worst(blender, rooms, back, action, wanted[name]) < 2e-3


@pytest.mark.parametrize("kind", FORMATS)
def test_what_moves_cameras_and_doors_is_no_animation_of_the_character(blender, rooms, scenes, tmp_path, kind):
    thing, rig = scenes.character()
    scenes.wave(rig).name = "Walk"
    for other, name in ((scenes.add("Camera", blender.data.cameras.new("Camera")), "Ride"), (scenes.cube(), "Open")):
        other.keyframe_insert("location", frame=1)
        other.animation_data.action.name = name
    export(rooms, [thing, rig], tmp_path / f"a.{kind}")
    empty_file(blender)
    getattr(blender.ops.import_scene, FORMATS[kind][1])(filepath=str(tmp_path / f"a.{kind}"))
    assert not [action.name for action in blender.data.actions if "Ride" in action.name or "Open" in action.name]


@pytest.mark.parametrize("kind", FORMATS)
def test_an_action_with_a_curve_for_a_bone_that_is_gone_is_written(blender, rooms, scenes, tmp_path, kind):
    thing, rig = scenes.character()
    scenes.wave(rig).name = "Walk"
    stale = bend(rig, "Bow")
    rooms("scene.posing.curves").curves(stale)[0].data_path = 'pose.bones["gone"].rotation_euler'
    export(rooms, [thing, rig], tmp_path / f"a.{kind}")
    assert set(takes(blender, rooms, tmp_path / f"a.{kind}")[1]) == {"Walk", "Bow"}


@pytest.mark.parametrize("kind", FORMATS)
def test_actions_of_a_library_are_written_for_a_rig_that_was_never_animated(blender, rooms, scenes, tmp_path, kind):
    thing, rig = scenes.character()
    bend(rig, "Bow")
    rig.animation_data_clear()
    scenes.select(thing)
    before = fingerprint(blender)
    export(rooms, [thing, rig], tmp_path / f"a.{kind}")
    assert differences(before, fingerprint(blender)) == []
    assert rig.animation_data is None
    assert set(takes(blender, rooms, tmp_path / f"a.{kind}")[1]) == {"Bow"}


@pytest.mark.parametrize("kind", FORMATS)
def test_what_a_control_rig_does_is_written(blender, rooms, scenes, tmp_path, kind):
    thing, rig = scenes.character()
    control = scenes.chain("Control")
    for bone in rig.pose.bones:
        follow = bone.constraints.new("COPY_TRANSFORMS")
        follow.target, follow.subtarget = control, bone.name
    scenes.wave(control)
    bend(control, "Other")
    wanted = shown(blender, thing, range(1, 21))
    blender.context.scene.frame_set(3)
    scenes.select(thing)
    before = fingerprint(blender)
    export(rooms, [thing, rig], tmp_path / f"a.{kind}")
    assert differences(before, fingerprint(blender)) == []
    back, found = takes(blender, rooms, tmp_path / f"a.{kind}")
    (action,) = found.values()
    assert worst(blender, rooms, back, action, wanted) < 2e-3


@pytest.mark.parametrize(
    ("frames", "kind"), [((-10, 9), "fbx"), ((-10, 9), "glb"), ((-30, -20), "fbx"), ((2.5, 8.25), "fbx")]
)
def test_actions_begin_and_end_where_they_do_also_before_frame_0(blender, rooms, scenes, tmp_path, kind, frames):
    thing, rig = scenes.character()
    action = bend(rig, "Bow", frames=frames)
    first, last = int(np.floor(frames[0])), int(np.ceil(frames[1]))
    wanted = playing(blender, rooms, rig, thing, action, range(first, last + 1))
    export(rooms, [thing, rig], tmp_path / f"a.{kind}")
    back, found = takes(blender, rooms, tmp_path / f"a.{kind}")
    assert worst(blender, rooms, back, found["Bow"], wanted) < 2e-3


@pytest.mark.parametrize("kind", FORMATS)
def test_an_armature_in_rest_position_moves_in_the_file_and_stays_at_rest(blender, rooms, scenes, tmp_path, kind):
    thing, rig = scenes.character()
    wanted = playing(blender, rooms, rig, thing, bend(rig, "Bow"), range(1, 21))
    rig.data.pose_position = "REST"
    scenes.select(thing)
    before = fingerprint(blender)
    export(rooms, [thing, rig], tmp_path / f"a.{kind}")
    assert differences(before, fingerprint(blender)) == []
    back, found = takes(blender, rooms, tmp_path / f"a.{kind}")
    assert worst(blender, rooms, back, found["Bow"], wanted) < 2e-3


def test_the_artist_s_tweak_mode_and_a_switched_off_nla_are_given_back(blender, rooms, scenes, tmp_path):
    thing, rig = scenes.character()
    track = strip(rig, bend(rig, "Bow"))
    animation = rig.animation_data
    animation.nla_tracks.active = track
    track.strips[0].select = True
    scenes.select(thing)
    for state in ("use_tweak_mode", "use_nla"):
        setattr(animation, state, state == "use_tweak_mode")
        before = fingerprint(blender)
        export(rooms, [thing, rig], tmp_path / f"{state}.fbx")
        assert differences(before, fingerprint(blender)) == []
        animation.use_tweak_mode = False
    assert set(takes(blender, rooms, tmp_path / "use_nla.fbx")[1]) == {"Bow"}


def test_gltf_has_one_animation_for_each_action_of_the_rig(blender, rooms, scenes, tmp_path):
    thing, rig = scenes.character()
    bend(rig, "Bow")
    strip(rig, bend(rig, "Twist", bone="bone0"))
    export(rooms, [thing, rig], tmp_path / "a.glb")
    assert sorted(one["name"] for one in header(tmp_path / "a.glb")["animations"]) == ["Bow", "Twist"]


@pytest.mark.parametrize("kind", FORMATS)
def test_an_artist_between_two_frames_stays_there(blender, rooms, scenes, tmp_path, kind):
    thing, rig = scenes.character()
    scenes.wave(rig)
    blender.context.scene.frame_set(3, subframe=0.5)
    scenes.select(thing)
    before = fingerprint(blender)
    export(rooms, [thing, rig], tmp_path / f"a.{kind}")
    assert differences(before, fingerprint(blender)) == []


def test_an_exporter_that_fails_midway_leaves_nothing_behind(blender, rooms, scenes, tmp_path, monkeypatch):
    thing, rig = scenes.character()
    rig.animation_data_create()
    strip(rig, bend(rig, "Bow"))
    rig.animation_data.action = bend(rig, "Twist")
    rig.animation_data.use_nla = False
    scenes.select(thing)
    before = fingerprint(blender)

    def fail(*_args, **_named):
        blender.context.scene.frame_set(9)
        raise ValueError("not today")

    monkeypatch.setattr("io_scene_fbx.export_fbx_bin.fbx_animations_do", fail)
    with pytest.raises(RuntimeError, match="not today"):
        export(rooms, [thing, rig], tmp_path / "a.fbx")
    assert differences(before, fingerprint(blender)) == []
