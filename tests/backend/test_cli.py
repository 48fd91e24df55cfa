"""What the command line does before any command."""

import os
import sys

import pytest
from clipmatrix.cli import SETTINGS, main


@pytest.fixture
def environment(monkeypatch):
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "argv", ["clipmatrix", "--help"])
    yield monkeypatch
    for name in SETTINGS:
        os.environ.pop(name, None)


def test_torch_finds_its_settings_but_for_those_that_the_user_made(environment):
    mine, other = SETTINGS
    environment.setenv(mine, "as I like it")
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    assert os.environ[mine] == "as I like it"
    assert os.environ[other] == SETTINGS[other]
