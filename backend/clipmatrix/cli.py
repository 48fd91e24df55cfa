"""The command line: a list of commands, and what their errors become."""

import io
import sys

import typer

from .commands.bench import bench
from .commands.demo import demo
from .commands.doctor import doctor
from .commands.evaluate import evaluate
from .commands.keys import app as keys
from .commands.serve import serve
from .compiler import put_off_compiler
from .environment import prepare_torch
from .errors import UsageError

app = typer.Typer(
    name="clipmatrix",
    help="Grow a rigged character into a text prompt, with CLIP.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(demo)
app.command()(evaluate)
app.command()(serve)
app.command()(doctor)
app.command()(bench)
app.add_typer(keys, name="keys")


def main() -> None:
    """Run the command line: exit code 0 for success, 2 and one line for a usage error, 130 after Ctrl-C."""
    prepare_torch()
    put_off_compiler()
    if isinstance(sys.stdout, io.TextIOWrapper):  # in a pipe on Windows it knows few characters
        sys.stdout.reconfigure(errors="replace")
    try:
        app()
    except UsageError as error:
        print(f"clipmatrix: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
