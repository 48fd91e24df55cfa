"""``clipmatrix serve``: a backend for Blender, on this machine or on others."""

import logging
import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from clipmatrix_protocol import DEFAULT_ADDRESS, DEFAULT_PORT

from ..errors import UsageError
from ..server import Computing
from ..server import serve as run
from ..server.allocator import keep_freed_memory
from ..server.computing import PRECISIONS, RENDERERS
from ..server.keys import KeyFolder
from ..server.security import check_address, is_loopback, make_secret
from .keys import default_folder

SECRET_VARIABLE = "CLIPMATRIX_SECRET"


def serve(
    address: Annotated[
        str | None,
        typer.Option(help="Where to listen; port 0 takes a free one.", show_default=DEFAULT_ADDRESS),
    ] = None,
    host: Annotated[
        str | None,
        typer.Option(help="Let other machines in: listen on this address of this one, 0.0.0.0 for all. Needs keys."),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.", show_default=str(DEFAULT_PORT)),
    ] = None,
    keys: Annotated[
        Path | None,
        typer.Option(
            help="Folder of keys made by `clipmatrix keys`; they encrypt the connection and take the secret's place.",
            show_default="none on this machine, else this user's",
        ),
    ] = None,
    secret_file: Annotated[
        Path | None,
        typer.Option(help=f"File that holds the launch secret; else {SECRET_VARIABLE}, else a new one is printed."),
    ] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
    threads: Annotated[
        int | None,
        typer.Option(min=1, help="CPU threads to compute with.", show_default="all cores but one, which Blender needs"),
    ] = None,
    renderer: Annotated[str, typer.Option(help=f"Rasteriser: {RENDERERS}.")] = "auto",
    precision: Annotated[
        str,
        typer.Option(help=f"Of CLIP's image encoder: {PRECISIONS}. auto is float32, on newer NVIDIA GPUs bfloat16."),
    ] = "auto",
    parent_pid: Annotated[
        int | None, typer.Option(help="End when this process ends; for programs that start a backend.")
    ] = None,
) -> None:
    """Serve Blender until Ctrl-C: on this machine with a secret, on others with keys.

    Prints one line when clients can connect: `clipmatrix ready tcp://127.0.0.1:PORT`. The log goes to stderr.
    """
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(name)s: %(message)s")
    where = _where(address, host, port)
    folder = _keys(keys, where)
    if folder is not None and secret_file is not None:
        raise UsageError("keys take the place of a secret", "leave out --secret-file")
    secret, made = _secret(secret_file) if folder is None else ("", False)
    keep_freed_memory()

    def ready(bound: str) -> None:
        if made:
            print(f"clipmatrix secret {secret}", flush=True)
        print(f"clipmatrix ready {bound}", flush=True)

    if not run(where, secret, Computing(device, threads, renderer, precision), ready, parent_pid, folder):
        logging.getLogger(__name__).warning("left a computation that did not end")
        logging.shutdown()
        os._exit(0)


def _where(address: str | None, host: str | None, port: int | None) -> str:
    """Say it as an address, whichever way it was said."""
    if host is None and port is None:
        return address or DEFAULT_ADDRESS
    if address is not None:
        raise UsageError("--address says what --host and --port say", "give it alone, or those two")
    name, _, number = (host or "127.0.0.1").rpartition(":")
    if name and ":" not in name and number.isdecimal():
        raise UsageError(f"{host} names a port, too", f"write --host {name} --port {number}")
    where = host or "127.0.0.1"
    return f"tcp://{f'[{where}]' if ':' in where else where}:{DEFAULT_PORT if port is None else port}"


def _keys(folder: Path | None, address: str) -> KeyFolder | None:
    """Choose the keys: those that are asked for, else this user's where other machines can come in."""
    if folder is None and is_loopback(check_address(address)):
        return None
    return KeyFolder(folder or default_folder())


def _secret(file: Path | None) -> tuple[str, bool]:
    """Return the launch secret and whether it was made just now."""
    if file is not None:
        try:
            secret = file.read_text(encoding="utf-8-sig").strip()  # Notepad may put a mark before it
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"cannot read the secret from {file}: {error}", "pass a readable text file") from error
        if not secret:
            raise UsageError(f"the secret file {file} is empty", "write a long random text into it")
        return secret, False
    given = os.environ.get(SECRET_VARIABLE, "").strip()
    return (given, False) if given else (make_secret(), True)
