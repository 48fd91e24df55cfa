"""Add Detail: more polygons on the artist's mesh, and everything that hangs on it goes along."""

import numpy as np
import pytest

from .fingerprint import differences, fingerprint

OFFSETS = "ClipMatrix offsets"


@pytest.fixture
def column(blender, scenes):
    """A skinned column that bends, with two shape keys of which a driver moves one, two materials and a seam."""
    thing, rig = scenes.character()
    mesh = thing.data
    thing.shape_key_add(name="Basis")
    for name, axis in (("wide", 0), ("tall", 2)):
        for point in thing.shape_key_add(name=name, from_mix=False).data:
            point.co[axis] *= 1.5
    keys = mesh.shape_keys.key_blocks
    keys["wide"].value, keys["wide"].slider_min = 0.25, -1
    keys["tall"].driver_add("value").driver.expression = "0.5"
    for name in ("skin", "cloth"):
        mesh.materials.append(blender.data.materials.new(name))
    mesh.polygons[3].material_index = 1
    mesh.edges[5].use_seam = True
    scenes.wave(rig)
    scenes.select(thing)
    blender.ops.ed.undo_push(message="before")
    return thing


def places(key_or_mesh):
    items = getattr(key_or_mesh, "points", None) or key_or_mesh.vertices
    flat = np.empty(len(items) * 3, np.float32)
    items.foreach_get("co", flat)
    return flat.reshape(-1, 3)


def weights(thing):
    found = np.zeros((len(thing.data.vertices), len(thing.vertex_groups)))
    for vertex in thing.data.vertices:
        for entry in vertex.groups:
            found[vertex.index, entry.group] = entry.weight
    return found


def uv_areas(thing, layer="UVMap"):
    """Of each face, signed."""
    corners = np.array([entry.vector for entry in thing.data.uv_layers[layer].uv])
    areas = []
    for face in thing.data.polygons:
        x, y = corners[list(face.loop_indices)].T
        areas.append(0.5 * (x @ np.roll(y, -1) - y @ np.roll(x, -1)))
    return np.array(areas)


def shown(blender, thing):
    """World places of the evaluated mesh."""
    graph = blender.context.evaluated_depsgraph_get()
    graph.update()
    return places(thing.evaluated_get(graph).data) @ np.array(thing.matrix_world)[:3, :3].T


def press(blender, **options):
    assert blender.ops.clipmatrix.subdivide("EXEC_DEFAULT", True, **options) == {"FINISHED"}


def midpoints(thing):
    """Ends of the edges that a press is going to split; their middles become the next vertices, in some order."""
    return np.array([edge.vertices[:] for edge in thing.data.edges])


@pytest.mark.parametrize("surface", ["SMOOTH", "FLAT"])
def test_each_quad_becomes_four_and_everything_that_hangs_on_the_mesh_is_still_there(blender, column, surface):
    mesh, block = column.data, column.data.shape_keys
    press(blender, surface=surface)
    assert (column.data, mesh.shape_keys) == (mesh, block)
    assert len(mesh.polygons) == 4 * 96
    assert [len(key.points) for key in block.key_blocks] == [len(mesh.vertices)] * 3
    assert (block.key_blocks["wide"].value, block.key_blocks["wide"].slider_min) == (0.25, -1)
    assert block.animation_data.drivers[0].data_path == 'key_blocks["tall"].value'
    assert np.bincount([face.material_index for face in mesh.polygons]).tolist() == [4 * 95, 4]
    assert sum(edge.use_seam for edge in mesh.edges) == 2
    np.testing.assert_allclose(places(mesh), places(block.reference_key), atol=1e-7)


def test_a_flat_press_keeps_the_surface_and_halves_every_edge(blender, column):
    before, ends, weighed = places(column.data), midpoints(column), weights(column)
    press(blender, surface="FLAT")
    after = places(column.data)
    count = len(before)
    np.testing.assert_array_equal(after[:count], before)
    middles = before[ends].mean(axis=1)
    near = np.abs(after[None, count:] - middles[:, None]).max(axis=2)
    assert near.min(axis=1).max() < 1e-6
    halves = weighed[ends].mean(axis=1)
    np.testing.assert_allclose(weights(column)[count:][near.argmin(axis=1)], halves, atol=1e-6)


def test_the_weights_of_a_vertex_sum_to_one_where_they_did_before(blender, column):
    for vertex, row in enumerate(weights(column)):
        for group, weight in enumerate(row / row.sum()):
            column.vertex_groups[group].add([vertex], weight, "REPLACE")
    press(blender)
    np.testing.assert_allclose(weights(column).sum(axis=1), 1, atol=1e-6)


def test_shape_keys_move_the_new_vertices_by_what_lies_between(blender, column):
    press(blender, surface="FLAT")
    keys = column.data.shape_keys.key_blocks
    basis = places(keys["Basis"])
    np.testing.assert_allclose(places(keys["wide"]), basis * (1.5, 1, 1), atol=1e-6)
    np.testing.assert_allclose(places(keys["tall"]), basis * (1, 1, 1.5), atol=1e-6)


def test_vertices_that_the_basis_hides_do_not_come_out_into_the_open(blender, column):
    column.data.vertices[0].co.x += 1  # as scripts leave them; Blender shows the basis
    press(blender, surface="FLAT")
    keys = column.data.shape_keys.key_blocks
    assert np.linalg.norm(places(keys["Basis"])[:, :2], axis=1).max() < 0.41
    np.testing.assert_allclose(places(keys["tall"]), places(keys["Basis"]) * (1, 1, 1.5), atol=1e-6)


def test_a_smooth_press_smooths_each_shape_key_as_the_surface_it_makes(blender, scenes, column):
    """The keys are linear, so is subdivision: a key at 1 on the new mesh is the new mesh of the key at 1."""
    wide = scenes.column("Wide")
    for vertex in wide.data.vertices:
        vertex.co.x *= 1.5
    press(blender)
    scenes.select(wide)
    press(blender)
    np.testing.assert_allclose(places(column.data.shape_keys.key_blocks["wide"]), places(wide.data), atol=1e-6)


def test_uvs_keep_their_area_and_their_borders(blender, column):
    before = uv_areas(column)
    press(blender)
    after = uv_areas(column)
    assert after.sum() == pytest.approx(before.sum(), abs=1e-6)
    np.testing.assert_allclose(np.sort(after), np.sort(np.repeat(before / 4, 4)), atol=1e-6)


@pytest.mark.parametrize("surface", ["SMOOTH", "FLAT"])
def test_the_skinned_new_mesh_is_near_the_new_mesh_of_the_skinned_one(blender, scenes, column, surface):
    column.shape_key_clear()
    blender.context.scene.frame_set(20)
    posed = shown(blender, column)
    bent = scenes.mesh("Bent", posed, [face.vertices[:] for face in column.data.polygons])
    scenes.select(bent)
    press(blender, surface=surface)
    scenes.select(column)
    press(blender, surface=surface)
    after = shown(blender, column)
    assert np.abs(after - places(column.data)).max() > 0.3, "the pose must move something"
    far = np.linalg.norm(after - places(bent.data), axis=1)
    assert far.max() < 0.01 * 3.1, "one per cent of the size"


def test_a_sphere_of_quads_and_triangles_becomes_rounder_and_borders_stay_borders(blender, scenes, column):
    rough = np.linalg.norm(places(column.data)[:, :2], axis=1)
    assert np.allclose(rough, 0.4)
    press(blender, surface="SMOOTH")
    press(blender, surface="SMOOTH")
    inner = np.linalg.norm(places(column.data)[:, :2], axis=1)
    assert np.ptp(inner) < 0.01
    heights = places(column.data)[:, 2]
    assert (heights.min(), heights.max()) == (0, 3)
    blender.ops.mesh.primitive_uv_sphere_add(segments=8, ring_count=6)
    ball = blender.context.object
    press(blender, surface="SMOOTH")
    radii = np.linalg.norm(places(ball.data), axis=1)
    assert radii.std() / radii.mean() < 0.04
    assert {face.loop_total for face in ball.data.polygons} == {3, 4}


def test_a_regular_grid_is_smoothed_as_blenders_own_subdivision_surface_does(blender, scenes):
    """The rules agree where four quads meet; at the grid's corners Blender's option "Keep Corners" differs."""
    rng = np.random.default_rng(0)
    side = 7
    corners = [(x, y, z) for (x, y), z in zip(np.ndindex(side, side), rng.normal(size=side * side), strict=True)]
    faces = [
        (x * side + y, (x + 1) * side + y, (x + 1) * side + y + 1, x * side + y + 1)
        for x, y in np.ndindex(side - 1, side - 1)
    ]
    ours, theirs = scenes.mesh("Ours", corners, faces), scenes.mesh("Theirs", corners, faces)
    modifier = theirs.modifiers.new("Subdivision", "SUBSURF")
    modifier.levels, modifier.use_limit_surface = 1, False
    expected = shown(blender, theirs)
    scenes.select(ours)
    press(blender)
    found = places(ours.data)
    far = np.linalg.norm(found[:, None] - expected[None], axis=2)
    assert far.min(axis=1).max() < 1e-5


def test_sharp_edges_are_smoothed_along_themselves_only(blender, scenes):
    cube = scenes.cube()
    for edge in cube.data.edges:
        edge.use_edge_sharp = True
    scenes.select(cube)
    press(blender)
    found = np.abs(places(cube.data))
    assert sorted(np.isclose(found, 0.5).sum(axis=1).tolist()) == [1] * 6 + [2] * 12 + [3] * 8
    assert sum(edge.use_edge_sharp for edge in cube.data.edges) == 24


def test_large_polygons_are_cut_up_and_loose_vertices_and_edges_stay(blender, scenes):
    angles = np.linspace(0, 2 * np.pi, 7)[:-1]
    ring = [(np.cos(a), np.sin(a), 0) for a in angles]
    thing = scenes.mesh("Hexagon", [*ring, (5, 0, 0), (6, 0, 0), (7, 0, 0)], [range(6)], uvs="")
    thing.data.edges.add(1)
    thing.data.edges[-1].vertices = (6, 7)
    scenes.select(thing)
    press(blender)
    assert max(face.loop_total for face in thing.data.polygons) <= 4
    np.testing.assert_array_equal(places(thing.data)[6:9], [(5, 0, 0), (6, 0, 0), (7, 0, 0)])
    assert [6, 7] in [sorted(edge.vertices) for edge in thing.data.edges]


def test_custom_normals_and_attributes_go_along(blender, column):
    mesh = column.data
    heat = mesh.attributes.new("heat", "FLOAT", "POINT")
    heat.data.foreach_set("value", places(mesh)[:, 2].copy())
    paint = mesh.color_attributes.new("paint", "BYTE_COLOR", "CORNER")
    paint.data.foreach_set("color", np.tile(np.float32((1, 0, 0, 1)), len(mesh.loops)))
    mesh.normals_split_custom_set([(0.6, 0, 0.8)] * len(mesh.loops))
    press(blender, surface="FLAT")
    np.testing.assert_allclose([one.value for one in mesh.attributes["heat"].data], places(mesh)[:, 2], atol=1e-6)
    assert all(tuple(one.color) == (1, 0, 0, 1) for one in mesh.color_attributes["paint"].data)
    assert mesh.has_custom_normals
    normals = np.array([corner.vector for corner in mesh.corner_normals])
    np.testing.assert_allclose(normals, np.broadcast_to((0.6, 0, 0.8), normals.shape), atol=2e-3)
    assert not [one.name for one in mesh.attributes if "clipmatrix" in one.name]


def test_one_undo_step_takes_it_back(blender, column):
    before = fingerprint(blender)
    press(blender)
    blender.ops.ed.undo()
    left = [line for line in differences(before, fingerprint(blender)) if "particle_edit/object" not in line]
    assert left == []


def test_the_character_can_be_sent_and_poses_stay(blender, rooms, column):
    def shot():
        return rooms("scene.snapshot").snapshot(blender.context, [blender.data.objects["Column"]]).character

    before = shot()
    press(blender)
    after = shot()
    np.testing.assert_allclose(after.poses, before.poses, atol=1e-6)
    assert len(after.parts[0].vertices) == len(column.data.vertices) > len(before.parts[0].vertices)


def test_it_is_done_to_the_whole_character_or_to_the_part_that_is_named(blender, scenes, rooms, column, monkeypatch):
    hat = scenes.cube("Hat")
    hat.parent, hat.parent_type, hat.parent_bone = column.parent, "BONE", "bone2"
    blender.context.view_layer.update()
    press(blender, object="Hat")
    assert (len(hat.data.polygons), len(column.data.polygons)) == (24, 96)
    press(blender)
    assert (len(hat.data.polygons), len(column.data.polygons)) == (96, 384)
    monkeypatch.setattr(rooms("scene.detail"), "FEW", 100)
    press(blender)
    assert (len(hat.data.polygons), len(column.data.polygons)) == (384, 384)
    with pytest.raises(RuntimeError, match=r"No part has few polygons\. Each has 100 or more"):
        press(blender)


def shared(blender, thing):
    blender.context.scene.collection.objects.link(thing.copy())


def multires(blender, thing):
    thing.modifiers.new("Multires", "MULTIRES")


def bound(blender, thing):
    thing.shape_key_clear()
    other = blender.data.objects.new("Cage", thing.data.copy())
    blender.context.scene.collection.objects.link(other)
    modifier = thing.modifiers.new("Follow", "SURFACE_DEFORM")
    modifier.target = other
    blender.ops.object.surfacedeform_bind(modifier="Follow")
    assert modifier.is_bound


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (shared, "shares its mesh with other objects"),
        (multires, "has a Multires modifier"),
        (bound, "Follow is bound to the vertices of Column"),
    ],
)
def test_what_would_spoil_something_is_refused_in_words_and_nothing_changes(blender, column, spoil, words):
    spoil(blender, column)
    with pytest.raises(RuntimeError, match=words):
        press(blender)
    assert len(column.data.polygons) == 96


def test_too_many_vertices_are_refused_for_all_parts_before_any_is_changed(blender, scenes, rooms, column, monkeypatch):
    hat = scenes.cube("A hat")
    hat.parent = column.parent
    vertices = 104 + 200 + 96  # as many as there are vertices, edges and quads
    monkeypatch.setattr(rooms("scene.detail"), "MOST", vertices - 1)
    with pytest.raises(RuntimeError, match=r"Column would have 400 vertices\. Parts may have 399 at most"):
        press(blender)
    assert len(hat.data.polygons) == 6
    monkeypatch.setattr(rooms("scene.detail"), "MOST", vertices)
    press(blender)
    assert len(column.data.vertices) == vertices


def test_it_waits_for_object_mode_and_for_a_result_to_be_settled(blender, rooms, column):
    blender.ops.object.mode_set(mode="EDIT")
    with pytest.raises(RuntimeError, match="Go to Object Mode first"):
        press(blender)
    blender.ops.object.mode_set(mode="OBJECT")
    binding = rooms("scene.snapshot").snapshot(blender.context, [column]).binding
    session = rooms("job.session").current()
    session.job = rooms("job.jobs").Job(id="one", brief=None, binding=binding)
    with pytest.raises(RuntimeError, match="Accept or discard the result first"):
        press(blender)
    session.job = None
    blender.context.view_layer.objects.active = None
    for thing in blender.context.view_layer.objects:
        thing.select_set(False)
    with pytest.raises(RuntimeError, match="No character is selected"):
        press(blender)
