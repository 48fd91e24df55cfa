"""A job's material starts from the artist's: metal stays metal until a prompt says otherwise."""

import pytest
from clipmatrix_protocol import Look

from .asking import read


def _material(blender, name, roughness, metallic):
    material = blender.data.materials.new(name)
    material.use_nodes = True
    inputs = material.node_tree.nodes["Principled BSDF"].inputs
    inputs["Roughness"].default_value, inputs["Metallic"].default_value = roughness, metallic
    return material


@pytest.fixture
def armoured(blender, scenes):
    """A column of steel but for one face, which is of cloth."""
    column, _ = scenes.character()
    for material in (_material(blender, "steel", 0.25, 1.0), _material(blender, "cloth", 0.75, 0.0)):
        column.data.materials.append(material)
    column.data.polygons[0].material_index = 1
    return column


def test_the_material_of_most_faces_is_where_a_job_starts(blender, armoured, rooms):
    look = read(blender, rooms).character.start_look
    assert (look.roughness, look.metallic) == (0.25, 1.0)


def test_the_bare_mesh_starts_from_the_default(blender, armoured, rooms):
    assert read(blender, rooms, start="FRESH").character.start_look == Look()


def test_what_an_image_says_is_not_guessed(blender, armoured, rooms):
    for slot in armoured.material_slots:
        nodes, links = slot.material.node_tree.nodes, slot.material.node_tree.links
        links.new(nodes.new("ShaderNodeTexImage").outputs[0], nodes["Principled BSDF"].inputs["Roughness"])
    assert read(blender, rooms).character.start_look == Look()
