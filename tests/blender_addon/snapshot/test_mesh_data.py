"""Meshes as importers leave them behind: broken numbers, loose ends, UV layers of all kinds."""

import numpy as np
import pytest

from .asking import press, read, refusal, settle


def _spoil(collection, field, index):
    values = np.empty(len(collection) * (2 if field == "vector" else 3), np.float32)
    collection.foreach_get(field, values)
    values[index] = np.nan
    values[index + 4] = np.inf
    collection.foreach_set(field, values)


@pytest.mark.parametrize("where", ["vertices", "shape keys", "UVs"])
def test_numbers_that_are_none_are_refused_and_the_button_mends_them(blender, scenes, rooms, where):
    thing, _ = scenes.character()
    if where == "shape keys":
        thing.shape_key_add(name="Basis")
        _spoil(thing.shape_key_add(name="wide", from_mix=False).points, "co", 7)
    elif where == "UVs":
        _spoil(thing.data.uv_layers[0].uv, "vector", 7)
    else:
        _spoil(thing.data.vertices, "co", 7)
    found = refusal(blender, rooms)
    assert found.message == f"Column has {where} that are no numbers."
    press(blender, found)
    character = read(blender, rooms).character
    if where == "vertices":
        assert character.parts[0].vertices.reshape(-1)[7] == 0


def test_an_object_at_no_place_is_refused(blender, scenes, rooms):
    thing = scenes.cube()
    thing.location.x = float("nan")
    scenes.select(thing)
    assert "no number" in refusal(blender, rooms).message


def test_zero_area_faces_loose_vertices_and_edges_are_sent_as_they_are(blender, scenes, rooms):
    corners = [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 0), (2, 0, 0), (9, 9, 9), (8, 8, 8)]
    thing = scenes.mesh("Rough", corners, [(0, 1, 2), (0, 1, 4), (0, 3, 1)])
    thing.data.edges.add(1)
    thing.data.edges[-1].vertices = (5, 6)
    scenes.select(thing)
    part = read(blender, rooms).character.parts[0]
    np.testing.assert_array_equal(part.vertices, np.array(corners, np.float32))
    assert len(part.triangles) == 3


def test_a_mesh_with_all_vertices_in_one_place_is_refused(blender, scenes, rooms):
    thing = scenes.cube(size=1e-9)
    scenes.select(thing)
    assert "Cube has no size" in refusal(blender, rooms).message


def test_polygons_of_many_corners_become_triangles_of_the_same_vertices(blender, scenes, rooms):
    angles = np.arange(7) / 7 * 2 * np.pi
    thing = scenes.mesh("Plate", [(np.cos(a), np.sin(a), 0) for a in angles], [tuple(range(7))], uvs="")
    scenes.select(thing)
    shot, _ = settle(blender, rooms)
    assert len(shot.character.parts[0].triangles) == 5
    assert len(shot.character.parts[0].vertices) == 7


def test_a_palettes_uvs_get_a_remark_and_ordinary_ones_do_not(blender, scenes, rooms):
    thing = scenes.column()
    scenes.select(thing)
    assert read(blender, rooms).remarks == ()
    layer = thing.data.uv_layers[0]
    for face in thing.data.polygons:
        for place, corner in enumerate(face.loop_indices):
            spot = (face.index % 4 / 4 + 0.1, 0.1) if face.index else (place % 2 * 0.9, place // 2 * 0.9)
            layer.uv[corner].vector = spot
    (remark,) = read(blender, rooms).remarks
    assert "as colour palettes do" in remark


def test_copies_on_a_surface_get_a_remark(blender, scenes, rooms):
    thing = scenes.cube()
    thing.instance_type = "FACES"
    scenes.select(thing)
    assert read(blender, rooms).remarks == (
        "Cube shows copies of other objects on its surface; ClipMatrix sees it without them.",
    )


def test_flat_shading_gets_a_remark(blender, scenes, rooms):
    blender.ops.mesh.primitive_cube_add()
    said = ("Cube is shaded flat; ClipMatrix looks at it smooth.",)
    assert read(blender, rooms).remarks == said
    faces = blender.context.object.data.polygons
    for count, expected in ((2, said), (3, ()), (6, ())):
        faces.foreach_set("use_smooth", np.arange(6) < count)
        assert read(blender, rooms).remarks == expected


def test_a_plane_looks_the_same_flat_and_smooth(blender, rooms):
    blender.ops.mesh.primitive_grid_add()
    assert read(blender, rooms).remarks == ()


def test_an_empty_render_layer_is_refused_and_the_button_takes_one_that_is_in_use(blender, scenes, rooms):
    thing = scenes.cube()
    empty = thing.data.uv_layers.new(name="empty")
    empty.uv.foreach_set("vector", np.full(len(thing.data.loops) * 2, 0.25, np.float32))
    empty.active_render = True
    scenes.select(thing)
    found = refusal(blender, rooms)
    assert "“empty” is empty" in found.message
    assert found.fix.label == "Use UVMap"
    press(blender, found)
    assert thing.data.uv_layers["UVMap"].active_render
    read(blender, rooms)


def test_an_only_layer_that_is_empty_is_unwrapped_in_its_place(blender, scenes, rooms):
    thing = scenes.cube()
    layer = thing.data.uv_layers[0]
    layer.uv.foreach_set("vector", np.zeros(len(thing.data.loops) * 2, np.float32))
    scenes.select(thing)
    _, said = settle(blender, rooms)
    assert said == ["Cube's UV layer “UVMap” is empty."]
    assert thing.data.uv_layers.keys() == ["UVMap"]


def test_layers_for_other_purposes_stay_as_they_are_when_the_render_layer_is_unwrapped(blender, scenes, rooms):
    thing = scenes.cube()
    paint = thing.data.uv_layers.new(name="paint")
    for name in ("UVMap", "paint"):
        thing.data.uv_layers[name].uv.foreach_set("vector", np.zeros(len(thing.data.loops) * 2, np.float32))
    thing.data.uv_layers.active = paint
    scenes.select(thing)
    settle(blender, rooms)
    assert thing.data.uv_layers.active.name == "paint"
    kept = np.empty(len(thing.data.loops) * 2, np.float32)
    thing.data.uv_layers["paint"].uv.foreach_get("vector", kept)
    assert not kept.any()


def test_one_unwrap_serves_all_parts_and_nothing_else_of_them_changes(blender, scenes, rooms):
    parts = [scenes.mesh(f"Part {n}", [(n, 0, 0), (n + 1, 0, 0), (n, 1, 0)], [(0, 1, 2)], uvs="") for n in range(5)]
    whole = scenes.cube("Whole")
    uvs = [tuple(uv.vector) for uv in whole.data.uv_layers[0].uv]
    parts[1].data.polygons[0].hide = True
    parts[2].hide_select = True
    parts[3].data.vertices[0].select = False
    rig = scenes.chain()
    for part in (*parts, whole):
        part.parent = rig
    scenes.select(rig)
    found = refusal(blender, rooms)
    assert found.message == "Part 0, Part 1 and 3 more have no UVs."
    press(blender, found)
    assert [tuple(uv.vector) for uv in whole.data.uv_layers[0].uv] == uvs
    assert parts[1].data.polygons[0].hide
    assert not parts[3].data.vertices[0].select
    assert blender.context.selected_objects == [rig]
    for part in parts:  # each fills a texture of its own
        assert np.ptp([tuple(uv.vector) for uv in part.data.uv_layers[0].uv], axis=0).max() > 0.9
    assert len(read(blender, rooms).character.parts) == 6


def test_unwrapping_what_has_uvs_leaves_them_alone(blender, scenes):
    scenes.select(scenes.cube())
    with pytest.raises(RuntimeError, match="Every part has UVs with room for paint already"):
        blender.ops.clipmatrix.unwrap()


def test_several_parts_that_share_one_mesh_are_parted_at_once(blender, scenes, rooms):
    first = scenes.cube("Wheel")
    wheels = [first, *(scenes.add(f"Wheel {n}", first.data) for n in range(3))]
    scenes.select(*wheels)
    found = refusal(blender, rooms)
    assert found.message == "Wheel, Wheel 0 and 2 more share their meshes with other objects, which would change too."
    press(blender, found)
    assert len({wheel.data for wheel in wheels}) == 4
    assert len(read(blender, rooms).character.parts) == 4


def test_a_fake_user_is_no_other_object(blender, scenes, rooms):
    thing = scenes.cube()
    thing.data.use_fake_user = True
    scenes.select(thing)
    read(blender, rooms)


@pytest.mark.parametrize("mode", ["SCULPT", "VERTEX_PAINT", "WEIGHT_PAINT", "TEXTURE_PAINT"])
def test_painting_and_sculpting_are_no_hindrance(blender, scenes, rooms, mode):
    scenes.select(scenes.cube())
    blender.ops.object.mode_set(mode=mode)
    assert blender.context.mode != "OBJECT"
    read(blender, rooms)


def test_dyntopo_is_left_by_the_button(blender, scenes, rooms):
    scenes.select(scenes.cube())
    blender.ops.object.mode_set(mode="SCULPT")
    blender.ops.sculpt.dynamic_topology_toggle()
    found = refusal(blender, rooms)
    assert "Dyntopo" in found.message
    press(blender, found)
    read(blender, rooms)


def test_an_armature_in_edit_mode_is_left_by_the_button(blender, scenes, rooms):
    _, rig = scenes.character()
    scenes.select(rig)
    blender.ops.object.mode_set(mode="EDIT")
    found = refusal(blender, rooms)
    assert found.message == "Rig is in edit mode."
    press(blender, found)
    read(blender, rooms)


def test_tiles_that_come_to_lie_on_one_another_are_remarked(blender, scenes, rooms):
    thing, _ = scenes.character()
    layer = thing.data.uv_layers[0].uv
    half = len(layer) // 2
    for corner in range(half):  # the upper half of the body on tile 1012, laid out as the lower half on tile 1001
        layer[half + corner].vector = (layer[corner].vector.x + 1, layer[corner].vector.y + 1)
    (remark,) = read(blender, rooms).remarks
    assert remark.startswith("Column's UVs fill 2 tiles, which share one image here")


@pytest.mark.parametrize("least", [0.0, 0.5])
def test_tiles_that_have_places_of_their_own_are_not_remarked(blender, scenes, rooms, least):
    thing, _ = scenes.character()
    for corner in thing.data.uv_layers[0].uv:  # all of the body, or the upper half of its image, on tile 1002
        corner.vector.x += corner.vector.y > least
    assert read(blender, rooms).remarks == ()
