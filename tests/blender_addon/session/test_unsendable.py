"""What can't be sent is said, and stands in nobody's way."""

import pytest

from .peer import generate


def test_a_character_of_too_many_parts_is_refused_and_the_next_one_goes(blender, rooms, scenes, connected, peer, phase):
    column, rig = scenes.character()
    bolts = [scenes.cube(f"Bolt {number}", size=0.01) for number in range(520)]
    for bolt in bolts:
        bolt.parent = rig
    connected.patience = rooms("job.phases").Patience()  # looking at so many takes a while
    scenes.select(column)
    with pytest.raises(RuntimeError, match="can't be sent"):
        blender.ops.clipmatrix.generate()
    assert connected.job is None
    for bolt in bolts:
        blender.data.objects.remove(bolt)
    scenes.select(column)
    generate(blender, connected, peer)
    assert connected.state is phase.RUNNING
