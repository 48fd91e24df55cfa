"""UVs: made where there are none, or another layer is taken."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import bpy
from bpy.props import StringProperty

from ....errors import Refusal
from ....job import records
from ....scene.materials import pinning
from ....scene.materials.uvs import are_cramped, corner_uvs, render_layer, triangle_uvs
from ...takes import wardrobe
from .base import Fix, alone

MARGIN = 0.01
"""Between islands, as a share of the image's side: 10 pixels of 1024, so that mipmaps don't mix them."""


class CLIPMATRIX_OT_unwrap(Fix):
    """Give parts UVs."""

    bl_idname = "clipmatrix.unwrap"
    bl_label = "Unwrap"
    bl_description = "Give every part whose UVs have no room for paint new ones, by Smart UV Project; its look stays"

    def fix(self, context: bpy.types.Context) -> None:
        """Unwrap each part on its own: each has a texture of its own."""
        things = self.parts(context, _has_no_room)
        if not things:
            raise Refusal("Every part has UVs with room for paint already.")
        for thing, mesh in things:
            _refuse_painted(thing, mesh)
        for thing, mesh in things:
            _unwrap(context, thing, mesh)


class CLIPMATRIX_OT_use_uv_layer(Fix):
    """Take another UV layer."""

    bl_idname = "clipmatrix.use_uv_layer"
    bl_label = "Use UV Layer"
    bl_description = "Make this UV layer the one that renders"

    layer: StringProperty(  # type: ignore[valid-type]
        name="UV Layer", description="Name of the UV layer", options={"SKIP_SAVE"}
    )

    def fix(self, context: bpy.types.Context) -> None:
        """Switch the render mark over."""
        thing, mesh = self.mesh()
        layer = mesh.uv_layers.get(self.layer)
        if layer is None:
            raise Refusal(f"{thing.name} has no UV layer “{self.layer}”.")
        _refuse_painted(thing, mesh)
        _have_render(thing, mesh, layer)


def _refuse_painted(thing: bpy.types.Object, mesh: bpy.types.Mesh) -> None:
    """A take's paint lies along the layer that rendered when it was made, in materials that are not worn now, too."""
    if render_layer(mesh) is None:
        return
    if getattr(thing, records.PROPERTY):
        raise Refusal(f"{thing.name} shows a result, whose paint lies along its UVs.", "Accept or discard it first.")
    if wardrobe(thing).outfits:
        raise Refusal(f"{thing.name} has takes, whose paint lies along its UVs.", "Delete them, or unwrap a copy.")


def _has_no_room(thing: bpy.types.Object) -> bool:
    if not isinstance(thing.data, bpy.types.Mesh):
        return False
    layer = render_layer(thing.data)
    return layer is None or are_cramped(triangle_uvs(thing.data, layer))


def _have_render(thing: bpy.types.Object, mesh: bpy.types.Mesh, layer: bpy.types.MeshUVLoopLayer) -> None:
    """Make a layer the one that renders; what the materials show stays in the one that did."""
    before = render_layer(mesh)
    if before is not None and before != layer:
        pinning.pin(thing, mesh, before.name)
    layer.active_render = True


def _unwrap(context: bpy.types.Context, thing: bpy.types.Object, mesh: bpy.types.Mesh) -> None:
    """Smart UV Project into the layer that renders; into a new one where there is none, or where materials need it."""
    renders, edited = render_layer(mesh), mesh.uv_layers.active
    is_new = renders is None or pinning.shows_through(thing)
    name = "UVMap" if renders is None else "Unwrapped" if is_new else renders.name
    with _double(mesh) as double, alone(context, double):
        layers = _layers(double)
        layers.active = _made(thing, layers, name) if is_new else layers[name]
        name = layers.active.name  # another than was asked for where that was taken
        bpy.ops.object.mode_set(mode="EDIT")
        bpy.ops.mesh.reveal(select=True)
        bpy.ops.mesh.select_all(action="SELECT")
        bpy.ops.uv.smart_project(island_margin=MARGIN)
        bpy.ops.object.mode_set(mode="OBJECT")
        flat = corner_uvs(_layers(double)[name]).reshape(-1)
    was_edited = edited.name if edited else name
    layer = _made(thing, mesh.uv_layers, name) if is_new else mesh.uv_layers[name]
    layer.uv.foreach_set("vector", flat)
    mesh.uv_layers.active = mesh.uv_layers[was_edited]
    _have_render(thing, mesh, mesh.uv_layers[name])
    mesh.update()


def _layers(thing: bpy.types.Object) -> bpy.types.UVLoopLayers:
    assert isinstance(thing.data, bpy.types.Mesh)
    return thing.data.uv_layers


def _made(thing: bpy.types.Object, layers: bpy.types.UVLoopLayers, name: str) -> bpy.types.MeshUVLoopLayer:
    layer = layers.new(name=name, do_init=False)
    if layer is None:
        raise Refusal(f"{thing.name} has as many UV layers as Blender allows.", "Remove one.")
    return layer


@contextmanager
def _double(mesh: bpy.types.Mesh) -> Iterator[bpy.types.Object]:
    """An object with a copy of the mesh until the block ends, so that the artist's own may be locked or half hidden."""
    assert bpy.context.scene is not None
    double = bpy.data.objects.new("ClipMatrix unwrapping", mesh.copy())
    bpy.context.scene.collection.objects.link(double)
    try:
        yield double
    finally:
        copy = double.data
        bpy.data.objects.remove(double)
        if isinstance(copy, bpy.types.Mesh):
            bpy.data.meshes.remove(copy)


CLASSES = (CLIPMATRIX_OT_unwrap, CLIPMATRIX_OT_use_uv_layer)
