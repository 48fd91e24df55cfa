"""The command line: a list of commands, and what their errors become."""

import os
import sys

import typer

from .commands.bench import bench
from .commands.demo import demo
from .commands.doctor import doctor
from .commands.evaluate import evaluate
from .commands.keys import app as keys
from .commands.serve import serve
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
    # torch reads it when it is first imported: what Apple's GPUs lack runs on the CPU instead of failing
    os.environ.setdefault("PYTORCH_ENABLE_MPS_FALLBACK", "1")
    try:
        app()
    except UsageError as error:
        print(f"clipmatrix: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
