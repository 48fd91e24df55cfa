"""Takes through File > Export as Blender has it, which tells packed images apart by the files that they would be."""

import re

import numpy as np
import pytest
from clipmatrix_protocol import Look, State, Vary

from .test_export_fbx import empty_file

SIDE = 8
COLOURS = {"Column": (255, 0, 0), "Hat": (0, 0, 255)}
LEANT = (200, 128, 220)
"""A normal map's texel."""


def _take(blender, rooms, parts):
    """Have the parts wear an accepted take: each its own colour, and a normal map."""
    shot = rooms("scene.snapshot").snapshot(blender.context, parts, texture_size=SIDE)
    apply = rooms("scene.apply")
    draft = apply.begin(shot.binding, Vary(normals=1.0))
    state = State(
        coefficients=np.zeros(0, np.float32),
        offsets=tuple(np.zeros_like(part.vertices) for part in shot.character.parts),
        textures=tuple(
            np.full((SIDE, SIDE, 3), COLOURS[name.rstrip("/:").capitalize()], np.uint8) for name in _names(parts)
        ),
        look=Look(),
        normal_maps=tuple(np.full((SIDE, SIDE, 3), LEANT, np.uint8) for _ in parts),
    )
    apply.apply(draft, state)
    apply.accept(draft)


def _names(parts):
    return [thing.name for thing in parts]


@pytest.fixture
def worn(blender, scenes, rooms):
    """A column and a hat that wear a take."""
    parts = [scenes.column("Column", rings=3), scenes.cube("Hat")]
    scenes.select(*parts)
    _take(blender, rooms, parts)
    return parts


def _images(material):
    """The images that reach the shader, by socket."""
    shader = material.node_tree.nodes["Principled BSDF"]
    (colour,) = shader.inputs["Base Color"].links
    (leaning,) = shader.inputs["Normal"].links
    return colour.from_node.image, leaning.from_node.inputs["Color"].links[0].from_node.image


def _shown(image):
    return tuple(round(value * 255) for value in image.pixels[:3])


def test_an_fbx_has_each_parts_own_picture_and_normal_map(blender, worn, tmp_path):
    blender.ops.export_scene.fbx(filepath=str(tmp_path / "a.fbx"), path_mode="COPY", embed_textures=True)
    empty_file(blender)
    blender.ops.import_scene.fbx(filepath=str(tmp_path / "a.fbx"))
    for name, colour in COLOURS.items():
        shown = _images(blender.data.objects[name].material_slots[0].material)
        assert tuple(map(_shown, shown)) == (colour, LEANT)


def test_an_obj_names_the_files_that_unpacking_makes(blender, worn, tmp_path):
    blender.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"))
    blender.ops.file.unpack_all(method="WRITE_LOCAL")
    blender.ops.wm.obj_export(filepath=str(tmp_path / "a.obj"))
    named = re.findall(r"map_Kd (.+)", (tmp_path / "a.mtl").read_text())
    assert len(set(named)) == 2
    assert all((tmp_path / name).is_file() for name in named)


def test_a_usd_names_the_files_that_it_writes_whatever_the_parts_are_called(blender, scenes, rooms, tmp_path):
    parts = [scenes.column("Column/:", rings=3), scenes.cube("Hat:")]
    scenes.select(*parts)
    _take(blender, rooms, parts)
    blender.ops.wm.usd_export(filepath=str(tmp_path / "a.usda"))
    named = re.findall(r"asset inputs:file = @([^@]+)@", (tmp_path / "a.usda").read_text())
    assert len(set(named)) == 4
    assert all((tmp_path / name).is_file() for name in named)
    assert not any(character in name.removeprefix("./textures/") for character in "/:" for name in named)


def test_no_two_images_would_be_one_file_where_case_does_not_count(blender, scenes, rooms):
    """As on Windows and on most Macs."""
    parts = [scenes.column("Column", rings=3), scenes.cube("column")]
    scenes.select(*parts)
    _take(blender, rooms, parts)
    assert len({image.filepath.lower() for image in blender.data.images}) == 4


def test_no_two_images_would_be_one_file_also_where_some_were_renamed(blender, rooms, worn):
    for image in blender.data.images:
        image.name = f"my {image.name}"
    for thing in worn:
        thing.data.materials.clear()
    _take(blender, rooms, worn)
    files = [image.filepath for image in blender.data.images]
    assert len(files) == len(set(files)) == 8
    assert all(files)


@pytest.mark.parametrize("then", ["put on", "grown further"])
def test_takes_of_earlier_versions_get_their_files(blender, rooms, worn, then):
    for image in blender.data.images:
        image.filepath_raw = ""
    if then == "put on":
        outfit = rooms("scene.outfit")
        for thing in worn:
            outfit.wear(thing, outfit.read(thing))
    else:
        _take(blender, rooms, worn)
    shown = [image for thing in worn for image in _images(thing.material_slots[0].material)]
    assert len({image.filepath for image in shown}) == 4
    assert all(image.filepath == f"//{image.name}.png" for image in shown)


def test_nothing_is_missed_or_lost_for_there_being_no_such_files(blender, worn, tmp_path, capfd):
    for folder in ("here", "there"):
        (tmp_path / folder).mkdir()
        blender.ops.wm.save_as_mainfile(filepath=str(tmp_path / folder / "a.blend"))
        blender.ops.wm.open_mainfile(filepath=str(tmp_path / folder / "a.blend"))
        capfd.readouterr()
        blender.ops.file.report_missing_files()
        assert "No missing files" in capfd.readouterr().out
        blender.ops.file.pack_all()
        for image in blender.data.images:
            image.reload()
            assert image.packed_file
    for name, colour in COLOURS.items():
        shown = _images(blender.data.objects[name].material_slots[0].material)
        assert tuple(map(_shown, shown)) == (colour, LEANT)
