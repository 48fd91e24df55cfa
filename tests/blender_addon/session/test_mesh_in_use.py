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
    blender.ops.object.mode_set(mode="OBJECT")
    pump(connected, peer, lambda: shown(blender) == 0.5)


def finish_waiting(session, peer):
    finish(session, peer)
    pump(session, peer, lambda: session.waits)
