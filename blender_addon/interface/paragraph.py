"""Text that wraps to the width of its panel, which Blender's labels don't."""

from textwrap import wrap

import bpy

from ..errors import Refusal

LETTER = 6.4
"""Mean width of a letter of Blender's interface font, pixels at a scale of 1; a little wide, to be safe."""

MARGIN = 74.0
"""What panel, box, icon and scroll bar take of a region's width, pixels at a scale of 1."""

FEWEST, MOST = 16, 100
"""Letters of a line."""


def columns(context: bpy.types.Context) -> int:
    """How many letters fit on a line of the region that is being drawn; 32, a new sidebar's, where there is none."""
    if context.region is None or context.preferences is None or context.region.width <= 1:
        return 32
    scale = context.preferences.system.ui_scale
    return max(FEWEST, min(MOST, int((context.region.width / scale - MARGIN) / LETTER)))


def paragraph(layout: bpy.types.UILayout, text: str, icon: str = "NONE", width: int = 0) -> None:
    """Show a text on as many lines as it takes, with an icon at the first; ``width`` letters, 0 fits the region."""
    column = layout.column(align=True)
    for line in wrap(text, width or columns(bpy.context), break_on_hyphens=False):
        column.label(text=line, icon=icon)  # type: ignore[arg-type]
        icon = "NONE" if icon == "NONE" else "BLANK1"


def refusal_box(layout: bpy.types.UILayout, refusal: Refusal) -> None:
    """Show a refusal as a box: its sentences, and the button that helps."""
    box = layout.box()
    box.alert = True
    said = box.column(align=True)
    paragraph(said, refusal.message, "ERROR")
    paragraph(said, refusal.remedy, "BLANK1")
    if refusal.fix:
        button = box.operator(refusal.fix.operator, text=refusal.fix.label)
        for name, value in refusal.fix.properties.items():
            setattr(button, name, value)
