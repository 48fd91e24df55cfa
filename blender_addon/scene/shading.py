"""A take's values in a material's nodes: the image at Base Color, roughness and metallic as numbers."""

from __future__ import annotations

import bpy
from clipmatrix_protocol import Look

NODE = "ClipMatrix base colour"
"""Name of the image node."""


def show_image(material: bpy.types.Material, image: bpy.types.Image) -> None:
    """Have the material's Principled BSDF take its base colour from the image, through the render UV layer."""
    shader = principled(material)
    tree = _tree(material)
    node = tree.nodes.get(NODE)
    if not isinstance(node, bpy.types.ShaderNodeTexImage):
        node = tree.nodes.new("ShaderNodeTexImage")
        assert isinstance(node, bpy.types.ShaderNodeTexImage)
        node.name = node.label = NODE
        node.location = (shader.location.x - 320, shader.location.y)
    if node.image != image:
        node.image = image
    socket = shader.inputs["Base Color"]
    if not any(link.from_node == node for link in socket.links or ()):
        tree.links.new(node.outputs["Color"], socket)  # type: ignore[index]


def shown_image(material: bpy.types.Material) -> bpy.types.Image | None:
    """The image that :func:`show_image` has put into the material, or None."""
    node = material.node_tree.nodes.get(NODE) if material.node_tree else None
    return node.image if isinstance(node, bpy.types.ShaderNodeTexImage) else None


def set_look(material: bpy.types.Material, look: Look) -> None:
    """Set roughness and metallic; a texture that fed them is cut off."""
    shader = principled(material)
    tree = _tree(material)
    for name, value in (("Roughness", look.roughness), ("Metallic", look.metallic)):
        socket = shader.inputs[name]
        for link in tuple(socket.links or ()):
            tree.links.remove(link)
        socket.default_value = value  # type: ignore[attr-defined]


def look_of(material: bpy.types.Material) -> Look:
    """Roughness and metallic as :func:`set_look` has set them; the rest as by default."""
    shader = principled(material)
    sockets = (shader.inputs[name] for name in ("Roughness", "Metallic"))
    roughness, metallic = (socket.default_value for socket in sockets)  # type: ignore[attr-defined]
    return Look(roughness=float(roughness), metallic=float(metallic))


def principled(material: bpy.types.Material) -> bpy.types.Node:
    """The Principled BSDF that reaches the material's output, made in the place of whatever else does."""
    if material.node_tree is None:
        material.use_nodes = True
    tree = _tree(material)
    output = tree.get_output_node("ALL") or tree.nodes.new("ShaderNodeOutputMaterial")
    found = _upstream(output, "BSDF_PRINCIPLED")
    if found is None:
        found = tree.nodes.new("ShaderNodeBsdfPrincipled")
        found.location = (output.location.x - 320, output.location.y)
        tree.links.new(found.outputs["BSDF"], output.inputs["Surface"])
    return found


def _tree(material: bpy.types.Material) -> bpy.types.ShaderNodeTree:
    tree = material.node_tree
    assert isinstance(tree, bpy.types.ShaderNodeTree)
    return tree


def _upstream(output: bpy.types.Node, kind: str) -> bpy.types.Node | None:
    """The nearest node of a type that feeds the output's Surface."""
    waiting = [link.from_node for link in output.inputs["Surface"].links or ()]
    seen: list[bpy.types.Node] = []
    while waiting:
        node = waiting.pop(0)
        if node is None or node in seen:
            continue
        if node.type == kind:
            return node
        seen.append(node)
        waiting += [link.from_node for socket in node.inputs for link in socket.links or ()]
    return None
