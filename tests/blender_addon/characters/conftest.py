"""One real backend for all characters."""

import pytest

from ..test_real_backend import Backend


@pytest.fixture(scope="session")
def backend():
    running = Backend()
    yield running
    running.close()
