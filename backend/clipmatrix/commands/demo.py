"""``clipmatrix demo``: the whole path in one command."""

import time
from pathlib import Path
from typing import Annotated

import typer
from clipmatrix_protocol import Settings
from rich.console import Console

from ..command_lines import own_program
from ..demo import DemoRequest, Pictures, check, own_extension, show, start_backend, start_blender
from ..demo.judging import judged
from ..demo.report import OUTPUTS, write_report
from ..demo.request import folder_name
from ..errors import UsageError
from ..server import Computing
from ..server.computing import PRECISIONS, RENDERERS

DEFAULTS = Settings()


def demo(
    prompt: Annotated[str, typer.Argument(help='What the character should become, as in "a red figure".')],
    out: Annotated[
        Path | None, typer.Option(help="Folder for the results.", show_default="clipmatrix-out/<prompt>")
    ] = None,
    blend: Annotated[
        Path | None,
        typer.Option(
            help="Grow this instead: a .blend, or a model Blender imports, such as .glb, .fbx, .obj.",
            show_default="the embedded figure",
        ),
    ] = None,
    motion: Annotated[
        Path | None,
        typer.Option(
            help="Have it play this recorded motion, an .npz of AMASS or smplx.",
            show_default="the figure's walk, or its own",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Same seed, same machine: same result.")] = DEFAULTS.seed,
    steps: Annotated[int, typer.Option(help="Optimisation steps, 1 to 10000.")] = DEFAULTS.steps,
    views: Annotated[int, typer.Option(help="Cameras drawn for each step, 1 to 64.")] = DEFAULTS.views,
    texture_size: Annotated[
        int, typer.Option(help="Side of the texture in pixels, a power of two from 64 to 4096.")
    ] = DEFAULTS.texture_size,
    clip: Annotated[
        str,
        typer.Option(help="'embedded', an open_clip MODEL:PRETRAINED, or MODEL:/path/to/checkpoint."),
    ] = DEFAULTS.clip,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
    threads: Annotated[
        int | None, typer.Option(min=1, help="CPU threads to compute with.", show_default="as serve")
    ] = None,
    renderer: Annotated[str, typer.Option(help=f"Rasteriser: {RENDERERS}.")] = "auto",
    precision: Annotated[str, typer.Option(help=f"Of the guiding CLIP's image encoder: {PRECISIONS}.")] = "auto",
    port: Annotated[int, typer.Option(help="TCP port of the backend on this machine; 0 takes a free one.")] = 0,
    pictures: Annotated[Pictures, typer.Option(help="Which pictures to render.")] = "all",
    film_growth: Annotated[
        bool, typer.Option("--film-growth", help="Film the character while it grows, as growth.mp4; takes longer.")
    ] = False,
    extension: Annotated[
        Path | None, typer.Option(help="Folder of the Blender extension.", show_default="the source tree's")
    ] = None,
) -> None:
    """Grow a character into a text, in a real, headless Blender, and write what an artist would take home.

    Starts a backend on this machine, opens Blender beside it, adds the embedded figure with its walk (or opens what
    --blend names, and puts right what is missing, such as UVs), presses Generate and leaves character.blend,
    character.glb, contact.png, turntable.mp4 and report.json in the output folder.
    """
    started = time.monotonic()
    request = DemoRequest(
        prompt=prompt,
        out=(out or Path("clipmatrix-out") / folder_name(prompt)).resolve(),
        settings=Settings(clip=clip, steps=steps, views=views, texture_size=texture_size, seed=seed),  # type: ignore[arg-type]
        port=port,
        computing=Computing(device, threads, renderer, precision),
        extension=(extension or own_extension()).resolve(),
        pictures=pictures,
        blend=blend.resolve() if blend else None,
        growth=film_growth,
        motion=motion.resolve() if motion else None,
    )
    check(request)
    console = Console()
    with start_backend(request) as backend, start_blender(request, backend) as blender:
        failed = show(blender.events(), console)
        code = blender.returncode
    if failed is not None or code != 0:
        _say_what_failed(request, failed)
        raise typer.Exit(code or 1)
    console.print("judging the result")
    write_report(request, judged(request), time.monotonic() - started)
    _say_what_next(request, console)


def _say_what_failed(request: DemoRequest, failed: dict[str, str] | None) -> None:
    if failed is None:
        failed = {"message": "Blender ended without a result", "remedy": f"see {request.out / 'blender.log'}"}
    if failed.get("code") == "bad_arguments":
        raise UsageError(failed["message"], failed.get("remedy", ""))
    said = failed["message"].rstrip(".")  # what jobs say ends with a full stop, what processes say does not
    typer.echo(f"clipmatrix: {said}. {failed.get('remedy', '')}".rstrip(), err=True)


def _say_what_next(request: DemoRequest, console: Console) -> None:
    console.print(f"\n[bold]{request.prompt}[/bold] is in {request.out}", soft_wrap=True, highlight=False)
    for name in (*OUTPUTS, "report.json"):
        if (request.out / name).exists():
            console.print(f"  {name}", highlight=False)
    console.print(
        f"\nNext: `{own_program()} serve` gives your own Blender a backend; your own characters go through the\n"
        "ClipMatrix panel there. `--clip ViT-B-32:laion2b_s34b_b79k` guides with real CLIP weights, which know the\n"
        "whole language; the embedded CLIP knows colours, stripes, clothes, fat and thin.",
        soft_wrap=True,
        highlight=False,
    )
