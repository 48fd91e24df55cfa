"""An artist who gives our materials and images names of their own neither loses paint nor keeps what was discarded."""

import pytest

from .peer import finish, generate


@pytest.fixture
def column(blender, scenes, connected, peer):
    """A column with a material, and a result that waits."""
    thing, _ = scenes.character()
    thing.data.materials.append(blender.data.materials.new("skin"))
    generate(blender, connected, peer)
    finish(connected, peer)
    return thing


def test_a_renamed_image_is_packed_all_the_same(blender, column, tmp_path):
    blender.data.images["ClipMatrix Column base colour"].name = "hero diffuse"
    blender.ops.clipmatrix.accept()
    blender.ops.wm.save_as_mainfile(filepath=str(tmp_path / "hero.blend"))
    blender.ops.wm.open_mainfile(filepath=str(tmp_path / "hero.blend"))
    assert blender.data.images["hero diffuse"].pixels[0] == pytest.approx(200 / 255, abs=0.01)


def test_a_renamed_material_is_taken_off_by_discard(blender, column):
    column.material_slots[0].material.name = "skin, red"
    blender.ops.clipmatrix.discard()
    assert column.material_slots[0].material.name == "skin"


def test_a_renamed_material_of_finish_alone_is_taken_off_by_discard(blender, scenes, connected, peer):
    blender.context.scene.clipmatrix.vary_texture = 0
    thing, _ = scenes.character()
    thing.data.materials.append(blender.data.materials.new("skin"))
    generate(blender, connected, peer)
    finish(connected, peer)
    thing.material_slots[0].material.name = "skin, polished"
    blender.ops.clipmatrix.discard()
    assert thing.material_slots[0].material.name == "skin"
