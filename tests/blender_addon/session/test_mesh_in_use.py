"""Results wait while the mesh they go into is held by an editor, whoever opened it."""

from .peer import finish, generate, pump, shown


def test_a_result_waits_while_a_linked_duplicate_is_in_edit_mode(blender, scenes, connected, peer):
    column, _ = scenes.character()
    generate(blender, connected, peer)
    twin = scenes.add("Twin", column.data)
    scenes.select(twin)
    blender.ops.object.mode_set(mode="EDIT")
    finish_waiting(connected, peer)
    assert connected.waits == "Column is in edit mode"
    blender.ops.object.mode_set(mode="OBJECT")
    pump(connected, peer, lambda: shown(blender) == 0.5)


def test_a_result_waits_while_the_mesh_is_sculpted_with_dyntopo(blender, scenes, connected, peer):
    scenes.character()
    generate(blender, connected, peer)
    blender.ops.object.mode_set(mode="SCULPT")
    blender.ops.sculpt.dynamic_topology_toggle()
    finish_waiting(connected, peer)
    assert connected.waits == "Column is being sculpted with Dyntopo"


def test_no_result_lands_on_vertices_in_another_order(blender, scenes, connected, peer):
    """As Dyntopo leaves them in Blender before 5.0, with or without a stroke."""
    scenes.character()
    generate(blender, connected, peer)
    blender.ops.object.mode_set(mode="EDIT")
    blender.ops.mesh.select_all(action="SELECT")
    blender.ops.mesh.sort_elements(type="REVERSE", elements={"VERT"})
    blender.ops.object.mode_set(mode="OBJECT")
    finish(connected, peer)
    pump(connected, peer, lambda: connected.error)
    assert str(connected.error) == "Column was remodelled while the job ran. Undo, or generate anew."


def test_normals_that_are_turned_in_edit_mode_are_no_remodelling(blender, scenes, connected, peer):
    scenes.character()
    generate(blender, connected, peer)
    blender.ops.object.mode_set(mode="EDIT")
    blender.ops.mesh.select_all(action="SELECT")
    blender.ops.mesh.flip_normals()
    blender.ops.object.mode_set(mode="OBJECT")
    finish(connected, peer)
    assert shown(blender) == 0.5


def finish_waiting(session, peer):
    finish(session, peer)
    pump(session, peer, lambda: session.waits)


def test_what_edges_join_reads_alike_in_edit_mode(blender, scenes, rooms):
    column, _ = scenes.character()
    weave = rooms("scene.geometry").weave
    before = weave(column)
    blender.ops.object.mode_set(mode="EDIT")
    assert weave(column) == before
    blender.ops.object.mode_set(mode="OBJECT")
    column.data.flip_normals()
    assert weave(column) == before
