"""Build the Blender extension: ``uv run python tools/build_extension.py [--out DIR] [--python 3.X] [--platform NAME]``.

Makes one zip for each Python that Blenders come with (a Blender refuses wheels of another one), each for all platforms,
and beside them ``index.json`` and ``index.html``: put the folder on a web server, and it is a repository that Blender
installs and updates from. Wheels come from the package index that pip is set up for. Same source, same bytes.
"""

import argparse
import sys
from pathlib import Path
from typing import NoReturn

from extension.assemble import ROOT, Order, build
from extension.errors import BuildError
from extension.targets import PLATFORMS, PYTHONS


class OneLineParser(argparse.ArgumentParser):
    """Says what is wrong with the options, and not all it knows about them."""

    def error(self, message: str) -> NoReturn:
        """End with code 2."""
        self.exit(2, f"build_extension: {message}; see --help\n")


def main(arguments: list[str]) -> int:
    """Build what was asked for; 2 if it can't be, with one line that says why."""
    parser = OneLineParser(prog="build_extension.py", description=(__doc__ or "").partition("\n")[2])
    parser.add_argument("--out", type=Path, default=ROOT / "dist" / "extension", help="folder for zips and index")
    parser.add_argument("--python", nargs="+", default=PYTHONS, metavar="3.X", help=f"default: {' '.join(PYTHONS)}")
    parser.add_argument("--platform", nargs="+", default=list(PLATFORMS), choices=PLATFORMS, help="default: all")
    asked = parser.parse_args(arguments)
    platforms = [platform for name, platform in PLATFORMS.items() if name in asked.platform]
    try:
        made = build(Order(asked.out, tuple(dict.fromkeys(asked.python)), platforms))
    except (BuildError, OSError) as error:
        print(f"build_extension: {error}", file=sys.stderr)
        return 2
    for path in made:
        print(f"{path} ({path.stat().st_size / 1024:,.0f} KiB)")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
