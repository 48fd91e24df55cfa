"""``clipmatrix doctor``: what this machine has."""

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

HEADINGS = {
    "version": "Versions",
    "device": "Devices",
    "renderer": "Renderers",
    "clip": "CLIP models on this machine",
    "extra": "Extras",
}


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print it for programs.")] = False,
) -> None:
    """Say what this machine has: versions, devices, renderers, CLIP models, optional packages."""
    from ..diagnosis import diagnose  # torch takes a second: not for `--help`

    findings = diagnose()
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
        return
    console = Console()
    tick = "+" if console.options.ascii_only else "✓"
    table = Table(show_header=False, box=None, pad_edge=False)
    topic = ""
    for finding in findings:
        if finding.topic != topic:
            topic = finding.topic
            table.add_row(f"\n[bold]{HEADINGS[topic]}[/bold]")
        mark = f"[green]{tick}[/green]" if finding.here else "[dim]-[/dim]"
        table.add_row(f"{mark} {escape(finding.name)}", escape(finding.detail))
    console.print(table)
