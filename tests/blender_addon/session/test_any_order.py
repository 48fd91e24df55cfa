"""In whatever order an artist does things, nothing stumbles; and when all is taken off, the scene is what it was."""

import pytest

from ..fingerprint import differences, fingerprint
from .aimless import Aimless

STEPS, SEEDS = 60, (22, 50, 53, *range(8))
"""The first three are orders in which something was left once."""


@pytest.fixture
def cast(blender, scenes):
    """A character of two parts with a slider, another of one part, and a mesh without a rig; a material is shared."""
    column, rig = scenes.character()
    hat = scenes.cube("Hat")
    hat.parent, hat.parent_type, hat.parent_bone = rig, "BONE", "bone2"
    column.shape_key_add(name="Basis")
    column.shape_key_add(name="wide", from_mix=False).value = 0.25
    other, rig = scenes.column("Other"), scenes.chain("Other Rig")
    scenes.skin(other, rig, scenes.smooth_weights(other, rig))
    scenes.column("Lone").location.y = 3
    skin = blender.data.materials.new("skin")
    skin.use_nodes = skin.use_fake_user = True
    for name in ("Column", "Other", "Other", "Lone"):
        blender.data.objects[name].data.materials.append(skin)
    other.material_slots[1].material = None
    for name in ("Column", "Hat", "Other", "Lone"):
        scenes.select(blender.data.objects[name])
        for mode in ("EDIT", "OBJECT"):  # which adds selections of UVs, from Blender 5.0 on
            blender.ops.object.mode_set(mode=mode)
    select_with_brush(blender, scenes)
    blender.ops.ed.undo_push(message="all is there")


def put_back(blender, scenes):
    """What the artist has changed by hand."""
    for thing in blender.data.objects:
        thing.location.x = 0
    settings = blender.context.scene.clipmatrix
    for name in list(settings.keys()):
        settings.property_unset(name)
    select_with_brush(blender, scenes)


def select_with_brush(blender, scenes):
    """Select the column, and have Blender load its brush for sculpting, which it forgets with each file."""
    scenes.select(blender.data.objects["Column"])
    for mode in ("SCULPT", "OBJECT"):
        blender.ops.object.mode_set(mode=mode)


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_is_done_nothing_is_left_of_it_in_the_end(
    blender, scenes, rooms, cast, peer, tmp_path, monkeypatch, seed
):
    before = fingerprint(blender)
    artist, done = Aimless(blender, scenes, rooms, peer, tmp_path, monkeypatch, seed), []
    for step in range(STEPS):
        done.append(artist.do(step))
        assert not artist.session.log.trace, done
    artist.tidy_up()
    put_back(blender, scenes)
    passing = ("particle_edit/object", "filepath")  # what Blender forgets at any undo; where the file is now
    left = [line for line in differences(before, fingerprint(blender)) if not any(path in line for path in passing)]
    assert left == [], done
    assert not artist.session.log.trace
