"""Materials in the many ways in which artists put colour on a cube."""

import numpy as np

SIDE = 64
"""Of images, pixels."""


def noise(blender, name="noise", width=SIDE, height=SIDE, *, floats=False, alpha=False):
    """An image of smooth noise, so that what is a little off shows a little."""
    coarse = np.random.default_rng(1).random((9, 9, 4))
    rows, columns = (np.linspace(0, 7.99, count) for count in (height, width))
    low, share = rows.astype(int), (rows % 1)[:, None, None]
    grid = coarse[low] * (1 - share) + coarse[low + 1] * share
    low, share = columns.astype(int), (columns % 1)[None, :, None]
    pixels = grid[:, low] * (1 - share) + grid[:, low + 1] * share
    pixels[..., 3] = 0.4 + 0.6 * pixels[..., 3]
    if not alpha:
        pixels[..., 3] = 1
    if floats:
        pixels[..., :3] *= pixels[..., 3:]
    image = blender.data.images.new(name, width, height, alpha=alpha, float_buffer=floats)
    if floats:
        image.alpha_mode = "PREMUL"  # as in files of floats; from 5.2 on, Cycles would multiply once more
    image.pixels.foreach_set(pixels.astype(np.float32).reshape(-1))
    image.pack()
    return image


def amid(covered):
    """Of the texels a bake covers, (H, W) bool, those whose neighbours it covers as well.

    Of the others Blender 5.3 and newer no longer bake the middle, but the nearest place inside the face.
    """
    around = [np.roll(covered, step, axis) for axis in (0, 1) for step in (-1, 1)]
    return np.logical_and.reduce([covered, *around])


def shows(image, **settings):
    """Wire an image to the colour."""

    def wire(tree, shader):
        node = tree.nodes.new("ShaderNodeTexImage")
        node.image = image
        for name, value in settings.items():
            setattr(node, name, value)
        tree.links.new(node.outputs["Color"], shader.inputs["Base Color"])

    return wire


def spread_layer(thing, name="second"):
    """A second UV layer that turns and stretches the first one."""
    first = np.empty(len(thing.data.loops) * 2, np.float32)
    thing.data.uv_layers[0].uv.foreach_get("vector", first)
    layer = thing.data.uv_layers.new(name=name)
    layer.uv.foreach_set("vector", (first.reshape(-1, 2) @ [[0.3, 1.1], [-1.4, 0.2]] + 0.7).astype(np.float32).ravel())
    thing.data.uv_layers[0].active_render = True
    return layer


def plain(blender, thing, material):
    material(thing, lambda tree, shader: setattr(shader.inputs["Base Color"], "default_value", (0.6, 0.1, 0.02, 1)))


def picture(blender, thing, material):
    material(thing, shows(noise(blender)))


def float_picture(blender, thing, material):
    material(thing, shows(noise(blender, floats=True)))


def no_colour(blender, thing, material):
    image = noise(blender)
    image.colorspace_settings.name = "Non-Color"
    material(thing, shows(image))


def no_colour_with_holes(blender, thing, material):
    image = noise(blender, alpha=True)
    image.colorspace_settings.name = "Non-Color"
    material(thing, shows(image))


def transparent(blender, thing, material):
    material(thing, shows(noise(blender, alpha=True)))


def transparent_floats(blender, thing, material):
    material(thing, shows(noise(blender, alpha=True, floats=True)))


def cut_out(blender, thing, material):
    def wire(tree, shader):
        shows(noise(blender, alpha=True))(tree, shader)
        tree.links.new(tree.nodes["Image Texture"].outputs["Alpha"], shader.inputs["Roughness"])

    material(thing, wire)


def by_second_layer(tree):
    """Have the image follow the layer of :func:`spread_layer`."""
    node = tree.nodes.new("ShaderNodeUVMap")
    node.uv_map = "second"
    tree.links.new(node.outputs["UV"], tree.nodes["Image Texture"].inputs["Vector"])


def another_layer(blender, thing, material):
    spread_layer(thing)

    def wire(tree, shader):
        shows(noise(blender))(tree, shader)
        by_second_layer(tree)

    material(thing, wire)


def mapped(blender, thing, material):
    def wire(tree, shader):
        shows(noise(blender))(tree, shader)
        where, turn = tree.nodes.new("ShaderNodeTexCoord"), tree.nodes.new("ShaderNodeMapping")
        turn.inputs["Scale"].default_value = (0.5, 0.7, 1)
        turn.inputs["Rotation"].default_value = (0, 0, 0.5)
        turn.inputs["Location"].default_value = (0.3, 0.1, 0)
        tree.links.new(where.outputs["UV"], turn.inputs["Vector"])
        tree.links.new(turn.outputs["Vector"], tree.nodes["Image Texture"].inputs["Vector"])

    material(thing, wire)


def several_slots(blender, thing, material):
    picture(blender, thing, material)
    plain(blender, thing, material)
    for face in thing.data.polygons:
        face.material_index = face.index % 2


def in_a_group(blender, thing, material):
    group = blender.data.node_groups.new("colour", "ShaderNodeTree")
    group.interface.new_socket("Colour", in_out="OUTPUT", socket_type="NodeSocketColor")
    inside, end = group.nodes.new("ShaderNodeTexImage"), group.nodes.new("NodeGroupOutput")
    inside.image = noise(blender)
    bend = group.nodes.new("NodeReroute")
    group.links.new(inside.outputs["Color"], bend.inputs[0])
    group.links.new(bend.outputs[0], end.inputs[0])

    def wire(tree, shader):
        node = tree.nodes.new("ShaderNodeGroup")
        node.node_tree = group
        tree.links.new(node.outputs[0], shader.inputs["Base Color"])

    material(thing, wire)


def corner_colours(blender, thing, material):
    attribute = thing.data.color_attributes.new("own", "FLOAT_COLOR", "CORNER")
    colours = np.random.default_rng(2).random((len(thing.data.loops), 4), np.float32)
    attribute.data.foreach_set("color", colours.ravel())

    def wire(tree, shader):
        node = tree.nodes.new("ShaderNodeVertexColor")
        node.layer_name = "own"
        tree.links.new(node.outputs["Color"], shader.inputs["Base Color"])

    material(thing, wire)


def vertex_colours(blender, thing, material):
    attribute = thing.data.color_attributes.new("own", "BYTE_COLOR", "POINT")
    colours = np.random.default_rng(2).random((len(thing.data.vertices), 4), np.float32)
    attribute.data.foreach_set("color", colours.ravel())

    def wire(tree, shader):
        node = tree.nodes.new("ShaderNodeAttribute")
        node.attribute_name = "own"
        tree.links.new(node.outputs["Color"], shader.inputs["Base Color"])

    material(thing, wire)


def mixed_with_a_hole(blender, thing, material):
    def wire(tree, shader):
        shows(noise(blender))(tree, shader)
        mix, hole = tree.nodes.new("ShaderNodeMixShader"), tree.nodes.new("ShaderNodeBsdfTransparent")
        mix.inputs["Fac"].default_value = 1.0
        tree.links.new(hole.outputs[0], mix.inputs[1])
        tree.links.new(shader.outputs[0], mix.inputs[2])
        tree.links.new(mix.outputs[0], tree.nodes["Material Output"].inputs["Surface"])

    material(thing, wire)


WAYS = (
    plain, picture, float_picture, no_colour, no_colour_with_holes, transparent, transparent_floats, cut_out,
    another_layer, mapped, several_slots, in_a_group, corner_colours, vertex_colours, mixed_with_a_hole,
)  # fmt: skip
