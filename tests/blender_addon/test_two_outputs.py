"""A material with an output for EEVEE and one for Cycles: both show a take, and a job starts from one of them."""

import numpy as np
import pytest
from clipmatrix_protocol import Look, State, Vary

from .fingerprint import differences, fingerprint
from .snapshot.test_paint import baked

SIDE = 64
RED = (255, 0, 0)


def _shader(tree, kind="ShaderNodeBsdfPrincipled", colour=(0.2, 0.2, 0.2)):
    """A shader of one colour."""
    node = tree.nodes.new(kind)
    node.inputs[0].default_value = (*colour, 1)
    return node


def _output(tree, target, shader):
    output = tree.nodes.new("ShaderNodeOutputMaterial")
    output.target = target
    if shader is not None:
        tree.links.new(shader.outputs[0], output.inputs["Surface"])
    return output


@pytest.fixture
def cube(blender, scenes):
    """A cube whose material has no output yet."""
    thing = scenes.cube()
    material = blender.data.materials.new("skin")
    material.use_nodes = True
    thing.data.materials.append(material)
    material.node_tree.nodes.remove(material.node_tree.get_output_node("ALL"))
    scenes.select(thing)
    return thing


def _read(blender, rooms, thing):
    return rooms("scene.snapshot").snapshot(blender.context, [thing], texture_size=SIDE)


def _write(blender, rooms, thing):
    """A red take, rougher than it was."""
    shot = _read(blender, rooms, thing)
    draft = rooms("scene.apply").begin(shot.binding, Vary(shape=0.0, offsets=0.0))
    state = State(
        coefficients=np.zeros(0, np.float32),
        offsets=(np.zeros_like(shot.character.parts[0].vertices),),
        textures=(np.full((SIDE, SIDE, 3), RED, np.uint8),),
        look=Look(roughness=0.875),
    )
    rooms("scene.apply").apply(draft, state)
    return draft


def _seen_by(tree, target):
    """The shader that a renderer shows, nothing mixed in between."""
    return tree.get_output_node(target).inputs["Surface"].links[0].from_node


@pytest.mark.parametrize("cycles", ["ShaderNodeBsdfPrincipled", "ShaderNodeBsdfDiffuse", "the same"])
def test_both_renderers_show_a_take(blender, rooms, cube, cycles):
    tree = cube.data.materials[0].node_tree
    shader = tree.nodes["Principled BSDF"]
    _output(tree, "EEVEE", shader)
    _output(tree, "CYCLES", shader if cycles == "the same" else _shader(tree, cycles))
    before = fingerprint(blender)
    draft = _write(blender, rooms, cube)
    tree = cube.material_slots[0].material.node_tree
    for target in ("EEVEE", "CYCLES"):
        inputs = _seen_by(tree, target).inputs
        assert inputs["Base Color"].links[0].from_node.image.name == "ClipMatrix Cube base colour"
        assert inputs["Roughness"].default_value == 0.875
    assert len([node for node in tree.nodes if node.type == "OUTPUT_MATERIAL"]) == 2
    rooms("scene.apply").discard(draft)
    assert differences(before, fingerprint(blender)) == []
    _write(blender, rooms, cube)
    colour, covered = baked(blender, cube)
    assert np.abs(colour[covered] - RED).max() <= 2


@pytest.mark.parametrize(
    ("targets", "counts"),
    [
        (("CYCLES", "ALL"), 1),
        (("ALL", "EEVEE"), 0),
        (("CYCLES", "EEVEE"), 1),
        (("EEVEE",), 0),
        (("CYCLES",), 0),
    ],
)
def test_a_job_starts_from_the_output_for_all_else_from_eevees_else_from_cycles(blender, rooms, cube, targets, counts):
    tree = cube.data.materials[0].node_tree
    for place, target in enumerate(targets):
        shader = _shader(tree, colour=(place == counts, 0, 0))
        shader.inputs["Roughness"].default_value = 0.25 if place == counts else 0.75
        _output(tree, target, shader)
    shot = _read(blender, rooms, cube)
    assert tuple(shot.character.start_textures[0][0, 0]) == RED
    assert shot.character.start_look.roughness == 0.25
    which = {"ALL": "all renderers", "EEVEE": "EEVEE", "CYCLES": "Cycles"}[targets[counts]]
    said = f"“skin” shows each renderer another colour; ClipMatrix starts from its output for {which}."
    assert shot.remarks == ((said,) if len(targets) > 1 else ())


def test_nothing_is_said_where_both_show_the_same_colour_or_one_shows_nothing(blender, rooms, cube):
    tree = cube.data.materials[0].node_tree
    _output(tree, "EEVEE", _shader(tree, colour=(1, 0, 0)))
    _output(tree, "CYCLES", _shader(tree, "ShaderNodeBsdfDiffuse", colour=(1, 0, 0)))
    _output(tree, "ALL", None)
    shot = _read(blender, rooms, cube)
    assert tuple(shot.character.start_textures[0][0, 0]) == RED
    assert shot.remarks == ()
