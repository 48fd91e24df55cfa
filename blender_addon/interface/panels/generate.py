"""The job: generate or stop, progress, accept or discard."""

import bpy

from ...job import session
from ...job.phases import BUSY, WORKING, Phase
from .base import Panel


def show_job(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """Generate or stop; progress; accept or discard; remarks."""
    now = session.current()
    if now.state in WORKING:
        layout.operator("clipmatrix.stop", icon="CANCEL")
    else:
        layout.operator("clipmatrix.generate", icon="PLAY")
    progress = now.progress
    if progress and now.state in WORKING | {Phase.LOST}:
        text = f"{progress.step} of {progress.steps}, {progress.seconds_left:.0f} s left"
        layout.progress(factor=progress.step / max(progress.steps, 1), type="BAR", text=text)
        layout.label(text=f"Similarity {progress.similarity:.3f}")
    elif now.state in WORKING:
        layout.label(text=now.state.value.capitalize(), icon="SORTTIME")
    if now.waits:
        layout.label(text=f"Waits: {now.waits}", icon="PAUSE")
    if now.summary:
        layout.label(text=f"Similarity {now.summary.similarity_before:.3f} to {now.summary.similarity_after:.3f}")
    if now.result is not None and now.state not in BUSY:
        row = layout.row(align=True)
        row.operator("clipmatrix.accept", icon="CHECKMARK")
        row.operator("clipmatrix.discard", icon="TRASH")
    for remark in (*now.remarks, *now.warnings):
        layout.label(text=remark, icon="INFO")


class CLIPMATRIX_PT_generate(Panel):
    """The job and its result."""

    bl_idname = "CLIPMATRIX_PT_generate"
    bl_label = "Generate"
    show = staticmethod(show_job)
