"""``python -m clipmatrix``: the command line."""

from .cli import main

main()
