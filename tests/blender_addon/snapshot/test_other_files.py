"""Characters linked from another file, and library overrides of them."""

import pytest

from ..fingerprint import differences, fingerprint
from .asking import press, read, refusal, settle


@pytest.fixture
def library(blender, scenes, tmp_path):
    """A file with a character in a collection "Hero", and an empty scene afterwards."""
    thing, rig = scenes.character()
    thing.shape_key_add(name="Basis")
    thing.shape_key_add(name="wide", from_mix=False)
    thing.data.materials.append(blender.data.materials.new("skin"))
    collection = blender.data.collections.new("Hero")
    blender.context.scene.collection.children.link(collection)
    for member in (thing, rig):
        collection.objects.link(member)
        blender.context.scene.collection.objects.unlink(member)
    path = tmp_path / "library.blend"
    blender.ops.wm.save_as_mainfile(filepath=str(path))
    blender.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    return path


def _link(blender, path):
    with blender.data.libraries.load(str(path), link=True) as (_, wanted):
        wanted.collections = ["Hero"]
    return blender.data.collections["Hero"]


def _linked_objects(blender, path):
    collection = _link(blender, path)
    blender.context.scene.collection.children.link(collection)
    return [collection.objects["Column"], collection.objects["Rig"]]


def _sent(blender, rooms):
    shot, said = settle(blender, rooms)
    draft = rooms("scene.apply").begin(shot.binding, _everything())
    rooms("scene.apply").apply(draft, _state(shot))
    return said, draft


def _everything():
    from clipmatrix_protocol import Vary

    return Vary()


def _state(shot):
    import numpy as np
    from clipmatrix_protocol import Look, State

    parts = shot.character.parts
    return State(
        coefficients=np.ones(len(shot.character.shapes), np.float32),
        offsets=tuple(np.full(part.vertices.shape, 0.1, np.float32) for part in parts),
        textures=tuple(np.zeros((8, 8, 3), np.uint8) for _ in parts),
        look=Look(),
    )


def test_linked_meshes_are_made_local_by_the_button_and_take_a_result(blender, scenes, rooms, library):
    thing, _ = _linked_objects(blender, library)
    scenes.select(thing)
    found = refusal(blender, rooms)
    assert found.message == "Column is linked from another file."
    said, draft = _sent(blender, rooms)
    assert said == ["Column is linked from another file."]
    mine = blender.context.view_layer.objects.active
    assert mine.library is None
    assert mine.data.library is None
    assert "ClipMatrix offsets" in mine.data.shape_keys.key_blocks
    assert rooms("scene.characters").armature_of(mine).library  # the armature may stay where it is
    rooms("scene.apply").discard(draft)
    assert "ClipMatrix offsets" not in mine.data.shape_keys.key_blocks


def test_reading_a_linked_armature_changes_nothing(blender, scenes, rooms, library):
    thing, _ = _linked_objects(blender, library)
    scenes.select(thing)
    press(blender, refusal(blender, rooms))
    before = fingerprint(blender)
    assert len(read(blender, rooms, poses="CURRENT").character.poses) == 1
    assert differences(before, fingerprint(blender)) == []


def test_a_library_override_gets_a_mesh_of_its_own_that_survives_saving(blender, scenes, rooms, library, tmp_path):
    _linked_objects(blender, library)
    hierarchy = blender.data.collections["Hero"].override_hierarchy_create(
        blender.context.scene, blender.context.view_layer
    )
    mine = hierarchy.all_objects["Column"]
    assert mine.override_library
    scenes.select(mine)
    said, draft = _sent(blender, rooms)
    assert said == ["Column is linked from another file."]
    rooms("scene.apply").accept(draft)
    blender.ops.wm.save_as_mainfile(filepath=str(tmp_path / "mine.blend"))
    blender.ops.wm.open_mainfile(filepath=str(tmp_path / "mine.blend"))
    again = next(thing for thing in blender.data.objects if thing.name == "Column" and not thing.library)
    assert again.data.library is None
    assert "ClipMatrix offsets" in again.data.shape_keys.key_blocks
    assert again.material_slots[0].material.name.startswith("ClipMatrix ")


def test_a_linked_collection_instance_is_made_real_and_local_step_by_step(blender, scenes, rooms, library):
    collection = _link(blender, library)
    instance = scenes.add("Shown", None)
    instance.instance_type, instance.instance_collection = "COLLECTION", collection
    scenes.select(instance)
    said, _ = _sent(blender, rooms)
    assert [sentence.split()[0] for sentence in said] == ["Shown", "Column"]


def test_a_material_of_another_file_is_copied_and_comes_back(blender, scenes, rooms, library):
    thing = scenes.cube()
    with blender.data.libraries.load(str(library), link=True) as (_, wanted):
        wanted.materials = ["skin"]
    thing.data.materials.append(blender.data.materials["skin"])
    scenes.select(thing)
    before = fingerprint(blender)
    said, draft = _sent(blender, rooms)
    assert said == []
    worn = thing.material_slots[0].material
    assert worn.library is None
    assert worn.name == "ClipMatrix skin"
    rooms("scene.apply").discard(draft)
    assert differences(before, fingerprint(blender)) == []


def test_what_the_other_file_holds_stays_as_it_was(blender, scenes, rooms, library):
    import hashlib

    before = hashlib.sha256(library.read_bytes()).digest()
    thing, _ = _linked_objects(blender, library)
    kept = fingerprint(blender)
    scenes.select(thing)
    _, draft = _sent(blender, rooms)
    rooms("scene.apply").discard(draft)
    linked = {path for path in kept if "library.blend" in path and "is_library_indirect" not in path}
    after = fingerprint(blender)
    assert [path for path in linked if path in after and after[path] != kept[path]] == []
    assert hashlib.sha256(library.read_bytes()).digest() == before
