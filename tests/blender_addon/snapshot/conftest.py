"""What tests of materials begin with."""

import pytest


@pytest.fixture
def cube(scenes):
    """A cube with UVs, selected."""
    thing = scenes.cube()
    scenes.select(thing)
    return thing


@pytest.fixture
def material(blender):
    """Add a material with nodes to an object: what feeds its shader is wired up by ``wire(tree, shader)``."""

    def call(thing, wire=lambda tree, shader: None, name="skin"):
        made = blender.data.materials.new(name)
        made.use_nodes = True
        thing.data.materials.append(made)
        wire(made.node_tree, made.node_tree.nodes["Principled BSDF"])
        return made

    return call
