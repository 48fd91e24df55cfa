"""Every message comes back from the wire as it went in."""

from typing import Any, get_args

import msgspec
import numpy as np
import pytest
from clipmatrix_protocol import Message, decode, encode
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .strategies import MESSAGES

LIGHT = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def plain(value: Any) -> Any:
    """Make a message comparable with ==: arrays become type, shape and bytes."""
    if isinstance(value, np.ndarray):
        return (value.dtype.name, value.shape, value.tobytes())
    if isinstance(value, msgspec.Struct):
        return (type(value), {name: plain(getattr(value, name)) for name in value.__struct_fields__})
    if isinstance(value, tuple):
        return tuple(plain(item) for item in value)
    return value


def test_a_strategy_exists_for_every_message() -> None:
    tags = {msgspec.inspect.type_info(kind).tag for kind in get_args(Message)}  # type: ignore[attr-defined]
    assert tags == set(MESSAGES)


@pytest.mark.parametrize("tag", MESSAGES)
def test_a_message_comes_back_equal(tag: str) -> None:
    @LIGHT
    @given(MESSAGES[tag])
    def check(message: Message) -> None:
        frames = [bytes(frame) for frame in encode(message)]
        assert plain(decode(frames)) == plain(message)

    check()


@LIGHT
@given(MESSAGES["update"])
def test_received_arrays_cannot_be_written_to(message: Any) -> None:
    received: Any = decode([bytearray(frame) for frame in encode(message)])
    with pytest.raises(ValueError, match="read-only"):
        received.state.coefficients[...] = 0


@LIGHT
@given(st.sampled_from(["C", "F", "strided"]))
def test_the_memory_layout_of_an_array_does_not_matter(layout: str) -> None:
    from clipmatrix_protocol import Look, State, Update

    offsets = np.arange(12, dtype=np.float32).reshape(4, 3)
    sent = {"C": offsets, "F": np.asfortranarray(offsets), "strided": np.repeat(offsets, 2, axis=0)[::2]}[layout]
    received: Any = decode(encode(Update("j", 1, State(np.zeros(0, np.float32), (sent,), (), Look()))))
    assert np.array_equal(received.state.offsets[0], offsets)
