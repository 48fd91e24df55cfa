"""Blender's events, as a progress bar and lines on a terminal."""

from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn


def show(events: Iterable[dict[str, Any]], console: Console) -> dict[str, Any] | None:
    """Print events as they come.

    Parameters
    ----------
    events
        What ``blender_addon/command/command.py`` prints with ``--progress json``.
    console
        Where to.

    Returns
    -------
    dict or None
        The ``failed`` event, if there was one.
    """
    failed = None
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
    )
    with Progress(*columns, console=console, transient=False) as bar:
        task = bar.add_task("starting", total=None, rate="")
        for event in events:
            match event["event"]:
                case "progress":
                    left = f"{event['seconds_left']:.0f} s left"
                    how = f"{event['steps_per_second']:.1f} steps/s, {left}, similarity {event['similarity']:.3f}"
                    begun = event["step"] > 0
                    bar.update(
                        task,
                        description="growing" if begun else "trying first colours",
                        completed=event["step"],
                        total=event["steps"],
                        rate=how if begun else left,
                    )
                case "phase":
                    console.print(event["text"])
                case "warning":
                    console.print(f"[yellow]note:[/yellow] {event['text']}")
                case "failed":
                    failed = event
                case _:
                    pass
    return failed
