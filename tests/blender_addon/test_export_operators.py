"""The export buttons: what they write, what they are called, and what they say when they can't."""

import pytest

from .session.test_rendering_meanwhile import Working
from .test_export import grown, header


@pytest.fixture
def character(blender, rooms, scenes):
    """A grown column, selected."""
    made = grown(blender, rooms)
    scenes.select(*made)
    return made


@pytest.mark.parametrize(("operator", "name"), [("export_gltf", "a.glb"), ("export_fbx", "a.fbx")])
def test_a_click_writes_the_selected_character(blender, character, tmp_path, operator, name):
    path = tmp_path / name
    assert getattr(blender.ops.clipmatrix, operator)(filepath=str(path)) == {"FINISHED"}
    assert path.stat().st_size > 1000


def test_an_ending_that_was_forgotten_is_added(blender, character, tmp_path):
    blender.ops.clipmatrix.export_fbx(filepath=str(tmp_path / "knight"))
    assert [path.name for path in tmp_path.iterdir()] == ["knight.fbx"]


def test_actions_of_another_character_are_left_out(blender, character, scenes, rooms, tmp_path):
    _, rig = scenes.character()
    scenes.wave(rig)
    rooms("bodies.motion").assign(character[1], blender.data.actions["sway"])
    scenes.select(*character)
    blender.ops.clipmatrix.export_gltf(filepath=str(tmp_path / "a.glb"))
    names = {animation["name"] for animation in header(tmp_path / "a.glb")["animations"]}
    assert names == {"sway", "wild"}


def test_a_part_on_an_empty_on_a_bone_comes_along_with_its_empty(blender, scenes, rooms, tmp_path):
    thing, rig = scenes.character()
    hat, holder = scenes.cube("Hat", size=0.2), scenes.add("Holder", None)
    holder.parent, holder.parent_type, holder.parent_bone = rig, "BONE", "bone2"
    hat.parent = holder
    scenes.select(thing)
    blender.ops.clipmatrix.export_gltf(filepath=str(tmp_path / "a.glb"))
    names = {node["name"] for node in header(tmp_path / "a.glb")["nodes"]}
    assert {"Column", "Hat", "Holder", "Rig"} <= names


def test_the_turntable_is_filmed(blender, character, rooms, tmp_path, monkeypatch):
    monkeypatch.setattr(rooms("output.pictures"), "FILM_SAMPLES", 1)
    path = tmp_path / "a.mp4"
    assert blender.ops.clipmatrix.export_turntable(filepath=str(path), size=65, frames=8) == {"FINISHED"}
    assert b"ftyp" in path.read_bytes()[:16]


def test_a_film_that_is_stopped_leaves_nothing_behind(blender, character, rooms, tmp_path, monkeypatch):
    monkeypatch.setattr(rooms("output.pictures"), "FILM_SAMPLES", 1)
    scenes, objects = set(blender.data.scenes), set(blender.data.objects)
    film = rooms("output.pictures").filming(character, tmp_path / "a.mp4", 64, 8)
    assert next(film) == 1
    assert len(blender.data.scenes) == len(scenes) + 1
    film.close()
    assert (set(blender.data.scenes), set(blender.data.objects)) == (scenes, objects)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("operator", ["export_gltf", "export_fbx", "export_turntable"])
def test_a_place_that_can_not_be_written_is_refused_in_words(blender, character, tmp_path, operator):
    with pytest.raises(RuntimeError, match=r"There is no folder .*nowhere\. Choose another one"):
        getattr(blender.ops.clipmatrix, operator)(filepath=str(tmp_path / "nowhere" / "a.glb"))
    taken = tmp_path / "taken"
    for ending in (".glb", ".fbx", ".mp4"):
        taken.with_suffix(ending).mkdir()
    with pytest.raises(RuntimeError, match=r"can't be written\. Choose another place"):
        getattr(blender.ops.clipmatrix, operator)(filepath=str(taken))


@pytest.mark.parametrize("operator", ["export_gltf", "export_fbx", "export_turntable"])
def test_nothing_selected_and_edit_mode_are_refused_in_words(blender, scenes, tmp_path, operator):
    call = getattr(blender.ops.clipmatrix, operator)
    with pytest.raises(RuntimeError, match=r"No character is selected\. Select"):
        call(filepath=str(tmp_path / "a"))
    scenes.character()
    blender.ops.object.mode_set(mode="EDIT")
    with pytest.raises(RuntimeError, match="Switch to Object Mode"):
        call(filepath=str(tmp_path / "a"))


@pytest.mark.parametrize("operator", ["export_gltf", "export_fbx", "export_turntable"])
@pytest.mark.parametrize(("kind", "doing"), [("RENDER", "rendering"), ("OBJECT_BAKE", "baking")])
def test_nothing_goes_to_other_frames_under_blenders_own_render(
    blender, character, tmp_path, monkeypatch, operator, kind, doing
):
    """Filmed meanwhile, Blender crashes; exported meanwhile, the artist's pictures would show other frames."""
    monkeypatch.setattr(blender, "app", Working(blender.app, kind))
    with pytest.raises(RuntimeError, match=f"Blender is {doing}"):
        getattr(blender.ops.clipmatrix, operator)(filepath=str(tmp_path / "a"))
