"""Which objects are taken for the character, and what is said where there is none."""

import pytest

from .asking import press, read, refusal, settle


def _cast(blender, rooms):
    return rooms("scene.characters").selected_cast(blender.context)


def _names(things):
    return [thing.name for thing in things]


def test_hidden_parts_and_objects_that_are_no_meshes_are_left_out_and_named(blender, scenes, rooms):
    thing, rig = scenes.character()
    hidden, bare = scenes.cube("Hidden"), scenes.mesh("Guide", [(0, 0, 0), (1, 0, 0)], [], uvs="")
    curve = scenes.add("Ribbon", blender.data.curves.new("Ribbon", "CURVE"))
    lamp = scenes.add("Lamp", blender.data.lights.new("Lamp", "POINT"))
    for other in (hidden, bare, curve, lamp):
        other.parent = rig
    hidden.hide_set(True)
    scenes.select(thing)
    cast = _cast(blender, rooms)
    assert _names(cast.parts) == ["Column"]
    assert _names(cast.hidden) == ["Hidden"]
    assert _names(cast.strangers) == ["Guide", "Ribbon"]
    assert [part.name for part in read(blender, rooms).character.parts] == ["Column"]


@pytest.mark.parametrize("kind", ["CHILD_OF", "COPY_TRANSFORMS", "ARMATURE"])
def test_a_part_that_a_constraint_holds_on_a_bone_belongs_to_the_character(blender, scenes, rooms, kind):
    _, rig = scenes.character()
    hat = scenes.cube("Hat")
    constraint = hat.constraints.new(kind)
    if kind == "ARMATURE":
        target = constraint.targets.new()
        target.target, target.subtarget = rig, "bone2"
    else:
        constraint.target, constraint.subtarget = rig, "bone2"
    scenes.select(hat)
    assert _names(_cast(blender, rooms).parts) == ["Column", "Hat"]
    constraint.mute = True
    assert _names(_cast(blender, rooms).parts) == ["Hat"]


@pytest.mark.parametrize(
    ("kind", "operator", "word"),
    [
        ("CURVE", "primitive_bezier_circle_add", "a curve"),
        ("SURFACE", "primitive_nurbs_surface_sphere_add", "a surface"),
    ],
)
def test_a_curve_or_surface_is_refused_and_the_button_converts_it(blender, rooms, kind, operator, word):
    getattr(getattr(blender.ops, kind.lower()), operator)()
    if kind == "CURVE":
        blender.context.object.data.dimensions = "2D"
        blender.context.object.data.fill_mode = "BOTH"
    found = refusal(blender, rooms)
    assert f"is {word}, not a mesh" in found.message
    press(blender, found)
    assert blender.context.object.type == "MESH"
    assert len(settle(blender, rooms)[0].character.parts) == 1


def test_metaballs_and_text_are_converted_and_unwrapped(blender, rooms):
    for add in (blender.ops.object.metaball_add, blender.ops.object.text_add):
        add()
        for operator in ("clipmatrix.convert_to_mesh", "clipmatrix.unwrap"):
            found = refusal(blender, rooms)
            assert found.operator == operator
            press(blender, found)
        assert len(read(blender, rooms).character.parts) == 1


def test_a_curve_without_a_surface_says_so_when_it_is_converted(blender, rooms):
    blender.ops.curve.primitive_bezier_curve_add()
    with pytest.raises(RuntimeError, match="has no surface"):
        press(blender, refusal(blender, rooms))


def test_an_instance_of_a_collection_is_made_real_and_moves_with_its_own_armature(blender, scenes, rooms):
    thing, rig = scenes.character()
    collection = blender.data.collections.new("Kept")
    for member in (thing, rig):
        collection.objects.link(member)
        blender.context.scene.collection.objects.unlink(member)
    instance = scenes.add("Shown", None)
    instance.instance_type, instance.instance_collection = "COLLECTION", collection
    instance.location.x = 5
    scenes.select(instance)
    found = refusal(blender, rooms)
    assert "Shown only shows a collection" in found.message
    press(blender, found)
    cast = _cast(blender, rooms)
    assert cast.armature not in (None, rig)
    assert _names(cast.parts) == ["Column.001"]
    assert cast.parts[0].modifiers["Armature"].object == cast.armature
    assert cast.parts[0].matrix_world.translation.x == 5
    found = refusal(blender, rooms)
    assert found.operator == "clipmatrix.single_user"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda bpy: bpy.data.lights.new("Thing", "POINT"), "Thing is a light, not a mesh"),
        (lambda bpy: bpy.data.cameras.new("Thing"), "Thing is a camera, not a mesh"),
        (lambda bpy: bpy.data.hair_curves.new("Thing"), "Thing is hair curves, not a mesh"),
        (lambda bpy: None, "Thing is an empty, not a mesh"),
        (lambda bpy: bpy.data.meshes.new("Thing"), "Thing has no faces"),
        (lambda bpy: bpy.data.armatures.new("Thing"), "Thing moves no visible mesh"),
    ],
)
def test_what_is_no_character_is_called_by_its_name(blender, scenes, rooms, make, words):
    scenes.select(scenes.add("Thing", make(blender)))
    assert words in refusal(blender, rooms).message


def test_two_characters_at_once_are_refused(blender, scenes, rooms):
    things = []
    for name in ("First", "Second"):
        thing, rig = scenes.column(name), scenes.chain(f"{name} rig")
        scenes.skin(thing, rig, scenes.smooth_weights(thing, rig))
        things.append(thing)
    scenes.select(*things)
    assert "Two characters are selected: First rig and Second rig" in refusal(blender, rooms).message


def test_a_parent_loop_of_modifiers_and_constraints_ends(blender, scenes, rooms):
    one, two = scenes.cube("One"), scenes.cube("Two")
    one.parent = two
    two.constraints.new("CHILD_OF").target = one
    scenes.select(one)
    assert _names(_cast(blender, rooms).parts) == ["One"]
