"""UVs: made where there are none, or another layer is taken."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import bpy
from bpy.props import StringProperty

from ....errors import Refusal
from ....scene.materials.uvs import corner_uvs, render_layer
from .base import Fix, alone

MARGIN = 0.01
"""Between islands, as a share of the image's side: 10 pixels of 1024, so that mipmaps don't mix them."""


class CLIPMATRIX_OT_unwrap(Fix):
    """Give parts UVs."""

    bl_idname = "clipmatrix.unwrap"
    bl_label = "Unwrap"
    bl_description = "Give every part without UVs a UV layer, by Smart UV Project"

    def fix(self, context: bpy.types.Context) -> None:
        """Unwrap each part on its own: each has a texture of its own."""
        things = self.parts(context, _is_bare)
        if not things:
            raise Refusal("Every part has UVs already.")
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
        layer.active_render = True


def _is_bare(thing: bpy.types.Object) -> bool:
    return isinstance(thing.data, bpy.types.Mesh) and render_layer(thing.data) is None


def _unwrap(context: bpy.types.Context, thing: bpy.types.Object, mesh: bpy.types.Mesh) -> None:
    """Smart UV Project into the layer that renders, which is made if there is none."""
    layer = render_layer(mesh) or mesh.uv_layers.new(name="UVMap", do_init=False)
    if layer is None:
        raise Refusal(f"{thing.name} has as many UV layers as Blender allows.", "Remove one.")
    name, edited = layer.name, mesh.uv_layers.active
    mesh.uv_layers.active = layer
    with _double(mesh) as double, alone(context, double):
        bpy.ops.object.mode_set(mode="EDIT")
        bpy.ops.mesh.reveal(select=True)
        bpy.ops.mesh.select_all(action="SELECT")
        bpy.ops.uv.smart_project(island_margin=MARGIN)
        bpy.ops.object.mode_set(mode="OBJECT")
        assert isinstance(double.data, bpy.types.Mesh)
        flat = corner_uvs(double.data.uv_layers[name]).reshape(-1)
    mesh.uv_layers[name].uv.foreach_set("vector", flat)
    mesh.uv_layers.active = edited or mesh.uv_layers[name]
    mesh.update()


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
