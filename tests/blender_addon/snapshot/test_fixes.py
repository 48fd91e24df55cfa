"""What the fixing operators say when there is nothing to fix, and that they can be taken back."""

import pytest

from ..fingerprint import differences, fingerprint

NOTHING = [
    ("unwrap", {"object": "gone"}, "There is no mesh object “gone”"),
    ("use_uv_layer", {"object": "Column", "layer": "gone"}, "Column has no UV layer “gone”"),
    ("single_user", {"object": "Rig"}, "There is no mesh object “Rig”"),
    ("make_local", {"object": ""}, None),
    ("mend", {"object": "gone"}, "There is no mesh object “gone”"),
    ("convert_to_mesh", {"object": "gone"}, "There is no object “gone”"),
    ("convert_to_mesh", {"object": "Rig"}, "Rig can't be turned into a mesh"),
    ("make_real", {"object": "Rig"}, "Rig shows no collection"),
    ("switch_off_modifier", {"object": "Column", "modifier": "gone"}, "Column has no modifier “gone”"),
    ("apply_modifier", {"object": "gone", "modifier": "any"}, "There is no mesh object “gone”"),
    ("move_modifier", {"object": "Cube", "modifier": "Wave"}, "Cube has no Armature modifier"),
    ("only_vertex_groups", {"object": "Cube", "modifier": "Wave"}, "Cube's Wave is no Armature modifier"),
    ("relative_keys", {"object": "Cube"}, "Cube has no shape keys"),
    ("show_all_keys", {"object": "gone"}, "There is no object “gone”"),
]


@pytest.mark.parametrize(("operator", "properties", "words"), NOTHING)
def test_a_fix_without_a_cause_says_so_and_changes_nothing(blender, scenes, rooms, operator, properties, words):
    scenes.character()
    cube = scenes.cube()
    cube.modifiers.new("Wave", "WAVE")
    before = fingerprint(blender)
    call = getattr(blender.ops.clipmatrix, operator)
    if words is None:
        assert call(**properties) == {"FINISHED"}
    else:
        with pytest.raises(RuntimeError, match=words):
            call(**properties)
        assert words in rooms("job.session").current().error.message
    assert differences(before, fingerprint(blender)) == []


def test_what_blender_itself_refuses_is_passed_on_in_a_sentence(blender, scenes, rooms):
    thing, _ = scenes.character()
    scenes.add("Twin", thing.data)
    with pytest.raises(RuntimeError, match="Blender can't do this"):
        blender.ops.clipmatrix.apply_modifier(object="Column", modifier="Armature")


def test_selection_and_active_object_are_as_before_a_fix(blender, scenes):
    first, second = scenes.cube("First"), scenes.mesh("Second", [(0, 0, 0), (1, 0, 0), (0, 1, 0)], [(0, 1, 2)], uvs="")
    scenes.select(first, second)
    blender.ops.clipmatrix.unwrap(object="Second")
    assert blender.context.view_layer.objects.active == first
    assert set(blender.context.selected_objects) == {first, second}


@pytest.mark.parametrize("mode", ["POSE", "OBJECT"])
def test_a_posing_artist_is_posing_afterwards(blender, scenes, rooms, mode):
    _, rig = scenes.character()
    bare = scenes.mesh("Bare", [(0, 0, 0), (1, 0, 0), (0, 1, 0)], [(0, 1, 2)], uvs="")
    bare.parent, bare.hide_select = rig, True
    scenes.select(rig)
    blender.ops.object.mode_set(mode=mode)
    before = fingerprint(blender)
    blender.ops.clipmatrix.unwrap()
    assert (blender.context.mode, blender.context.object) == (mode, rig)
    changed = [line for line in differences(before, fingerprint(blender)) if "meshes/Bare/" not in line]
    assert changed == []


@pytest.mark.parametrize("operator", [name for name, _, _ in NOTHING])
def test_every_fix_is_one_undo_step(blender, operator):
    kind = getattr(blender.ops.clipmatrix, operator).get_rna_type()
    owner = getattr(blender.types, f"CLIPMATRIX_OT_{operator}")
    assert {"REGISTER", "UNDO"} <= owner.bl_options
    assert kind.description
