"""What a file keeps of takes: on the armature (or the mesh, where there is none) the list, on each mesh its outfits.

They are kept on the character and not in the scene, because whoever duplicates, appends or deletes a character means
its takes, too. Nothing in them points to an object: a pointer would keep a deleted object in the file, and the takes
of a duplicate would dress the original.
"""

from __future__ import annotations

import bpy
from bpy.props import CollectionProperty, FloatProperty, IntProperty, PointerProperty, StringProperty

ORIGINAL = "original"
"""The ``uid`` of the character as it came."""

KEPT, GROWS = {"LIBRARY_OVERRIDABLE"}, {"LIBRARY_OVERRIDABLE", "USE_INSERTION"}
"""What a library override keeps of its own; without it Blender forgets all of it on loading, and adds to no list."""


class ClipMatrixTake(bpy.types.PropertyGroup):
    """One entry of the list: an accepted take, or the character as it came."""

    name: StringProperty(name="Name", description="What this take is called", override=KEPT)  # type: ignore[valid-type]
    uid: StringProperty(name="Identifier", description="What outfits refer to", override=KEPT)  # type: ignore[valid-type]
    prompt: StringProperty(name="Prompt", description="What was asked for", override=KEPT)  # type: ignore[valid-type]
    seed: IntProperty(name="Seed", description="The seed it was made with", override=KEPT)  # type: ignore[valid-type]
    date: StringProperty(  # type: ignore[valid-type]
        name="Date", description="When it was accepted, local time, ISO 8601", override=KEPT
    )
    similarity: FloatProperty(  # type: ignore[valid-type]
        name="Similarity",
        description="How well its pictures fit the prompts, by the CLIP that guided it",
        min=-1,
        max=1,
        override=KEPT,
    )
    steps: IntProperty(name="Steps", description="How many steps it took", override=KEPT)  # type: ignore[valid-type]
    seconds: FloatProperty(  # type: ignore[valid-type]
        name="Duration", description="How long it took", subtype="TIME_ABSOLUTE", unit="TIME_ABSOLUTE", override=KEPT
    )
    brief: StringProperty(  # type: ignore[valid-type]
        name="Settings", description="Prompts and settings, as JSON; empty for the character as it came", override=KEPT
    )
    notes: StringProperty(  # type: ignore[valid-type]
        name="Notes", description="Its poses and what it began with, as JSON; empty where nobody knows", override=KEPT
    )
    parent: StringProperty(  # type: ignore[valid-type]
        name="Grown From", description="Identifier of the take it was grown from", override=KEPT
    )
    picture: PointerProperty(  # type: ignore[valid-type]
        name="Picture", description="What it looked like when it was accepted", type=bpy.types.Image, override=KEPT
    )


class ClipMatrixOutfit(bpy.types.PropertyGroup):
    """What one mesh object wears in one take."""

    take: StringProperty(name="Take", description="Identifier of the take", override=KEPT)  # type: ignore[valid-type]
    mesh: PointerProperty(  # type: ignore[valid-type]
        name="Outfit", description="The hidden mesh that holds it", type=bpy.types.Mesh, override=KEPT
    )


class ClipMatrixWardrobe(bpy.types.PropertyGroup):
    """``object.clipmatrix_wardrobe``."""

    takes: CollectionProperty(  # type: ignore[valid-type]
        name="Takes",
        description="The character as it came, and every take that was accepted",
        type=ClipMatrixTake,
        override=GROWS,
    )
    active: IntProperty(name="Active Take", description="The take that is shown below the list", min=0, override=KEPT)  # type: ignore[valid-type]
    worn: StringProperty(  # type: ignore[valid-type]
        name="Worn Take", description="Identifier of the take that the character wears", override=KEPT
    )
    compared: StringProperty(  # type: ignore[valid-type]
        name="Compared Take", description="Identifier of the take that Before / After returns to", override=KEPT
    )
    outfits: CollectionProperty(  # type: ignore[valid-type]
        name="Outfits", description="What this mesh wears in each take", type=ClipMatrixOutfit, override=GROWS
    )


def wardrobe(thing: bpy.types.Object) -> ClipMatrixWardrobe:
    """An object's takes and outfits."""
    found: ClipMatrixWardrobe = thing.clipmatrix_wardrobe  # type: ignore[attr-defined]
    return found


CLASSES = (ClipMatrixTake, ClipMatrixOutfit, ClipMatrixWardrobe)

_register_classes, _unregister_classes = bpy.utils.register_classes_factory(CLASSES)


def register() -> None:
    """Put ``clipmatrix_wardrobe`` on every object."""
    _register_classes()
    bpy.types.Object.clipmatrix_wardrobe = PointerProperty(type=ClipMatrixWardrobe, override=KEPT)  # type: ignore


def unregister() -> None:
    """Take it off again; what is in the file stays there for the next time."""
    del bpy.types.Object.clipmatrix_wardrobe  # type: ignore[attr-defined]
    _unregister_classes()
