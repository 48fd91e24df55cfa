"""Materials in the many ways in which artists have a normal map lean a cube's normals."""

import numpy as np

from .painted import SIDE, by_second_layer, spread_layer

DIFFUSE = "ShaderNodeBsdfDiffuse"
"""Bakes what leans further than 45 degrees as it is; for its gloss, the Principled BSDF sets it up again."""


def bumpy(blender, name="bumps", side=SIDE, *, space="Non-Color", floats=False):
    """A normal map of smooth bumps, so that what is a little off shows a little."""
    along, up = np.meshgrid(*[(np.arange(side) + 0.5) / side] * 2)
    slopes = 0.7 * np.stack([np.sin(9 * along + 2 * up), np.cos(11 * up - 3 * along)], axis=-1)
    normals = np.concatenate([slopes, np.ones((side, side, 1))], axis=-1)
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    pixels = np.ones((side, side, 4))
    pixels[..., :3] = (normals + 1) / 2
    image = blender.data.images.new(name, side, side, alpha=False, float_buffer=floats)
    image.colorspace_settings.name = space
    image.pixels.foreach_set(pixels.astype(np.float32).ravel())
    image.pack()
    return image


def leant(image, strength=1.0, shader_type=None, **settings):
    """Wire an image to the normal, through a Normal Map node."""

    def wire(tree, shader):
        picture, node = tree.nodes.new("ShaderNodeTexImage"), tree.nodes.new("ShaderNodeNormalMap")
        picture.image = image
        node.inputs["Strength"].default_value = strength
        for name, value in settings.items():
            setattr(node, name, value)
        if shader_type:
            shader = tree.nodes.new(shader_type)
            tree.links.new(shader.outputs[0], tree.nodes["Material Output"].inputs["Surface"])
        tree.links.new(picture.outputs["Color"], node.inputs["Color"])
        tree.links.new(node.outputs["Normal"], shader.inputs["Normal"])

    return wire


def one_image(blender, thing, material):
    material(thing, leant(bumpy(blender)))


def by_its_layer_s_name(blender, thing, material):
    material(thing, leant(bumpy(blender), uv_map=thing.data.uv_layers[0].name))


def floats(blender, thing, material):
    material(thing, leant(bumpy(blender, floats=True)))


def taken_for_a_colour(blender, thing, material):
    material(thing, leant(bumpy(blender, space="sRGB"), shader_type=DIFFUSE))


def weaker(blender, thing, material):
    material(thing, leant(bumpy(blender), strength=0.4))


def stronger(blender, thing, material):
    material(thing, leant(bumpy(blender), strength=1.8, shader_type=DIFFUSE))


def on_a_diffuse_shader(blender, thing, material):
    material(thing, leant(bumpy(blender), shader_type=DIFFUSE))


def one_direction(blender, thing, material):
    def wire(tree, shader):
        node = tree.nodes.new("ShaderNodeNormalMap")
        node.inputs["Color"].default_value = (0.7, 0.6, 0.95, 1)
        tree.links.new(node.outputs["Normal"], shader.inputs["Normal"])

    material(thing, wire)


def image_in_another_layer(blender, thing, material):
    spread_layer(thing)

    def wire(tree, shader):
        leant(bumpy(blender))(tree, shader)
        by_second_layer(tree)

    material(thing, wire)


def some_faces(blender, thing, material):
    one_image(blender, thing, material)
    material(thing)
    for face in thing.data.polygons:
        face.material_index = face.index % 2


def in_a_group(blender, thing, material):
    group = blender.data.node_groups.new("relief", "ShaderNodeTree")
    group.interface.new_socket("Normal", in_out="OUTPUT", socket_type="NodeSocketVector")
    inside, end = group.nodes.new("ShaderNodeTexImage"), group.nodes.new("NodeGroupOutput")
    inside.image = bumpy(blender)
    node = group.nodes.new("ShaderNodeNormalMap")
    group.links.new(inside.outputs["Color"], node.inputs["Color"])
    group.links.new(node.outputs["Normal"], end.inputs[0])

    def wire(tree, shader):
        outside = tree.nodes.new("ShaderNodeGroup")
        outside.node_tree = group
        tree.links.new(outside.outputs[0], shader.inputs["Normal"])

    material(thing, wire)


WAYS = (
    one_image, by_its_layer_s_name, floats, taken_for_a_colour, weaker, stronger, on_a_diffuse_shader, one_direction,
    image_in_another_layer, some_faces, in_a_group,
)  # fmt: skip
