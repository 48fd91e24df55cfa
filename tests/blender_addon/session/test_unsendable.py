"""What can't be sent is said, and stands in nobody's way."""

import pytest
from clipmatrix_protocol import codec

from .peer import generate


def test_a_character_of_too_many_parts_is_refused_and_the_next_one_goes(
    blender, scenes, connected, peer, phase, monkeypatch
):
    column, rig = scenes.character()
    bolts = [scenes.cube(f"Bolt {number}", size=0.01) for number in range(8)]
    for bolt in bolts:
        bolt.parent = rig
    monkeypatch.setattr(codec, "MAX_FRAMES", 40)
    scenes.select(column)
    with pytest.raises(RuntimeError, match=r"can't be sent.*\n?.*hide parts"):
        blender.ops.clipmatrix.generate()
    assert connected.job is None
    for bolt in bolts:
        blender.data.objects.remove(bolt)
    scenes.select(column)
    generate(blender, connected, peer)
    assert connected.state is phase.RUNNING
