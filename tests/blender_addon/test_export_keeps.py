"""What an export needs is lent, and given back: switches of the rig, what can be selected, the order of UV layers."""

import numpy as np
import pytest

from .fingerprint import differences, fingerprint
from .test_export import grown, world_points
from .test_export_actions import bend, export, playing, takes, worst
from .test_export_fbx import FORMATS, empty_file, image_node

SWITCHES = ("ik_fk", 'say "a["', "back\\slash]", "dots.and.[0]")
"""Names of custom properties as nobody should choose them."""


@pytest.fixture
def switched(blender, scenes):
    """A character of which one Action keys switches and an influence, which the artist has set otherwise."""
    thing, rig = scenes.character()
    bone = rig.pose.bones["bone1"]
    follow = bone.constraints.new("COPY_ROTATION")
    follow.target, follow.subtarget, follow.influence = rig, "bone0", 1.0
    owners = (rig, bone)
    for owner in owners:
        for name in SWITCHES:
            owner[name] = 1.0
            owner.id_properties_ui(name).update(min=0.0, max=1.0, default=0.25, description="a switch")
        owner["three"] = [1, 2, 3]
    action = bend(rig, "Alter", bone="bone2")  # which comes before "Bow"
    rig.animation_data.action = action
    for owner in owners:
        for name in SWITCHES:
            owner[name] = 0.0
            owner.keyframe_insert(f'["{blender.utils.escape_identifier(name)}"]', frame=5)
            owner[name] = 1.0
        owner["three"] = [0, 0, 0]
        owner.keyframe_insert('["three"]', frame=5)
        owner["three"] = [1, 2, 3]
    follow.influence = 0.0
    follow.keyframe_insert("influence", frame=5)
    follow.influence = 1.0
    rig.animation_data.action = None
    bend(rig, "Bow", bone="bone0")
    scenes.select(thing)
    return thing, rig


def widen(rig):
    """Have a driver make the lowest bone as wide as a switch says."""
    curve = rig.pose.bones["bone0"].driver_add("scale", 0)
    variable = curve.driver.variables.new()
    variable.targets[0].id, variable.targets[0].data_path = rig, '["ik_fk"]'
    curve.driver.expression = f"1 + {variable.name}"


@pytest.mark.parametrize("kind", FORMATS)
def test_switches_and_influences_that_an_action_sets_are_as_the_artist_has_set_them(
    blender, rooms, switched, tmp_path, kind
):
    before = fingerprint(blender)
    export(rooms, switched, tmp_path / f"a.{kind}")
    assert differences(before, fingerprint(blender)) == []
    for owner in (switched[1], switched[1].pose.bones["bone1"]):
        assert {owner.id_properties_ui(name).as_dict()["description"] for name in SWITCHES} == {"a switch"}


@pytest.mark.parametrize("kind", FORMATS)
def test_the_camera_stays_that_the_artist_has_chosen_after_a_marker_had(
    blender, rooms, switched, scenes, tmp_path, kind
):
    scenes.choose_against_a_marker()
    export(rooms, switched, tmp_path / f"a.{kind}")
    assert blender.context.scene.camera.name == "Chosen"


@pytest.mark.parametrize("kind", FORMATS)
def test_an_action_that_keys_no_switch_is_written_with_the_artist_s(blender, rooms, switched, tmp_path, kind):
    thing, rig = switched
    widen(rig)
    wanted = playing(blender, rooms, rig, thing, blender.data.actions["Bow"], range(1, 21))
    export(rooms, switched, tmp_path / f"a.{kind}")
    back, found = takes(blender, rooms, tmp_path / f"a.{kind}")
    assert worst(blender, rooms, back, found["Bow"], wanted) < 2e-3


def test_what_drivers_read_is_given_back_too(blender, rooms, switched, tmp_path):
    rig = switched[1]
    widen(rig)
    before = fingerprint(blender)
    for kind in FORMATS:
        export(rooms, switched, tmp_path / f"a.{kind}")
    assert differences(before, fingerprint(blender)) == []


@pytest.mark.parametrize("kind", FORMATS)
def test_what_follows_a_switch_is_seen_as_before_also_where_it_was_set_without_a_key(
    blender, rooms, switched, tmp_path, kind
):
    thing, rig = switched
    rooms("scene.posing.actions").play(rig, blender.data.actions["Alter"], rig.name)
    blender.context.scene.frame_set(5)
    widen(rig)
    rig["ik_fk"] = 1.0  # its key says 0
    rig.update_tag(refresh={"DATA"})
    blender.context.view_layer.update()
    before = world_points(blender, thing)
    export(rooms, switched, tmp_path / f"a.{kind}")
    blender.context.view_layer.update()
    assert rig["ik_fk"] == 1.0
    assert np.ptp(before[:, 0]) > 1.2
    assert np.allclose(world_points(blender, thing), before, atol=1e-5)


@pytest.mark.parametrize("kind", FORMATS)
def test_what_can_not_be_selected_is_exported_and_stays_so(blender, rooms, scenes, tmp_path, kind):
    thing, rig = scenes.character()
    outer, inner = (blender.data.collections.new(name) for name in ("Outer", "Inner"))
    blender.context.scene.collection.children.link(outer)
    outer.children.link(inner)
    inner.objects.link(thing)
    blender.context.scene.collection.objects.unlink(thing)
    scenes.select(rig)
    outer.hide_select = rig.hide_select = True
    before = fingerprint(blender)
    export(rooms, [thing, rig], tmp_path / f"a.{kind}")
    assert differences(before, fingerprint(blender)) == []
    assert takes(blender, rooms, tmp_path / f"a.{kind}")


def test_what_a_linked_collection_keeps_from_being_selected_is_said_so(blender, rooms, scenes, tmp_path):
    thing, rig = scenes.character()
    library = blender.data.collections.new("Props")
    for one in (thing, rig):
        library.objects.link(one)
    library.hide_select = True
    blender.data.libraries.write(str(tmp_path / "props.blend"), {library})
    blender.ops.wm.read_homefile(use_empty=True)
    with blender.data.libraries.load(str(tmp_path / "props.blend"), link=True) as (_, into):
        into.collections = ["Props"]
    blender.context.scene.collection.children.link(into.collections[0])
    hat, bystander = scenes.cube("Hat"), scenes.cube("Bystander")
    scenes.select(bystander)
    hat.hide_set(True)
    character = [hat, blender.data.objects["Column"], blender.data.objects["Rig"]]
    before = fingerprint(blender)
    with pytest.raises(rooms("errors").Refusal, match="can't be selected: the file that Props is linked from"):
        export(rooms, character, tmp_path / "a.glb")
    assert differences(before, fingerprint(blender)) == []


@pytest.mark.parametrize("kind", FORMATS)
def test_a_linked_character_is_exported_and_stays_as_it_was(blender, rooms, scenes, tmp_path, kind):
    thing, rig = scenes.character()
    bend(rig, "Bow")
    rig.animation_data_clear()
    library = blender.data.collections.new("Cast")
    for one in (thing, rig):
        library.objects.link(one)
    blender.data.libraries.write(str(tmp_path / "cast.blend"), {library, blender.data.actions["Bow"]})
    blender.ops.wm.read_homefile(use_empty=True)
    with blender.data.libraries.load(str(tmp_path / "cast.blend"), link=True) as (_, into):
        into.collections, into.actions = ["Cast"], ["Bow"]
    blender.context.scene.collection.children.link(into.collections[0])
    before = fingerprint(blender)
    export(rooms, [blender.data.objects["Column"], blender.data.objects["Rig"]], tmp_path / f"a.{kind}")
    assert differences(before, fingerprint(blender)) == []
    assert set(takes(blender, rooms, tmp_path / f"a.{kind}")[1]) == {"Bow"}


def test_an_fbx_lays_textures_by_the_uv_layer_that_renders(blender, rooms, scenes, tmp_path):
    character = grown(blender, rooms)
    mesh = character[0].data
    other = mesh.uv_layers.new(name="Other")
    wanted = np.random.default_rng(0).random(len(other.uv) * 2).astype(np.float32)
    other.uv.foreach_set("vector", wanted)
    other.active_render = True
    mesh.uv_layers.active_index = 0
    scenes.select(character[0])
    before = fingerprint(blender)
    export(rooms, character, tmp_path / "a.fbx")
    assert differences(before, fingerprint(blender)) == []
    empty_file(blender)
    blender.ops.import_scene.fbx(filepath=str(tmp_path / "a.fbx"))
    (back,) = [thing for thing in blender.data.objects if thing.type == "MESH"]
    first = back.data.uv_layers[0]
    found = np.empty(len(first.uv) * 2, np.float32)
    first.uv.foreach_get("vector", found)
    assert [layer.name for layer in back.data.uv_layers] == ["Other", "UVMap"]
    assert np.abs(np.sort(found) - np.sort(wanted)).max() < 1e-6
    assert image_node(back).image


@pytest.mark.parametrize(
    ("kind", "module", "name"), [("glb", "io_scene_gltf2", "glTF"), ("fbx", "io_scene_fbx", "FBX")]
)
def test_an_exporter_that_is_switched_off_is_named(blender, rooms, scenes, tmp_path, kind, module, name):
    character = grown(blender, rooms)
    blender.ops.preferences.addon_disable(module=module)
    with pytest.raises(rooms("errors").Refusal, match=f"{name}.* is switched off") as refused:
        export(rooms, character, tmp_path / f"a.{kind}")
    fix = refused.value.fix
    room, operator = fix.operator.split(".")
    getattr(getattr(blender.ops, room), operator)(**fix.properties)
    export(rooms, character, tmp_path / f"a.{kind}")
    assert (tmp_path / f"a.{kind}").stat().st_size > 1000
