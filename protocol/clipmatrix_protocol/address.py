"""Where a backend listens unless told otherwise."""

DEFAULT_PORT = 7661
"""TCP port of a backend."""

DEFAULT_ADDRESS = f"tcp://127.0.0.1:{DEFAULT_PORT}"
"""A backend on this machine, reachable from this machine only."""
