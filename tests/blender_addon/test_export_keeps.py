"""What an export needs is lent, and given back: switches of the rig, what can be selected, the order of UV layers."""

import pytest

from .fingerprint import differences, fingerprint
from .test_export_actions import bend, export, playing, takes, worst
from .test_export_fbx import FORMATS

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
def test_an_action_that_keys_no_switch_is_written_with_the_artist_s(blender, rooms, switched, tmp_path, kind):
    thing, rig = switched
    wanted = playing(blender, rooms, rig, thing, blender.data.actions["Bow"], range(1, 21))
    export(rooms, switched, tmp_path / f"a.{kind}")
    back, found = takes(blender, rooms, tmp_path / f"a.{kind}")
    assert worst(blender, rooms, back, found["Bow"], wanted) < 2e-3


def test_what_drivers_read_is_given_back_too(blender, rooms, switched, tmp_path):
    rig = switched[1]
    curve = rig.pose.bones["bone0"].driver_add("scale", 0)
    variable = curve.driver.variables.new()
    variable.targets[0].id, variable.targets[0].data_path = rig, '["ik_fk"]'
    curve.driver.expression = variable.name
    before = fingerprint(blender)
    for kind in FORMATS:
        export(rooms, switched, tmp_path / f"a.{kind}")
    assert differences(before, fingerprint(blender)) == []
