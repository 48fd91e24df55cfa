"""What becomes of takes when the file is saved, undone, duplicated, appended, and when things are deleted."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from clipmatrix_protocol import Vary

from ..fingerprint import differences, fingerprint

OFFSETS = "ClipMatrix offsets"

READ_BACK = """
import json, os, sys
sys.path.insert(0, sys.argv[1])
import headless
with headless.user_folder():
    headless.enable()
    import bpy
    bpy.ops.wm.open_mainfile(filepath=sys.argv[2])
    own = bpy.data.objects["Rig"].clipmatrix_wardrobe
    column = bpy.data.objects["Column"]
    bpy.context.view_layer.objects.active = column
    seen = []
    for take in own.takes:
        bpy.ops.clipmatrix.take_apply(take=take.uid)
        keys = column.data.shape_keys.key_blocks
        moved = keys.get("ClipMatrix offsets")
        material = column.material_slots[0].material
        node = material.node_tree.nodes.get("ClipMatrix base colour")
        seen.append([
            take.name, take.seed, keys["wide"].value, list(moved.points[5].co) if moved else None,
            material.name, list(node.image.pixels[:8]) if node else None,
            sum(take.picture.preview.image_pixels_float),
        ])
    with open(sys.argv[3], "w") as file:
        json.dump(seen, file)
    headless.disable()
os._exit(0)
"""


def _owner(blender, name="Rig"):
    return blender.data.objects[name].clipmatrix_wardrobe


def _census(blender):
    """How many data-blocks there are of the kinds that takes are made of."""
    return {name: len(getattr(blender.data, name)) for name in ("meshes", "materials", "images", "shape_keys")}


def test_takes_are_put_on_by_a_fresh_blender_without_a_backend(blender, character, accept, tmp_path):
    column = character[0]
    seen = []
    for seed in (1, 2):
        take = accept(seed, prompt="a knight")
        keys = column.data.shape_keys.key_blocks
        material = column.material_slots[0].material
        pixels = list(material.node_tree.nodes["ClipMatrix base colour"].image.pixels[:8])
        point = list(keys[OFFSETS].points[5].co)
        seen.append([take.name, seed, keys["wide"].value, point, material.name, pixels])
    blender.ops.wm.save_as_mainfile(filepath=str(tmp_path / "taken.blend"))
    script = tmp_path / "read_back.py"
    script.write_text(READ_BACK)
    addon = os.path.join(os.path.dirname(__file__), *[".."] * 3, "blender_addon")
    command = [sys.executable, str(script), addon, str(tmp_path / "taken.blend"), str(tmp_path / "seen.json")]
    subprocess.run(command, check=True, timeout=120)
    original, *read = json.loads((tmp_path / "seen.json").read_text())
    assert original[:6] == ["As it came", 0, 0.25, None, "skin", None]
    assert [line[:6] for line in read] == seen
    assert len({round(line[6], 3) for line in (original, *read)}) == 3  # each with a picture of its own


def test_saving_and_loading_changes_nothing(blender, character, accept, tmp_path):
    accept(1)
    blender.ops.wm.save_as_mainfile(filepath=str(tmp_path / "taken.blend"))
    before = fingerprint(blender)
    blender.ops.wm.open_mainfile(filepath=str(tmp_path / "taken.blend"))
    lost = [line for line in differences(before, fingerprint(blender)) if "wardrobe" in line or "ClipMatrix" in line]
    assert lost == []
    blender.ops.clipmatrix.take_compare()
    assert OFFSETS not in blender.data.objects["Column"].data.shape_keys.key_blocks


def test_one_undo_takes_a_change_of_takes_back_and_redo_makes_it_again(blender, character, accept, looks, same):
    first = accept(1).uid
    accept(2)
    second = looks()
    blender.ops.ed.undo_push(message="before")
    blender.ops.clipmatrix.take_apply("EXEC_DEFAULT", True, take=first)
    assert _owner(blender).worn == first
    worn = looks()
    blender.ops.ed.undo()
    same(second)
    assert _owner(blender).worn != first
    blender.ops.ed.redo()
    same(worn)
    blender.ops.ed.undo()
    blender.ops.clipmatrix.take_apply(take=first)
    same(worn)


def test_an_undone_accept_leaves_no_take_and_a_redone_one_is_whole(blender, character, accept, looks, same):
    blender.ops.ed.undo_push(message="before")
    before, census = looks(), _census(blender)
    accept(1)
    after = looks()
    blender.ops.ed.undo()
    same(before)
    assert not _owner(blender).takes
    assert _census(blender) == census
    blender.ops.ed.redo()
    same(after)
    blender.ops.clipmatrix.take_compare()
    same(before)


def test_a_deleted_take_is_gone_with_all_it_had(blender, character, accept, looks, same):
    before, nothing = looks(), _census(blender)
    accept(1)
    one, worn = _census(blender), looks()
    accept(2)
    blender.ops.clipmatrix.take_apply(take=_owner(blender).takes[1].uid)
    _owner(blender).active = 2
    blender.ops.clipmatrix.take_delete()
    same(worn)
    assert _census(blender) == one
    assert [take.name for take in _owner(blender).takes] == ["As it came", "a take 1"]
    blender.ops.clipmatrix.take_delete()  # of the worn one: the character goes back
    same(before)
    assert not _owner(blender).takes
    assert _census(blender) == nothing


def test_a_deleted_take_leaves_what_the_artist_uses_elsewhere(blender, scenes, character, accept):
    accept(1)
    material = character[0].material_slots[0].material
    image = material.node_tree.nodes["ClipMatrix base colour"].image
    ball = scenes.cube("Ball")
    ball.data.materials.append(material)
    blender.ops.clipmatrix.take_delete()
    assert ball.material_slots[0].material == material
    assert image.name in blender.data.images
    assert {"skin", "cloth"} <= set(blender.data.materials.keys())


def test_deleting_can_be_undone(blender, character, accept, looks, same):
    uid = accept(1).uid
    worn = looks()
    blender.ops.ed.undo_push(message="before")
    blender.ops.clipmatrix.take_delete("EXEC_DEFAULT", True)
    assert not _owner(blender).takes
    blender.ops.ed.undo()
    same(worn)
    blender.ops.clipmatrix.take_compare()
    blender.ops.clipmatrix.take_apply(take=uid)
    same(worn)


def test_a_duplicated_character_has_the_takes_and_goes_its_own_way(blender, scenes, character, accept):
    rig, column = character[0].parent, character[0]
    accept(1)
    blender.ops.object.select_all(action="SELECT")
    blender.ops.object.duplicate()
    copy = next(thing for thing in blender.context.selected_objects if thing.name.startswith("Column"))
    assert copy != column
    scenes.select(copy)
    blender.ops.clipmatrix.take_compare()
    assert OFFSETS not in copy.data.shape_keys.key_blocks
    assert OFFSETS in column.data.shape_keys.key_blocks
    blender.ops.clipmatrix.take_delete()
    assert not copy.parent.clipmatrix_wardrobe.takes
    scenes.select(column)
    assert len(rig.clipmatrix_wardrobe.takes) == 2
    blender.ops.clipmatrix.take_compare()
    blender.ops.clipmatrix.take_compare()
    assert OFFSETS in column.data.shape_keys.key_blocks


def test_an_appended_character_brings_its_takes(blender, scenes, character, accept, looks, tmp_path):
    first = accept(1).uid
    points = np.array([point.co[:] for point in character[0].data.shape_keys.key_blocks[OFFSETS].points])
    accept(2)
    blender.ops.wm.save_as_mainfile(filepath=str(tmp_path / "taken.blend"))
    blender.ops.wm.read_homefile(use_empty=True, use_factory_startup=False)
    with blender.data.libraries.load(str(tmp_path / "taken.blend")) as (_, wanted):
        wanted.objects = ["Column", "Hat", "Rig"]
    for thing in wanted.objects:
        blender.context.scene.collection.objects.link(thing)
    scenes.select(blender.data.objects["Column"])
    blender.ops.clipmatrix.take_apply(take=first)
    worn = blender.data.objects["Column"].data.shape_keys.key_blocks[OFFSETS]
    assert np.array_equal(np.array([point.co[:] for point in worn.points]), points)


def test_a_linked_character_says_why_its_takes_stay(blender, scenes, character, accept, tmp_path):
    accept(1)
    blender.ops.wm.save_as_mainfile(filepath=str(tmp_path / "taken.blend"))
    blender.ops.wm.read_homefile(use_empty=True, use_factory_startup=False)
    with blender.data.libraries.load(str(tmp_path / "taken.blend"), link=True) as (_, wanted):
        wanted.objects = ["Column", "Hat", "Rig"]
    for thing in wanted.objects:
        blender.context.scene.collection.objects.link(thing)
    scenes.select(blender.data.objects["Column"])
    with pytest.raises(RuntimeError, match="Rig is linked from another file"):
        blender.ops.clipmatrix.take_compare()


def test_a_deleted_character_takes_its_takes_with_it(blender, character, accept):
    accept(1)
    accept(2)
    blender.ops.object.select_all(action="SELECT")
    blender.ops.object.delete()
    assert not blender.data.objects
    blender.ops.outliner.orphans_purge(do_recursive=True)
    assert not [mesh for mesh in blender.data.meshes if mesh.name.startswith(".ClipMatrix")]
    assert not [image for image in blender.data.images if "ClipMatrix" in image.name]


def test_a_part_deleted_after_the_take_leaves_the_others_changeable(blender, character, accept, looks, same):
    blender.data.objects.remove(character.pop())
    before = looks()
    blender.ops.ed.undo_push(message="before")
    accept(1)
    blender.ops.clipmatrix.take_compare()
    same(before)


def test_a_part_added_after_the_take_stays_as_it_is(blender, scenes, character, accept):
    first = accept(1).uid
    boot = scenes.cube("Boot")
    boot.parent = character[0].parent
    scenes.select(character[0])
    accept(2)
    assert OFFSETS in boot.data.shape_keys.key_blocks
    blender.ops.clipmatrix.take_apply(take=first)
    assert boot.data.shape_keys is None
    assert not boot.material_slots


def test_switching_the_extension_off_and_on_keeps_the_takes(blender, character, accept, looks, same):
    accept(1)
    blender.ops.clipmatrix.take_compare()
    before = looks()
    module = next(addon.module for addon in blender.context.preferences.addons if addon.module.endswith("clipmatrix"))
    blender.ops.preferences.addon_disable(module=module)
    blender.ops.preferences.addon_enable(module=module)
    same(before)
    blender.ops.clipmatrix.take_compare()
    assert OFFSETS in character[0].data.shape_keys.key_blocks


def test_a_deleted_take_of_finish_alone_leaves_no_materials_behind(blender, character, accept):
    before = _census(blender)
    accept(1, Vary(texture=0))
    assert _census(blender)["materials"] > before["materials"]
    _owner(blender).active = 1
    blender.ops.clipmatrix.take_delete()
    assert _census(blender) == before
