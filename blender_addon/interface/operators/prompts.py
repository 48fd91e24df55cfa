"""Add, remove and reorder prompts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from bpy.props import EnumProperty, StringProperty

from ...errors import Refusal
from .. import properties
from ..guarding import guarded

if TYPE_CHECKING:
    from bpy.stub_internal.rna_enums import OperatorReturnItems

DIRECTIONS = [("UP", "Up", "Towards the beginning of the list"), ("DOWN", "Down", "Towards the end of the list")]


class CLIPMATRIX_OT_prompt_add(bpy.types.Operator):
    """Add a prompt to the list."""

    bl_idname = "clipmatrix.prompt_add"
    bl_label = "Add Prompt"
    bl_description = "Add a prompt; all prompts of the list pull at the character together"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012 - Blender's own form

    text: StringProperty(  # type: ignore[valid-type]
        name="Text", description="What the character should become, in plain words", options={"SKIP_SAVE"}
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """As long as a brief takes one more."""
        return _poll_room(cls, context)

    @guarded
    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Append it and make it the active one."""
        assert context.scene is not None
        properties.add_prompt(properties.of(context.scene), self.text)
        return {"FINISHED"}


class CLIPMATRIX_OT_prompt_add_image(bpy.types.Operator):
    """Add an image to the list of prompts."""

    bl_idname = "clipmatrix.prompt_add_image"
    bl_label = "Add Image Prompt"
    bl_description = "Add an image of what the character should become; it pulls together with the other prompts"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012 - Blender's own form

    image: StringProperty(  # type: ignore[valid-type]
        name="Image",
        description="Name of an image in this file; empty to choose one in the panel",
        options={"SKIP_SAVE"},
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """As long as a brief takes one more."""
        return _poll_room(cls, context)

    @guarded
    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Append it and make it the active one."""
        assert context.scene is not None
        image = bpy.data.images.get(self.image)
        if self.image and image is None:
            raise Refusal(f"There is no image “{self.image}” in this file.", "Open it first.")
        properties.add_image(properties.of(context.scene), image)
        return {"FINISHED"}


class CLIPMATRIX_OT_prompt_remove(bpy.types.Operator):
    """Remove the active prompt from the list."""

    bl_idname = "clipmatrix.prompt_remove"
    bl_label = "Remove Prompt"
    bl_description = "Remove the active prompt from the list"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012 - Blender's own form

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """With one prompt more than a job needs."""
        return _poll_several(cls, context)

    @guarded
    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Remove it; the one before it becomes the active one."""
        assert context.scene is not None
        settings = properties.of(context.scene)
        active = min(settings.active_prompt, len(settings.prompts) - 1)
        settings.prompts.remove(active)
        settings.active_prompt = max(active - 1, 0)
        return {"FINISHED"}


class CLIPMATRIX_OT_prompt_move(bpy.types.Operator):
    """Move the active prompt in the list."""

    bl_idname = "clipmatrix.prompt_move"
    bl_label = "Move Prompt"
    bl_description = "Move the active prompt up or down in the list; the order is for your eyes alone"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012 - Blender's own form

    direction: EnumProperty(  # type: ignore[valid-type]
        name="Direction", description="Where to move the prompt", items=DIRECTIONS, default="UP"
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """With something to change places with."""
        return _poll_several(cls, context)

    @guarded
    def execute(self, context: bpy.types.Context) -> set[OperatorReturnItems]:
        """Change places with the neighbour, if there is one."""
        assert context.scene is not None
        settings = properties.of(context.scene)
        target = settings.active_prompt + (-1 if self.direction == "UP" else 1)
        if not 0 <= target < len(settings.prompts):
            return {"CANCELLED"}
        settings.prompts.move(settings.active_prompt, target)
        settings.active_prompt = target
        return {"FINISHED"}


def _poll_room(operator: type[bpy.types.Operator], context: bpy.types.Context) -> bool:
    assert context.scene is not None
    if len(properties.of(context.scene).prompts) >= properties.MOST_PROMPTS:
        operator.poll_message_set(f"There are {properties.MOST_PROMPTS} prompts already, and more are not possible")
        return False
    return True


def _poll_several(operator: type[bpy.types.Operator], context: bpy.types.Context) -> bool:
    assert context.scene is not None
    if len(properties.of(context.scene).prompts) < 2:
        operator.poll_message_set("There is only one prompt; add another one first")
        return False
    return True


CLASSES = (
    CLIPMATRIX_OT_prompt_add,
    CLIPMATRIX_OT_prompt_add_image,
    CLIPMATRIX_OT_prompt_remove,
    CLIPMATRIX_OT_prompt_move,
)
