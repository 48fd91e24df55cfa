"""Takes of characters that live in another file: library overrides, and meshes on an armature that stays there."""

import pytest


@pytest.fixture
def linked(blender, scenes, tmp_path):
    """A character that is linked from another file; a function that finds it again, mesh selected."""
    thing, rig = scenes.character()
    hero = blender.data.collections.new("Hero")
    for one in (thing, rig):
        hero.objects.link(one)
    blender.data.libraries.write(str(tmp_path / "hero.blend"), {hero})
    blender.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    with blender.data.libraries.load(str(tmp_path / "hero.blend"), link=True) as (_, wanted):
        wanted.collections = ["Hero"]
    blender.context.scene.collection.children.link(wanted.collections[0])

    def find():
        things = {thing.type: thing for thing in blender.context.scene.objects}
        scenes.select(things["MESH"])
        return things["MESH"], things["ARMATURE"]

    return find


def _override(blender):
    hero = blender.data.collections["Hero"]
    hero.override_hierarchy_create(blender.context.scene, blender.context.view_layer, do_fully_editable=True)
    if hero in blender.context.scene.collection.children[:]:
        blender.context.scene.collection.children.unlink(hero)


def _saved_and_opened(blender, tmp_path):
    blender.ops.wm.save_as_mainfile(filepath=str(tmp_path / "shot.blend"))
    blender.ops.wm.open_mainfile(filepath=str(tmp_path / "shot.blend"))


@pytest.mark.parametrize("overridden", [True, False])
def test_takes_outlive_saving(blender, rooms, linked, accept, tmp_path, overridden):
    if overridden:
        _override(blender)
    linked()
    blender.ops.clipmatrix.make_local()
    thing, rig = linked()
    accept()
    accept()  # two takes of one prompt are told apart
    _saved_and_opened(blender, tmp_path)
    thing, rig = linked()
    owner = rooms("interface.takes").owner_of(thing)
    assert owner == (rig if overridden else thing)
    assert len(owner.clipmatrix_wardrobe.takes) == 3
    assert len({take.uid for take in owner.clipmatrix_wardrobe.takes}) == 3
    assert blender.ops.clipmatrix.take_compare() == {"FINISHED"}
    assert thing.data.shape_keys is None
    assert blender.ops.clipmatrix.take_delete() == {"FINISHED"}
    assert blender.ops.clipmatrix.take_delete() == {"FINISHED"}
    assert not owner.clipmatrix_wardrobe.takes
