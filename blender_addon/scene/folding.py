"""An outfit as a data-block of the file, where it outlives Blender: a hidden mesh that holds on to all of it.

A mesh, because Blender saves, copies, appends and undoes meshes as it does everything of the artist's, and because a
mesh has users: the materials it lists, with their images, stay in the file as long as it does.
"""

from __future__ import annotations

import json

import bpy
import numpy as np

from .materials import shading, surface
from .outfit import Displacement, Outfit

PROPERTY = "clipmatrix_outfit"
"""The custom property with what a mesh has no place for, as JSON."""

BASIS = "basis"
"""The attribute with the vertices' places without the displacement."""


def fold(outfit: Outfit, owner: str) -> bpy.types.Mesh:
    """Lay an outfit down in the file; the inverse of :func:`unfold`.

    Parameters
    ----------
    owner
        Name of the object that wears it. A leading dot in the mesh's name keeps it out of Blender's menus.
    """
    mesh = bpy.data.meshes.new(f".ClipMatrix take of {owner}")
    displacement = outfit.displacement
    if displacement is not None:
        mesh.vertices.add(len(displacement.points) // 3)
        mesh.vertices.foreach_set("co", displacement.points)
        basis = mesh.attributes.new(BASIS, "FLOAT_VECTOR", "POINT")
        basis.data.foreach_set("vector", displacement.basis)  # type: ignore[attr-defined]
    for material in outfit.materials:
        mesh.materials.append(material)
    value = displacement.value if displacement else 0.0
    told = {"value": value, "keyed": outfit.keyed, "values": dict(outfit.values), "light": outfit.light}
    mesh[PROPERTY] = json.dumps(told)
    return mesh


def unfold(mesh: bpy.types.Mesh) -> Outfit:
    """Read an outfit that :func:`fold` has laid down."""
    told = json.loads(mesh[PROPERTY])
    displacement = None
    if len(mesh.vertices):
        points, basis = (np.empty(len(mesh.vertices) * 3, np.float32) for _ in range(2))
        mesh.vertices.foreach_get("co", points)
        mesh.attributes[BASIS].data.foreach_get("vector", basis)  # type: ignore[attr-defined]
        displacement = Displacement(points, basis, told["value"])
    return Outfit(displacement, told["keyed"], told["values"], tuple(mesh.materials), told["light"])


def release(mesh: bpy.types.Mesh) -> None:
    """Remove a folded outfit that nobody holds any more, with the materials and images of ours that only it used."""
    if mesh.users:
        return
    materials = {material for material in mesh.materials if material is not None}
    bpy.data.meshes.remove(mesh)
    for material in materials:
        if material.users or not surface.is_copy(material):
            continue
        images = shading.own_images(material)
        bpy.data.materials.remove(material)
        for image in images:
            if not _is_used(image):
                bpy.data.images.remove(image)


def _is_used(image: bpy.types.Image) -> bool:
    """Whether anything shows the image, or a fake user keeps it.

    Not by its number of users: Blender 4.2 counts one too many for each material that was copied.
    """
    users = bpy.data.user_map(subset={image})[image]
    return bool(users) or image.use_fake_user
