"""``clipmatrix evaluate``: how good results are, as figures and as a page to look at."""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from ..demo import blend_to_glb
from ..errors import UsageError
from ..evaluate.inputs import check_file, check_folder, label, prompt_of, prompts_in
from ..evaluate.question import ORIGIN, Question

if TYPE_CHECKING:
    from ..evaluate.evaluation import Evaluation
    from ..evaluate.subject import Subject

PAGE, FIGURES = "evaluation.html", "evaluation.json"


def evaluate(
    files: Annotated[list[Path], typer.Argument(help="Characters: .glb, or .blend, which Blender then exports.")],
    prompt: Annotated[
        str | None,
        typer.Option(help="What they should look like.", show_default="that of the report.json beside each"),
    ] = None,
    origin: Annotated[str, typer.Option(help="What they came from, for the directional similarity.")] = ORIGIN,
    before: Annotated[
        Path | None,
        typer.Option(
            help="The character they came from.", show_default="each one with its shape keys at 0, in mid grey"
        ),
    ] = None,
    among: Annotated[
        Path | None,
        typer.Option(help="Prompts to rank it among, one a line.", show_default="50 that come with the package"),
    ] = None,
    judge: Annotated[
        list[str] | None,
        typer.Option(
            help="The CLIP that judges; may be repeated. 'judge', MODEL:PRETRAINED, or MODEL:/path/to/checkpoint.",
            show_default="judge",
        ),
    ] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
    out: Annotated[
        Path | None, typer.Option(help="Folder for the results.", show_default="that of the first file")
    ] = None,
) -> None:
    """Judge results: does a CLIP that never steered them see the prompt, and did the mesh stay sound?

    Renders each character from 24 sides, at rest and in 8 poses that no job has seen, and writes evaluation.json, and
    evaluation.html with the pictures.
    """
    for path in (*files, *([before] if before else ())):
        check_file(path)
    if prompt is not None and not prompt.strip():
        raise UsageError("the prompt is empty", 'say what it should look like, as in "a red figure"')
    wanted = [prompt or prompt_of(path) for path in files]
    ranked = prompts_in(among) if among else None
    folder = out or files[0].resolve().parent
    check_folder(folder)

    import torch  # takes a second: not for `--help`, nor for what is refused above

    from ..evaluate.evaluation import evaluate as judged
    from ..evaluate.judge import judges_by_name
    from ..evaluate.page import page
    from ..evaluate.record import records
    from ..server.device import find_device, spare_threads

    torch.set_num_threads(spare_threads())
    judges = judges_by_name(judge or ["judge"], torch.device(find_device(device).kind))
    console = Console()
    found = []
    with console.status("") as status:
        first = _read(before) if before else None
        for path, text in zip(files, wanted, strict=True):
            status.update(f"evaluating {escape(str(path))}")
            subject = replace(_read(path), name=label(path))
            found.append(judged(subject, Question(text, origin, ranked), judges, before=first))
            _say(found[-1], console)
    title = wanted[0] if len(files) == 1 else f"{len(files)} results"
    for name, data in ((PAGE, page(found, title).encode()), (FIGURES, records(found))):
        (folder / name).write_bytes(data)
        console.print(f"  {folder / name}", highlight=False, soft_wrap=True, markup=False)


def _read(path: Path) -> "Subject":
    """Read a character, by way of Blender if need be."""
    from ..evaluate.gltf import read_glb

    if path.suffix.lower() == ".glb":
        return read_glb(path)
    with tempfile.TemporaryDirectory(prefix="clipmatrix-evaluate-", ignore_cleanup_errors=True) as folder:
        glb = Path(folder) / f"{path.stem}.glb"
        blend_to_glb(path.resolve(), glb)
        return read_glb(glb)


def _say(one: "Evaluation", console: Console) -> None:
    """Print the figures that matter most, one line for each judge and one for the mesh."""
    console.print(f"[bold]{escape(one.name)}[/bold]: {escape(one.prompt)}", soft_wrap=True, highlight=False)
    for said in one.verdicts:
        rest, unseen = said.textured_rest, said.textured_unseen
        moved = f", {unseen.similarity:.3f} in unseen poses" if unseen else ""
        console.print(
            f"  {escape(said.judge)}: similarity {rest.similarity:.3f} at rest{moved}; rank {rest.rank} of {one.among}",
            soft_wrap=True,
            highlight=False,
        )
    mesh = one.soundness
    console.print(
        f"  mesh: {mesh.inverted} inverted, {mesh.degenerate} degenerate, {mesh.intersecting_share:.2%} newly "
        f"self-intersecting over {mesh.poses} poses",
        soft_wrap=True,
        highlight=False,
    )
