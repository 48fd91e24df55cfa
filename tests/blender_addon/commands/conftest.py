"""The headless command before a backend whose job is small, and what it tells."""

import json

import pytest


@pytest.fixture
def command(blender, rooms, capfd):
    """Run the command with these arguments; returns the exit code and the events."""

    def call(*arguments):
        capfd.readouterr()
        code = rooms("command.command").run([*map(str, arguments), "--progress", "json"])
        return code, [json.loads(line) for line in capfd.readouterr().out.splitlines()]

    return call
