"""encode / decode: a message to ZeroMQ frames and back.

Frame 0 is the message as JSON; each further frame is one array's bytes, in the order of their headers.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from .arrays import ArrayHeader, pack, unpack
from .errors import ProtocolError
from .messages import Message

MAX_HEADER_BYTES = 4 * 2**20
"""A longer frame 0 is refused unread."""

MAX_FRAMES = 16_384
"""More array frames than this are refused unread."""


def encode(message: Message) -> list[bytes | memoryview]:
    """Turn a message into frames.

    Raises
    ------
    ProtocolError
        If :func:`decode` would refuse the result: an array's element type, a value out of range or not finite.
    """
    frames: list[memoryview] = []

    def array_header(value: Any) -> Any:
        if isinstance(value, np.ndarray):
            return pack(value, frames)
        raise ProtocolError(f"{type(value).__name__} cannot travel")

    try:
        header = msgspec.json.encode(message, enc_hook=array_header)
    except UnicodeEncodeError as error:
        raise ProtocolError(f"a value cannot travel: {error}") from error
    decode([header, *frames])  # JSON turns NaN into null and ranges are checked by readers only: find out here
    return [header, *frames]


def decode(frames: Sequence[Any]) -> Message:
    """Read a message; arrays are read-only views of their frames.

    Parameters
    ----------
    frames
        What arrived: bytes-like objects.

    Raises
    ------
    ProtocolError
        For anything that is not exactly one well-formed message.
    """
    if not frames:
        raise ProtocolError("an empty message")
    header, arrays = frames[0], frames[1:]
    if len(header) > MAX_HEADER_BYTES or len(arrays) > MAX_FRAMES:
        raise ProtocolError("the message is larger than the protocol allows")
    used: set[int] = set()

    def array(kind: type, value: Any) -> Any:
        if kind is not np.ndarray:
            raise ProtocolError(f"{kind.__name__} cannot travel")
        place = msgspec.convert(value, ArrayHeader)
        if place.frame in used:
            raise ProtocolError(f"array frame {place.frame} is used twice")
        used.add(place.frame)
        return unpack(place, arrays)

    try:
        message: Message = msgspec.json.decode(header, type=Message, dec_hook=array)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ProtocolError) as error:
        raise ProtocolError(str(error)) from error
    if len(used) != len(arrays):
        raise ProtocolError(f"{len(arrays)} array frames arrived where {len(used)} were announced")
    return message


class _Greeting(msgspec.Struct, tag="hello"):
    """The part of a Hello that no version of the protocol may change."""

    version: int


def greeting_version(frames: Sequence[Any]) -> int | None:
    """Read the version out of a Hello of any protocol version; None if the frames are no Hello.

    A peer of another version may fail :func:`decode`; this is how it is told which side to update all the same.
    """
    if len(frames) != 1 or len(frames[0]) > MAX_HEADER_BYTES:
        return None
    try:
        return msgspec.json.decode(frames[0], type=_Greeting).version
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
