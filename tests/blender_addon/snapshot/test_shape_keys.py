"""Shape keys of all kinds: which may change, which stay, which are refused."""

import pytest

from .asking import press, read, refusal


@pytest.fixture
def keyed(blender, scenes):
    thing, _ = scenes.character()
    thing.shape_key_add(name="Basis")
    key = thing.shape_key_add(name="wide", from_mix=False)
    for point in key.points:
        point.co.x *= 2
    key.value = 0.5
    return thing


def _shapes(shot):
    return {shape.name: (shape.low, shape.value, shape.high) for shape in shot.character.shapes}


def test_absolute_keys_are_made_relative_by_the_button(blender, keyed, rooms):
    keyed.data.shape_keys.use_relative = False
    keyed.data.shape_keys.key_blocks["wide"].interpolation = "KEY_CATMULL_ROM"
    found = refusal(blender, rooms)
    assert "absolute" in found.message
    press(blender, found)
    assert _shapes(read(blender, rooms)) == {"wide": (0, 0.5, 1)}


def test_a_pinned_key_is_freed_by_the_button(blender, keyed, rooms):
    keyed.show_only_shape_key = True
    found = refusal(blender, rooms)
    assert "active shape key only" in found.message
    press(blender, found)
    assert not keyed.show_only_shape_key
    read(blender, rooms)


def test_a_muted_key_is_left_out(blender, keyed, rooms):
    keyed.data.shape_keys.key_blocks["wide"].mute = True
    assert _shapes(read(blender, rooms)) == {}


def test_a_locked_key_stays_at_its_value(blender, keyed, rooms):
    keyed.data.shape_keys.key_blocks["wide"].lock_shape = True
    shot = read(blender, rooms)
    assert _shapes(shot) == {"wide": (0.5, 0.5, 0.5)}
    assert shot.binding.parts[0].shapes == ()


def test_keys_driven_by_a_property_of_the_armature_stay_and_are_counted(blender, keyed, rooms):
    """As MB-Lab, MPFB and Rigify drive faces and corrective shapes."""
    rig = keyed.parent
    rig["smile"] = 0.25
    rig.update_tag()
    for name in ("smile", "frown"):
        key = keyed.shape_key_add(name=name, from_mix=False)
        key.points[0].co.x += 1
        driver = key.driver_add("value").driver
        driver.type = "SCRIPTED"
        variable = driver.variables.new()
        variable.name = "amount"
        variable.targets[0].id_type = "OBJECT"
        variable.targets[0].id = rig
        variable.targets[0].data_path = '["smile"]'
        driver.expression = "amount" if name == "smile" else "amount * 2"
    blender.context.view_layer.update()
    shot = read(blender, rooms)
    low, value, high = _shapes(shot)["smile"]
    assert low == value == high == pytest.approx(0.25)
    assert _shapes(shot)["frown"][1] == pytest.approx(0.5)
    assert shot.binding.parts[0].shapes == ((0, "wide"),)
    assert shot.remarks == (
        "Column has 2 shape keys that are driven or animated; ClipMatrix leaves such keys as they are now.",
    )


def test_an_animated_key_stays_as_it_is_in_the_current_frame(blender, keyed, rooms):
    key = keyed.data.shape_keys.key_blocks["wide"]
    for frame, value in ((1, 0.0), (11, 1.0)):
        key.value = value
        key.keyframe_insert("value", frame=frame)
    blender.context.scene.frame_set(6)
    shot = read(blender, rooms)
    assert _shapes(shot) == {"wide": (pytest.approx(0.5), pytest.approx(0.5), pytest.approx(0.5))}
    assert "a shape key that is driven or animated" in shot.remarks[0]


def test_a_value_outside_of_the_sliders_widens_the_range(blender, keyed, rooms):
    key = keyed.data.shape_keys.key_blocks["wide"]
    key.slider_max = 3
    key.value = 2
    key.slider_max = 1.5
    assert _shapes(read(blender, rooms))["wide"][1] <= _shapes(read(blender, rooms))["wide"][2]


def test_a_mesh_with_a_basis_alone_has_no_shapes(blender, scenes, rooms):
    thing, _ = scenes.character()
    thing.shape_key_add(name="Basis")
    assert _shapes(read(blender, rooms)) == {}
