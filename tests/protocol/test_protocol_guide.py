"""docs/protocol.md tells of everything that travels."""

from pathlib import Path
from typing import get_args

import pytest
from clipmatrix_protocol import FailureCode, Message
from clipmatrix_protocol.address import DEFAULT_PORT

GUIDE = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text()


@pytest.mark.parametrize("name", [kind.__name__ for kind in get_args(Message)])
def test_the_guide_explains_the_message(name: str) -> None:
    assert f"`{name}" in GUIDE


@pytest.mark.parametrize("code", get_args(FailureCode))
def test_the_guide_explains_the_failure(code: str) -> None:
    assert f"`{code}`" in GUIDE


def test_the_guide_names_the_port() -> None:
    assert f":{DEFAULT_PORT}" in GUIDE
