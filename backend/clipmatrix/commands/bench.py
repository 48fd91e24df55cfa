"""``clipmatrix bench``: how fast this machine is."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.bar import Bar
from rich.console import Console
from rich.table import Table

from ..errors import UsageError
from ..server.computing import RENDERERS

if TYPE_CHECKING:
    from ..bench.clock import Timing
    from ..bench.report import BenchReport

BAR = 40
"""Columns of the longest bar."""


def bench(
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
    threads: Annotated[
        int | None, typer.Option(min=1, help="CPU threads to compute with.", show_default="as serve")
    ] = None,
    renderer: Annotated[str, typer.Option(help=f"Rasteriser: {RENDERERS}.")] = "auto",
    repeats: Annotated[int, typer.Option(min=1, help="How often each thing is timed.")] = 7,
    plot: Annotated[Path | None, typer.Option(help="Write the parts of a step as a picture, SVG.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print it for programs.")] = False,
) -> None:
    """Time an optimisation step beside bare CLIP, ViT-B/32, in the paper's setting; takes a minute or two."""
    if plot is not None:
        _check(plot)
    from ..bench.plot import plot as drawn
    from ..bench.report import measure  # torch takes a second: not for `--help`

    report = measure(device, threads, repeats, renderer)
    if plot is not None:
        plot.write_text(drawn(f"A step by its parts: {report.machine}", report.parts), encoding="utf-8")
    if as_json:
        typer.echo(json.dumps(asdict(report), indent=2))
        return
    console = Console()
    console.print(f"[bold]{report.machine}[/bold]\n{report.setting}\n")
    console.print(_ratios(report), "", _parts(report.parts), "", _renderers(report.renderers))


def _check(plot: Path) -> None:
    """See that a file can be written before minutes are spent on what goes into it."""
    try:
        plot.open("a").close()
    except OSError as error:
        raise UsageError(f"cannot write {plot}: {error.strerror}", "choose another place for --plot") from error


def _ratios(report: "BenchReport") -> Table:
    table = Table(
        "step over CLIP", "over the loop's CLIP", "precision", "step", "CLIP", "loop's CLIP", "peak", box=None
    )
    for precision, step in report.steps.items():
        table.add_row(
            f"[bold]{step.step_over_clip:.2f}[/bold]",
            f"{step.step_over_tower:.2f}",
            precision,
            *(f"{each.median:.0f} ms\n[dim]{each.low:.0f}-{each.high:.0f}[/dim]" for each in step.times()),
            f"{step.peak_mb / 1024:.1f} GB",
        )
    return table


def _parts(parts: Mapping[str, "Timing"]) -> Table:
    longest = max(part.median for part in parts.values())
    table = Table("part of a step", "time", "", box=None)
    for name, part in parts.items():
        table.add_row(name, _spread(part), Bar(longest, 0, part.median, width=BAR))
    return table


def _renderers(renderers: Mapping[str, "Timing"]) -> Table:
    fastest = min(each.median for each in renderers.values())
    table = Table("renderer, over the fastest", "there and back", box=None)
    for name, each in renderers.items():
        table.add_row(f"{name}  [bold]{each.median / fastest:.2f}[/bold]", _spread(each))
    return table


def _spread(each: "Timing") -> str:
    return f"{each.median:.1f} ms [dim]({each.low:.1f}-{each.high:.1f})[/dim]"
