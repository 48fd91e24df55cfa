"""Where a backend may listen, and what it says when it can't."""

import os
import subprocess
import sys
from collections.abc import Callable

import pytest
import zmq
from clipmatrix.errors import UsageError
from clipmatrix.server.parent import parent_watch
from clipmatrix.server.security import check_address, check_loopback, is_secret, make_secret
from clipmatrix.server.sockets import bound_address, open_router


@pytest.mark.parametrize(
    ("given", "bound"),
    [
        ("tcp://127.0.0.1:7661", "tcp://127.0.0.1:7661"),
        ("tcp://127.0.0.1:0", "tcp://127.0.0.1:*"),
        ("tcp://127.0.0.1:*", "tcp://127.0.0.1:*"),
        ("tcp://127.8.9.1:80", "tcp://127.8.9.1:80"),
        ("tcp://localhost:80", "tcp://127.0.0.1:80"),
        ("tcp://[::1]:80", "tcp://[::1]:80"),
    ],
)
def test_loopback_addresses_are_allowed(given: str, bound: str) -> None:
    assert check_loopback(given) == bound


@pytest.mark.parametrize(
    "address",
    [
        "tcp://0.0.0.0:80", "tcp://*:80", "tcp://192.168.1.2:80", "tcp://[::]:80", "tcp://eth0:80", "tcp://127.0.0.1.evil:80",
        "tcp://[::ffff:10.0.0.1]:80",
    ],
)  # fmt: skip
def test_addresses_that_other_machines_can_reach_are_refused(address: str) -> None:
    with pytest.raises(UsageError, match="reached from other machines"):
        check_loopback(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "127.0.0.1:80",
        "tcp://127.0.0.1",
        "tcp://127.0.0.1:65536",
        "tcp://127.0.0.1:80;eth0",
        "ipc:///tmp/x",
        "tcp://:1",
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(UsageError, match="is not an address"):
        check_address(address)


def test_a_taken_port_is_said_to_be_taken(context: "zmq.Context[zmq.Socket[bytes]]") -> None:
    with open_router(context, "tcp://127.0.0.1:*") as first:
        address = bound_address(first)
        with pytest.raises(UsageError, match="taken; choose another port"):
            open_router(context, address)


def test_an_address_this_machine_does_not_have_is_refused(context: "zmq.Context[zmq.Socket[bytes]]") -> None:
    with pytest.raises(UsageError, match="cannot listen on"):
        open_router(context, "tcp://203.0.113.7:*")


def test_secrets_are_long_and_compared_whole() -> None:
    secret = make_secret()
    assert len(secret) >= 43
    assert secret != make_secret()
    assert is_secret(secret, secret)
    assert not is_secret(secret[:-1], secret)
    assert not is_secret("", secret)
    assert is_secret("gehëim", "gehëim")


def test_the_watch_notices_the_end_of_a_process_that_is_not_the_parent() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        gone: Callable[[], bool] = parent_watch(process.pid)
        assert not gone()
        process.communicate(b"\n")
        assert gone()


def test_the_watch_takes_the_real_parent_and_refuses_nobody() -> None:
    assert not parent_watch(os.getppid())()
    for nobody in (2**22 + 1, 0, -1):
        with pytest.raises(UsageError, match="no process"):
            parent_watch(nobody)
