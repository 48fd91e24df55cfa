"""``clipmatrix serve``: a backend for an artist's own Blender."""

import logging
import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from clipmatrix_protocol import DEFAULT_ADDRESS

from ..errors import UsageError
from ..server import serve as run
from ..server.security import make_secret

SECRET_VARIABLE = "CLIPMATRIX_SECRET"


def serve(
    address: Annotated[
        str, typer.Option(help="Where to listen, on this machine only; port 0 takes a free one.")
    ] = DEFAULT_ADDRESS,
    secret_file: Annotated[
        Path | None,
        typer.Option(help=f"File that holds the launch secret; else {SECRET_VARIABLE}, else a new one is printed."),
    ] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
    threads: Annotated[
        int | None,
        typer.Option(min=1, help="CPU threads to compute with.", show_default="all cores but one, which Blender needs"),
    ] = None,
    parent_pid: Annotated[
        int | None, typer.Option(help="End when this process ends; for programs that start a backend.")
    ] = None,
) -> None:
    """Serve Blender on this machine until Ctrl-C.

    Prints one line when clients can connect: `clipmatrix ready tcp://127.0.0.1:PORT`. The log goes to stderr.
    """
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(name)s: %(message)s")
    secret, made = _secret(secret_file)

    def ready(bound: str) -> None:
        if made:
            print(f"clipmatrix secret {secret}", flush=True)
        print(f"clipmatrix ready {bound}", flush=True)

    if not run(address, secret, device, ready, parent_pid, threads):
        logging.getLogger(__name__).warning("left a computation that did not end")
        logging.shutdown()
        os._exit(0)


def _secret(file: Path | None) -> tuple[str, bool]:
    """Return the launch secret and whether it was made just now."""
    if file is not None:
        try:
            secret = file.read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"cannot read the secret from {file}: {error}", "pass a readable text file") from error
        if not secret:
            raise UsageError(f"the secret file {file} is empty", "write a long random text into it")
        return secret, False
    given = os.environ.get(SECRET_VARIABLE, "").strip()
    return (given, False) if given else (make_secret(), True)
