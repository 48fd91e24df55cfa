"""A take's values in a material's nodes: images at Base Color and Normal, roughness and metallic as numbers."""

from __future__ import annotations

from collections.abc import Callable

import bpy
from clipmatrix_protocol import Look

from .node_trees import give_nodes, nodes_of
from .start_look import FINISH, Finish, finish_at
from .wiring import outputs

NODE = "ClipMatrix base colour"
"""Name of the image node."""

NORMAL_MAP, NORMAL_IMAGE = "ClipMatrix normal map", "ClipMatrix normals"
"""Names of the Normal Map node, which is in tangent space, and of the image node before it."""


def show_image(material: bpy.types.Material, image: bpy.types.Image) -> None:
    """Have the material's Principled BSDFs take their base colour from the image, through the render UV layer."""
    shaders = principleds(material)
    place = shaders[0].location
    node = _node(material, "ShaderNodeTexImage", NODE, (place.x - 320, place.y))
    _show(node, image)
    for shader in shaders:
        _link(material, node.outputs["Color"], shader.inputs["Base Color"])


def show_normal_map(material: bpy.types.Material, image: bpy.types.Image) -> None:
    """Have the Principled BSDFs lean their normals as a tangent-space image says, in place of whatever else did."""
    shaders = principleds(material)
    place = shaders[0].location.x, shaders[0].location.y - 320
    leaning = _node(material, "ShaderNodeNormalMap", NORMAL_MAP, (place[0] - 200, place[1]))
    node = _node(material, "ShaderNodeTexImage", NORMAL_IMAGE, (place[0] - 520, place[1]))
    _show(node, image)
    _link(material, node.outputs["Color"], leaning.inputs["Color"])
    for shader in shaders:
        _link(material, leaning.outputs["Normal"], shader.inputs["Normal"])


def shown_image(material: bpy.types.Material) -> bpy.types.Image | None:
    """The image that :func:`show_image` has put into the material, or None."""
    return _shown(material, NODE)


def shown_normal_map(material: bpy.types.Material) -> bpy.types.Image | None:
    """The image that :func:`show_normal_map` has put into the material, or None."""
    return _shown(material, NORMAL_IMAGE)


def own_images(material: bpy.types.Material) -> list[bpy.types.Image]:
    """Our images in a material; none in one of the artist's."""
    return [image for image in (shown_image(material), shown_normal_map(material)) if image is not None]


def leans_by_itself(material: bpy.types.Material) -> bool:
    """Whether something of the artist's leans the normals: a normal map, bumps."""
    tree = nodes_of(material)
    found = outputs(tree) if tree is not None else []
    shaders = [_upstream(output, _is_principled) or _upstream(output, _is_leant) for output in found]
    links = [link for shader in shaders if shader for link in shader.inputs["Normal"].links or ()]
    return any(link.from_node is not None and link.from_node.name != NORMAL_MAP for link in links)


def set_look(material: bpy.types.Material, look: Look) -> None:
    """Set roughness and metallic; a texture that fed them is cut off."""
    for shader in principleds(material):
        for name in FINISH:
            for link in tuple(shader.inputs[name].links or ()):
                _tree(material).links.remove(link)
        _set_finish(shader, (look.roughness, look.metallic))


def principleds(material: bpy.types.Material) -> list[bpy.types.Node]:
    """The Principled BSDFs that reach the material's outputs, mostly one; made in the place of whatever else does.

    A material may have outputs for EEVEE and for Cycles, and each is to show the take.
    """
    tree = give_nodes(material)
    found = outputs(tree) or [tree.nodes.new("ShaderNodeOutputMaterial")]
    return list(dict.fromkeys(_principled_at(tree, output) for output in found))


def _principled_at(tree: bpy.types.ShaderNodeTree, output: bpy.types.Node) -> bpy.types.Node:
    """The Principled BSDF that reaches an output.

    What leant the normals there leans them here, and the finish of one inside a node group is taken over as numbers.
    """
    found = _upstream(output, _is_principled)
    if found is None:
        leant = _upstream(output, _is_leant)
        finish = finish_at(output)
        found = tree.nodes.new("ShaderNodeBsdfPrincipled")
        found.location = (output.location.x - 320, output.location.y)
        tree.links.new(found.outputs["BSDF"], output.inputs["Surface"])
        for link in leant.inputs["Normal"].links or () if leant else ():
            if link.from_socket is not None:
                tree.links.new(link.from_socket, found.inputs["Normal"])
        if finish is not None:
            _set_finish(found, finish)
    return found


def _set_finish(shader: bpy.types.Node, finish: Finish) -> None:
    for name, value in zip(FINISH, finish, strict=True):
        shader.inputs[name].default_value = value  # type: ignore[attr-defined]


def _node(material: bpy.types.Material, kind: str, name: str, place: tuple[float, float]) -> bpy.types.Node:
    """Our node of a name, made where it is missing."""
    tree = _tree(material)
    node = tree.nodes.get(name)
    if node is None or node.bl_idname != kind:
        node = tree.nodes.new(kind)
        node.name = node.label = name
        node.location = place
    return node


def _show(node: bpy.types.Node, image: bpy.types.Image) -> None:
    assert isinstance(node, bpy.types.ShaderNodeTexImage)
    if node.image != image:
        node.image = image


def _link(material: bpy.types.Material, output: bpy.types.NodeSocket, socket: bpy.types.NodeSocket) -> None:
    if not any(link.from_socket == output for link in socket.links or ()):
        _tree(material).links.new(output, socket)


def _shown(material: bpy.types.Material, name: str) -> bpy.types.Image | None:
    node = material.node_tree.nodes.get(name) if material.node_tree else None
    return node.image if isinstance(node, bpy.types.ShaderNodeTexImage) else None


def _tree(material: bpy.types.Material) -> bpy.types.ShaderNodeTree:
    tree = material.node_tree
    assert isinstance(tree, bpy.types.ShaderNodeTree)
    return tree


def _is_principled(node: bpy.types.Node) -> bool:
    return node.type == "BSDF_PRINCIPLED"


def _is_leant(node: bpy.types.Node) -> bool:
    """Whether it is a shader, with something linked to its normal."""
    normal = node.inputs.get("Normal")
    return normal is not None and bool(normal.links) and any(output.type == "SHADER" for output in node.outputs)


def _upstream(output: bpy.types.Node, accept: Callable[[bpy.types.Node], bool]) -> bpy.types.Node | None:
    """The nearest of the wanted nodes that feed the output's Surface."""
    waiting = [link.from_node for link in output.inputs["Surface"].links or ()]
    seen: list[bpy.types.Node] = []
    while waiting:
        node = waiting.pop(0)
        if node is None or node in seen:
            continue
        if accept(node):
            return node
        seen.append(node)
        waiting += [link.from_node for socket in node.inputs for link in socket.links or ()]
    return None
