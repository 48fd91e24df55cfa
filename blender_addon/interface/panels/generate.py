"""The job: generate, pause, stop, continue; progress; accept or discard."""

import bpy

from ...job import session
from ...job.jobs import Job
from ...job.phases import BUSY, WORKING, Phase
from .. import curve
from ..paragraph import paragraph
from .base import Panel

CURVE_SCALE = 2.6
"""Height of the similarity curve, in units of a button."""

MINUTES = 90
"""Seconds from which on a time is given in minutes."""


def show_job(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """What can be done; how far it is; what it has made; what the artist should know."""
    now = session.current()
    _show_verbs(layout, now)
    _show_progress(layout, now)
    if now.waits:
        paragraph(layout, f"Waits: {now.waits}", "PAUSE")
    if now.job:
        _show_curve(layout, now.job)
    for remark in (*now.remarks, *now.warnings):
        paragraph(layout, remark, "INFO")


def _show_verbs(layout: bpy.types.UILayout, now: session.Session) -> None:
    if now.state in WORKING:
        row = layout.row(align=True)
        if now.state is Phase.PAUSED:
            row.operator("clipmatrix.resume", icon="PLAY")
        else:
            row.operator("clipmatrix.pause", icon="PAUSE")
        row.operator("clipmatrix.stop", icon="CANCEL")
    elif now.result is not None:
        if now.state not in BUSY:
            row = layout.row(align=True)
            row.operator("clipmatrix.accept", icon="CHECKMARK")
            row.operator("clipmatrix.discard", icon="TRASH")
        layout.operator("clipmatrix.carry_on", icon="FF")
    else:
        layout.operator("clipmatrix.generate", icon="PLAY")
    if now.job is not None and now.result is not None:
        layout.operator("clipmatrix.result_compare", icon="ARROW_LEFTRIGHT", depress=now.job.aside)


def _show_progress(layout: bpy.types.UILayout, now: session.Session) -> None:
    progress = now.progress
    if now.series and now.job:
        which = f"Take {now.series.number} of {len(now.series.orders)}"
        layout.label(text=f"{which}, seed {now.job.brief.settings.seed}", icon="RENDERLAYERS")
    if progress and now.state in WORKING | {Phase.LOST}:
        left = "paused" if now.state is Phase.PAUSED else f"{_duration(progress.seconds_left)} left"
        text = f"{progress.step} of {progress.steps}, {left}" if progress.step else f"Trying first colours, {left}"
        layout.progress(factor=progress.step / max(progress.steps, 1), type="BAR", text=text)
        if progress.step:
            layout.label(text=f"Similarity {progress.similarity:.3f}")
    elif now.state in WORKING:
        layout.label(text=now.state.value.capitalize(), icon="SORTTIME")
    if now.summary:
        layout.label(text=f"Similarity {now.summary.similarity_before:.3f} to {now.summary.similarity_after:.3f}")


def _show_curve(layout: bpy.types.UILayout, job: Job) -> None:
    row = layout.row(align=True)
    row.alignment = "CENTER"
    for icon in curve.icons(job.course):
        row.template_icon(icon, scale=CURVE_SCALE)


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < MINUTES else f"{seconds / 60:.0f} min"


class CLIPMATRIX_PT_generate(Panel):
    """The job and its result."""

    bl_idname = "CLIPMATRIX_PT_generate"
    bl_label = "Generate"
    show = staticmethod(show_job)
