"""``clipmatrix keys``: who may use this backend from another machine."""

import socket
from pathlib import Path
from typing import Annotated

import typer
from clipmatrix_protocol import DEFAULT_PORT, Invitation, ProtocolError, read_invitation, write_invitation
from zmq.utils import z85

from ..command_lines import own_program, quoted
from ..errors import UsageError
from ..server.keys import KeyFolder

app = typer.Typer(
    help="Keys for backends that other machines can reach: who may come in.", no_args_is_help=True, add_completion=False
)


def default_folder() -> Path:
    """Where keys are kept unless told otherwise: with this user's other settings."""
    return Path(typer.get_app_dir("clipmatrix")) / "keys"


Folder = Annotated[Path | None, typer.Option(help="Where the keys are kept.", show_default="with this user's settings")]
Name = Annotated[str, typer.Argument(help="Who it is for: letters, digits, dots and dashes.")]


@app.command()
def add(
    name: Name,
    host: Annotated[
        str | None,
        typer.Option(help="Name or address by which artists reach this machine.", show_default="its own name"),
    ] = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the backend.")] = DEFAULT_PORT,
    folder: Folder = None,
) -> None:
    """Let somebody in: make a key and print the one line to paste into Blender.

    The line holds the address, the server's public key and the client's secret key. It is printed once and kept
    nowhere; send it over a safe channel.
    """
    keys = KeyFolder(folder or default_folder())
    where = host or socket.gethostname()
    _check(where, port)
    server, client = keys.server_or_new(), keys.add(name)
    invitation = Invitation(_bracketed(where), port, z85.decode(server.public), z85.decode(client.secret))
    typer.echo(write_invitation(invitation))
    typer.echo(
        f"\nThis is {name}'s line for {where}:{port}; paste it into the ClipMatrix panel in Blender.\n"
        "Whoever has it can use the backend: send it over a safe channel. It is not shown again.\n"
        f"Then serve with `{_serve_line(port, folder)}`.",
        err=True,
    )


@app.command("list")
def show(folder: Folder = None) -> None:
    """Name everybody who may come in."""
    for name in KeyFolder(folder or default_folder()).clients().values():
        typer.echo(name)


@app.command()
def remove(name: Name, folder: Folder = None) -> None:
    """Let somebody in no more; a running backend turns them away from their next connection on."""
    KeyFolder(folder or default_folder()).remove(name)
    typer.echo(f"{name} is let in no more", err=True)


def _serve_line(port: int, folder: Path | None) -> str:
    """What to type for a backend that this line leads to, with these keys."""
    elsewhere = f" --port {port}" if port != DEFAULT_PORT else ""
    return f"{own_program()} serve --host 0.0.0.0{elsewhere}" + (f" --keys {quoted(folder)}" if folder else "")


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def _check(host: str, port: int) -> None:
    """Refuse a host that would make a line nobody can read back, before any key is made."""
    try:
        read_invitation(write_invitation(Invitation(_bracketed(host), port, bytes(32), bytes(32))))
    except ProtocolError as error:
        raise UsageError(f"{host!r} is no name of a machine", "pass one with --host") from error
