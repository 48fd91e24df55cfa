"""Going on from a result whose character is no longer whole."""

import pytest

from .peer import finish, generate


@pytest.mark.parametrize("gone", [["Hat"], ["Column", "Hat"]])
def test_what_has_been_deleted_is_named(blender, scenes, connected, peer, gone):
    column, rig = scenes.character()
    scenes.cube("Hat", size=0.1).parent = rig
    scenes.select(column)
    generate(blender, connected, peer)
    finish(connected, peer)
    for name in gone:
        blender.data.objects.remove(blender.data.objects[name])
    with pytest.raises(RuntimeError, match=f"{gone[0]} is no longer in the file. Undo, or generate anew without it"):
        blender.ops.clipmatrix.carry_on()
    assert blender.ops.clipmatrix.discard() == {"FINISHED"}
