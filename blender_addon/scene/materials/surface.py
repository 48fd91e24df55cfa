"""A take's base colour, normal map and material on a mesh object: copies of its materials around images of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import bpy
import numpy as np
from clipmatrix_protocol import Look

from ..handles import Handle, find, handle
from ..keys import mesh_of
from . import names, own_images, shading
from .canvas import Canvas
from .images import size

COPY = "clipmatrix_copy"
"""The custom property by which a material is one of our copies: the name it got first, which the artist may change."""


@dataclass(frozen=True)
class SlotBefore:
    """A material slot: the artist's material (None: an empty slot), its fake-user flag, the name we give our copy."""

    original: Handle | None
    fake_user: bool
    copy: str


@dataclass(frozen=True)
class SurfaceBefore:
    """An object's materials before a job touched them.

    Attributes
    ----------
    slots
        In their order; one for a slot of ours where ``bare``.
    bare
        Whether the object had no slots at all.
    image, normal_map
        Names of the images for base colour and normal map.
    """

    slots: tuple[SlotBefore, ...]
    bare: bool
    image: str
    normal_map: str


def record(thing: bpy.types.Object, reserved: set[str]) -> SurfaceBefore:
    """Remember everything :func:`restore` needs, and settle the names of what is going to be made.

    Parameters
    ----------
    reserved
        Names that other objects' records have settled on; this object's are added.
    """
    images = []
    for what in ("base colour", "normal map"):
        images.append(
            names.free(f"ClipMatrix {names.cut(names.fit(thing.name))} {what}", own_images.taken() | reserved)
        )
        reserved.add(images[-1])
    copies: dict[str, str] = {}
    reserved.update(material[COPY] for material in bpy.data.materials if material.get(COPY))
    slots = []
    for material in [slot.material for slot in thing.material_slots] or [None]:
        name = material.name if material else thing.name
        if name not in copies:
            copies[name] = names.free(f"ClipMatrix {names.cut(name)}", {*bpy.data.materials.keys(), *reserved})
            reserved.add(copies[name])
        slots.append(
            SlotBefore(handle(material) if material else None, bool(material and material.use_fake_user), copies[name])
        )
    return SurfaceBefore(tuple(slots), not thing.material_slots, *images)


def dress(thing: bpy.types.Object, before: SurfaceBefore) -> None:
    """Put our copies in the place of the artist's materials; makes what is missing, so that it may follow an undo.

    The artist's materials get a fake user, so that saving does not lose them. Slots may have been moved, added or given
    other materials meanwhile: what counts is what they hold.
    """
    if before.bare and not thing.material_slots:
        mesh_of(thing).materials.append(None)
    dressed = {_original(was): was for was in before.slots}
    for slot in thing.material_slots:
        was = dressed.get(slot.material)
        if was is not None:
            slot.material = next(_marked({was.copy}), None) or _make_copy(was)


def undressed(thing: bpy.types.Object, before: SurfaceBefore) -> tuple[bpy.types.Material | None, ...]:
    """What the object's slots would hold without the draft; empty for an object that had no slots."""
    found = tuple(slot.material for slot in thing.material_slots)
    own = tuple(_original(was) if (was := _slot_of(worn, before)) else worn for worn in found)
    return () if before.bare and own == (None,) else own


def painting(before: SurfaceBefore, texture: np.ndarray, canvas: Canvas) -> Iterator[None]:
    """Write the base colour, a piece each time the iterator is advanced; the picture changes with the last one.

    Parameters
    ----------
    texture
        (H, W, 3) uint8, sRGB encoded, row 0 at the bottom.
    canvas
        Where it is prepared.
    """
    yield from _writing(before, before.image, texture, canvas, shading.show_image)


def embossing(before: SurfaceBefore, normal_map: np.ndarray, canvas: Canvas) -> Iterator[None]:
    """Write the normal map as :func:`painting` does the base colour: (H, W, 3) uint8, tangent space, +Y along v."""
    yield from _writing(before, before.normal_map, normal_map, canvas, shading.show_normal_map)


def packing(before: SurfaceBefore, texture: np.ndarray | None, normal_map: np.ndarray | None) -> Iterator[None]:
    """Pack what :func:`painting` and :func:`embossing` have written, a piece each time the iterator is advanced."""
    for name, written in ((before.image, texture), (before.normal_map, normal_map)):
        if written is not None:
            yield from own_images.packing(name, written)


def is_lost(before: SurfaceBefore) -> bool:
    """Whether what the job had painted was not saved with the file that is open."""
    return any(map(own_images.is_lost, _images(before)))


def polish(before: SurfaceBefore, look: Look) -> None:
    """Write roughness and metallic."""
    for material in _copies(before):
        shading.set_look(material, look)


def worn_texture(thing: bpy.types.Object) -> np.ndarray | None:
    """The base colour of the take an object wears, (H, W, 3) uint8 sRGB, row 0 at the bottom; None without one."""
    return _worn(thing, shading.shown_image)


def worn_normal_map(thing: bpy.types.Object) -> np.ndarray | None:
    """The normal map of the take an object wears, (H, W, 3) uint8, row 0 at the bottom; None without one."""
    return _worn(thing, shading.shown_normal_map)


def own_relief(thing: bpy.types.Object) -> tuple[str, ...]:
    """A sentence for each of an object's materials whose normals are leant by something that is not ours."""
    materials = dict.fromkeys(slot.material for slot in thing.material_slots if slot.material)
    return tuple(f"“{found.name}” has relief of its own" for found in materials if shading.leans_by_itself(found))


def keep(thing: bpy.types.Object | None, before: SurfaceBefore) -> None:
    """Pack the images into the .blend, once, when the take is kept; also those that the artist has renamed."""
    worn = [slot.material for slot in thing.material_slots if slot.material] if thing is not None else []
    shown = [image for material in worn for image in shading.own_images(material)]
    for image in dict.fromkeys((*_images(before), *shown)):
        own_images.pack(image)


def name_files(material: bpy.types.Material) -> None:
    """See to it that exporters can tell the images of a take's material apart."""
    for image in shading.own_images(material):
        own_images.name_file(image)


def restore(thing: bpy.types.Object, before: SurfaceBefore) -> None:
    """Undo :func:`dress`; a slot that the artist has given another material meanwhile keeps it."""
    for slot in thing.material_slots:
        was = _slot_of(slot.material, before)
        if was is None:
            continue
        original = slot.material = _original(was)
        if original is not None:
            original.use_fake_user = was.fake_user
    if before.bare and len(thing.material_slots) == 1 and thing.material_slots[0].material is None:
        remove_only_slot(thing)


def is_copy(material: bpy.types.Material) -> bool:
    """Whether a material is one that a job has made, whatever it is called now and however little was changed in it."""
    return material.get(COPY) is not None


def remove_only_slot(thing: bpy.types.Object) -> None:
    """Take an object's only material slot away; which slot a face asks for stays as it is."""
    mesh = mesh_of(thing)
    indices = np.empty(len(mesh.polygons), np.int32)
    mesh.polygons.foreach_get("material_index", indices)
    if mesh.materials:  # or another object with this mesh was first
        mesh.materials.pop()
    if "material_index" in mesh.attributes:  # writing would make the attribute where no face has asked for a slot
        mesh.polygons.foreach_set("material_index", indices)  # which pop() has counted down
    thing.data = mesh  # has the object count its slots anew, which pop() forgets


def sweep(before: SurfaceBefore) -> None:
    """Remove our materials and images from the file, but not what the artist has made of our materials and uses."""
    for material in _copies(before):
        if material[COPY] == material.name or not material.users:
            bpy.data.materials.remove(material)
    for image in _images(before):
        bpy.data.images.remove(image)


def _writing(
    before: SurfaceBefore,
    name: str,
    texture: np.ndarray,
    canvas: Canvas,
    show: Callable[[bpy.types.Material, bpy.types.Image], None],
) -> Iterator[None]:
    """Write one of our images piece by piece, and have the materials show it with the last one."""
    height, width = texture.shape[:2]
    is_data = name == before.normal_map
    yield from canvas.fill(texture)
    own_images.ensured(name, width, height, is_data)
    yield
    image = own_images.ensured(name, width, height, is_data)  # looked up again: it may have been removed in between
    for material in _copies(before):
        show(material, image)
    image.pixels.foreach_set(canvas.pixels)  # type: ignore[arg-type]
    image.update_tag()
    yield


def _worn(thing: bpy.types.Object, shown: Callable[[bpy.types.Material], bpy.types.Image | None]) -> np.ndarray | None:
    """The pixels of the one image that an object's materials show, (H, W, 3) uint8; None without such."""
    images = {shown(slot.material) for slot in thing.material_slots if slot.material}
    image = images.pop() if len(images) == 1 else None
    if image is None or own_images.is_lost(image) or 0 in size(image):
        return None
    width, height = size(image)
    rgba = np.empty(width * height * 4, np.float32)
    image.pixels.foreach_get(rgba)
    return np.rint(rgba.reshape(height, width, 4)[:, :, :3] * 255).astype(np.uint8)


def _images(before: SurfaceBefore) -> list[bpy.types.Image]:
    """Those of our images that have been made."""
    names = (before.image, before.normal_map)
    return [bpy.data.images[name] for name in names if name in bpy.data.images]


def _make_copy(was: SlotBefore) -> bpy.types.Material:
    original = _original(was)
    if original is not None:
        original.use_fake_user = True
    copy = original.copy() if original is not None else bpy.data.materials.new(was.copy)
    assert copy is not None
    copy.name, copy.use_fake_user = was.copy, False
    copy[COPY] = was.copy
    return copy


def _original(was: SlotBefore) -> bpy.types.Material | None:
    return find(was.original, bpy.data.materials) if was.original else None


def _slot_of(material: bpy.types.Material | None, before: SurfaceBefore) -> SlotBefore | None:
    """Which slot our copy was made for; None for a material that is not ours."""
    copy = material.get(COPY) if material else None
    return next((was for was in before.slots if was.copy == copy), None)


def _copies(before: SurfaceBefore) -> list[bpy.types.Material]:
    return list(_marked({slot.copy for slot in before.slots}))


def _marked(copies: set[str]) -> Iterator[bpy.types.Material]:
    """Our materials that were given these names."""
    return (material for material in bpy.data.materials if material.get(COPY) in copies)
