"""What an object wears of a take: displacement, sliders of shape keys, materials, light. Read it off, put it on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import bpy
import numpy as np

from ..errors import Refusal
from . import geometry, keys, light
from .apply import PartBefore
from .carrying import carried
from .checks import access
from .materials import surface


@dataclass(frozen=True, eq=False)
class Displacement:
    """A take's shape key.

    Attributes
    ----------
    points
        (V * 3,) float32, object space: where the key puts the vertices.
    basis
        (V * 3,) float32, object space: where they were without it, so that the key can follow a later sculpted basis.
    value
        Its slider.
    """

    points: np.ndarray
    basis: np.ndarray
    value: float


@dataclass(frozen=True, eq=False)
class Outfit:
    """What one object wears. It refers to materials, so it is for use at once and not to be kept across an undo.

    Attributes
    ----------
    displacement
        None where the vertices are where the artist put them.
    keyed
        Whether the object has shape keys when the displacement is off.
    values
        Sliders by name, of the keys that nothing animates.
    materials
        Of the slots, in their order; empty for an object without slots.
    light
        The light it was judged under, as in :mod:`.light`; empty where no take is worn.
    """

    displacement: Displacement | None
    keyed: bool
    values: Mapping[str, float]
    materials: tuple[bpy.types.Material | None, ...]
    light: str = ""


def read(thing: bpy.types.Object) -> Outfit:
    """What an object wears now; the inverse of :func:`wear`."""
    block = keys.mesh_of(thing).shape_keys
    materials = tuple(slot.material for slot in thing.material_slots)
    if block is None:
        return Outfit(displacement=None, keyed=False, values={}, materials=materials, light=light.text_of(thing))
    worn = keys.offsets_key(block)
    own = [key for key in block.key_blocks if key not in (worn, block.reference_key)]
    moved = keys.animated_keys(block)
    return Outfit(
        displacement=_displacement(block, worn) if worn else None,
        keyed=bool(own) or worn is None,
        values={key.name: key.value for key in own if key.name not in moved},
        materials=materials,
        light=light.text_of(thing),
    )


def before(thing: bpy.types.Object, was: PartBefore) -> Outfit:
    """What an object wore before the draft that is on it now."""
    now, basis = read(thing), was.keys.basis
    if basis is None:
        basis = geometry.basis(thing).astype(np.float32).reshape(-1)
    offsets, displacement = was.keys.offsets, None
    if offsets is not None and len(offsets) == len(basis) and not np.array_equal(offsets, basis):
        displacement = Displacement(offsets, basis, was.keys.offsets_value)
    materials = now.materials
    if was.surface is not None:
        materials = surface.undressed(thing, was.surface)
    values = {**now.values, **keys.renamed(thing, was.keys.values, was.keys)}
    return Outfit(displacement, was.keys.existed, values, materials, was.light)


def refuse_unwearable(thing: bpy.types.Object, outfit: Outfit) -> None:
    """Raise a :class:`Refusal` where :func:`wear` could not do all of its work."""
    access.refuse_unwritable(thing)
    if thing.mode == "SCULPT":
        raise Refusal(f"{thing.name} is in sculpt mode.", "Leave sculpt mode first.")
    count = len(keys.mesh_of(thing).vertices)
    if outfit.displacement is not None and len(outfit.displacement.points) != count * 3:
        made = len(outfit.displacement.points) // 3
        raise Refusal(
            f"{thing.name} has {count:,} vertices now, and had {made:,} when this take was made.",
            "Undo the remodelling, or generate anew.",
        )


def wear(thing: bpy.types.Object, outfit: Outfit) -> None:
    """Put an outfit on an object, whatever it wears; vertices, other shape keys and their order stay.

    Ask :func:`refuse_unwearable` before.
    """
    if outfit.displacement is not None:
        _displace(thing, outfit.displacement)
    else:
        _release(thing, outfit.keyed)
    keys.write_values(thing, outfit.values)
    _dress(thing, outfit.materials)
    light.put(thing, outfit.light)
    keys.mesh_of(thing).update()


def _displacement(block: bpy.types.Key, worn: bpy.types.ShapeKey) -> Displacement | None:
    points, basis = keys.points(worn), keys.points(block.reference_key)
    return None if np.array_equal(points, basis) else Displacement(points, basis, worn.value)


def _displace(thing: bpy.types.Object, displacement: Displacement) -> None:
    mesh = keys.mesh_of(thing)
    earlier = keys.offsets_key(mesh.shape_keys)
    value = earlier.value if earlier else displacement.value
    keys.write_offsets(thing, np.zeros((len(mesh.vertices), 3)))
    block = mesh.shape_keys
    worn = keys.offsets_key(block)
    assert block is not None
    assert worn is not None
    basis = keys.points(block.reference_key)
    worn.points.foreach_set("co", carried(displacement.points, displacement.basis, basis))
    worn.value = value if worn.name in keys.animated_keys(block) else displacement.value


def _release(thing: bpy.types.Object, keyed: bool) -> None:
    """Take the displacement off: remove its key, or flatten it where something of the artist's hangs on it."""
    block = keys.mesh_of(thing).shape_keys
    worn = keys.offsets_key(block)
    if block is None or worn is None:
        return
    if _hangs_on(block, worn):
        worn.points.foreach_set("co", keys.points(block.reference_key))
    elif not keyed and len(block.key_blocks) == 2:
        thing.shape_key_clear()
    else:
        active = thing.active_shape_key
        name = active.name if active else ""
        keys.remove_offsets(thing, worn)
        place = block.key_blocks.find(name)
        thing.active_shape_key_index = max(place, 0)


def _hangs_on(block: bpy.types.Key, worn: bpy.types.ShapeKey) -> bool:
    """Whether removing the key would lose more than the key: animation, a mask, limits, keys made on top of it."""
    altered = worn.vertex_group or worn.mute or (worn.slider_min, worn.slider_max) != (0.0, 1.0)
    on_top = any(key.relative_key == worn for key in block.key_blocks if key != worn)
    return bool(block.animation_data is not None or altered or on_top)


def _dress(thing: bpy.types.Object, materials: tuple[bpy.types.Material | None, ...]) -> None:
    """Fill the slots; makes those that are missing, and leaves those alone that the outfit does not know."""
    while len(thing.material_slots) < len(materials):
        keys.mesh_of(thing).materials.append(None)
    for slot, material in zip(thing.material_slots, materials, strict=False):
        if slot.material != material:
            slot.material = material
        if material is not None:
            surface.name_files(material)  # which takes of earlier versions lack
    if not materials and thing.material_slots:
        thing.material_slots[0].material = None
        if len(thing.material_slots) == 1:
            surface.remove_only_slot(thing)
