"""What Mask modifiers hide is in no exported file; shape keys, weights and Actions of the rest are."""

import pytest

from .fingerprint import differences, fingerprint
from .gltf_validator import validate
from .test_export import farthest, grown, header, world_points
from .test_export_actions import export
from .test_export_fbx import FORMATS, empty_file


@pytest.fixture
def masked(blender, rooms):
    """A grown column whose upper third is hidden, its wide key played by an Action."""
    thing, rig = grown(blender, rooms)
    top = [vertex.index for vertex in thing.data.vertices if vertex.co.z > 1.0]
    assert 0 < len(top) < len(thing.data.vertices) // 2
    thing.vertex_groups.new(name="helpers").add(top, 1.0, "REPLACE")
    mask = thing.modifiers.new("Hide helpers", "MASK")
    mask.vertex_group, mask.invert_vertex_group = "helpers", True
    wide = thing.data.shape_keys.key_blocks["wide"]
    for frame, value in ((1, 0.0), (10, 1.0)):
        wide.value = value
        wide.keyframe_insert("value", frame=frame)
    wide.value = 0.5
    thing.active_shape_key_index = 1
    return thing, rig


def back_in(blender, path, kind):
    """The mesh object of a file, imported into an empty one."""
    empty_file(blender)
    getattr(blender.ops.import_scene, FORMATS[kind][1])(filepath=str(path))
    return next(thing for thing in blender.data.objects if thing.type == "MESH" and thing.data.shape_keys)


@pytest.mark.parametrize("kind", FORMATS)
def test_the_file_holds_what_is_seen_and_no_more(blender, rooms, masked, tmp_path, kind):
    thing, rig = masked
    names = {key.name for key in thing.data.shape_keys.key_blocks[1:]}
    blender.context.scene.frame_set(5)
    values = {key.name: key.value for key in thing.data.shape_keys.key_blocks}
    rig.data.pose_position = "REST"
    seen = world_points(blender, thing)
    assert len(seen) < len(thing.data.vertices)
    export(rooms, masked, tmp_path / f"a.{kind}")
    back = back_in(blender, tmp_path / f"a.{kind}", kind)
    assert {key.name for key in back.data.shape_keys.key_blocks[1:]} == names
    for key in back.data.shape_keys.key_blocks[1:]:
        key.value = values[key.name]
    back.data.shape_keys.animation_data_clear()
    back.find_armature().data.pose_position = "REST"
    found = world_points(blender, back)
    assert max(farthest(found, seen), farthest(seen, found)) < 1e-4


@pytest.mark.parametrize("kind", FORMATS)
def test_the_scene_is_as_it_was(blender, rooms, masked, tmp_path, kind):
    before = fingerprint(blender)
    export(rooms, masked, tmp_path / f"a.{kind}")
    assert differences(before, fingerprint(blender)) == []


@pytest.mark.parametrize("kind", FORMATS)
def test_so_it_is_where_the_exporter_fails(blender, rooms, masked, tmp_path, kind):
    before = fingerprint(blender)
    (tmp_path / "file").write_text("in the way")
    with pytest.raises((RuntimeError, OSError)):
        export(rooms, masked, tmp_path / "file" / f"a.{kind}")
    assert differences(before, fingerprint(blender)) == []


def test_what_plays_the_keys_plays_them_in_the_file(rooms, masked, tmp_path):
    def tracks(path):
        export(rooms, masked, path)
        return [
            (animation["name"], sorted(channel["target"]["path"] for channel in animation["channels"]))
            for animation in header(path)["animations"]
        ]

    cut = tracks(tmp_path / "cut.glb")
    masked[0].modifiers["Hide helpers"].show_viewport = False
    assert cut == tracks(tmp_path / "whole.glb")
    assert any("weights" in paths for _, paths in cut)


def test_a_linked_part_is_told_to_carry_what_is_hidden(blender, rooms, masked, tmp_path):
    path, names = tmp_path / "library.blend", [thing.name for thing in masked]
    blender.data.libraries.write(str(path), set(masked))
    empty_file(blender)
    with blender.data.libraries.load(str(path), link=True) as (_, wanted):
        wanted.objects = list(names)
    for linked in wanted.objects:
        blender.context.scene.collection.objects.link(linked)
    said = rooms("output.export").remarks(wanted.objects, tmp_path / "a.fbx")
    assert said == [f"{names[0]} is linked; a.fbx has what its masks hide, too."]


def test_it_is_valid_gltf_under_the_names_that_the_artist_knows(rooms, masked, tmp_path):
    thing, _ = masked
    path = tmp_path / "a.glb"
    export(rooms, masked, path)
    assert validate(path)["issues"]["numErrors"] == 0
    assert [mesh["name"] for mesh in header(path)["meshes"]] == [thing.data.name]
