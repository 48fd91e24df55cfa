"""Ten thousand spoilt messages: the decoder reads them or raises its own error, and nothing else."""

import copy
import json
import math
import random
from collections.abc import Callable
from typing import Any

from clipmatrix_protocol import ProtocolError, decode, encode

from .examples import all_examples

ROUNDS = 10_000
SEED = 20261121

STRANGE: list[Any] = [
    None, True, 0, -1, 1, 3.5, 2**31, 2**63, -(2**63), 10**30, 1e308, "", "x" * 100, "\u0000", "embedded", [], {}, [[]],
    [0], [-1, 3], [0, 2**40], [2, 2, 2, 2, 2], {"frame": 0}, {"frame": 0, "dtype": "uint8", "shape": []},
    {"frame": 1, "dtype": "float32", "shape": [0, 3]}, {"frame": 1, "dtype": "int32", "shape": [1]},
]  # fmt: skip

Frames = list[bytes]
Mutation = Callable[[random.Random, Frames], Frames]


def flip_bits(rng: random.Random, frames: Frames) -> Frames:
    index = rng.randrange(len(frames))
    data = bytearray(frames[index])
    for _ in range(rng.randint(1, 8) if data else 0):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return [*frames[:index], bytes(data), *frames[index + 1 :]]


def truncate(rng: random.Random, frames: Frames) -> Frames:
    index = rng.randrange(len(frames))
    return [*frames[:index], frames[index][: rng.randint(0, len(frames[index]))], *frames[index + 1 :]]


def drop_a_frame(rng: random.Random, frames: Frames) -> Frames:
    index = rng.randrange(len(frames))
    return frames[:index] + frames[index + 1 :]


def swap_frames(rng: random.Random, frames: Frames) -> Frames:
    shuffled = list(frames)
    first, second = rng.randrange(len(frames)), rng.randrange(len(frames))
    shuffled[first], shuffled[second] = shuffled[second], shuffled[first]
    return shuffled


def double_a_frame(rng: random.Random, frames: Frames) -> Frames:
    index = rng.randrange(len(frames))
    return [*frames[: index + 1], *frames[index:]]


def nodes(tree: Any) -> list[tuple[Any, Any]]:
    """List every (container, key) of a JSON value."""
    pairs = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [found for key, value in pairs for found in [(tree, key), *nodes(value)]]


def swap_values(rng: random.Random, frames: Frames) -> Frames:
    try:
        tree = json.loads(frames[0])
    except (ValueError, IndexError):
        return frames
    for _ in range(rng.randint(1, 3)):
        places = nodes(tree)
        if not places:
            return frames
        container, key = rng.choice(places)
        other, other_key = rng.choice(places)
        container[key] = copy.deepcopy(rng.choice([*STRANGE, other[other_key]]))
    return [json.dumps(tree).encode(), *frames[1:]]


def reshape(rng: random.Random, frames: Frames) -> Frames:
    """Give one array another shape, often with the same byte count, or another element type."""
    try:
        tree = json.loads(frames[0])
    except (ValueError, IndexError):
        return frames
    found = (container[key] for container, key in nodes(tree))
    headers = [value for value in found if isinstance(value, dict) and isinstance(value.get("shape"), list)]
    if not headers:
        return frames
    header = rng.choice(headers)
    sizes = [size for size in header["shape"] if isinstance(size, int)]
    count = math.prod(sizes)
    header["shape"] = rng.choice(
        [[count], [count, 1], [1, count], sizes[::-1], [*sizes, 1], [], [0, *sizes], [0, 10**30], [-1, -count]]
    )
    header["dtype"] = rng.choice([header.get("dtype"), "int32", "float32", "object"])
    return [json.dumps(tree).encode(), *frames[1:]]


MUTATIONS: list[Mutation] = [
    flip_bits, truncate, drop_a_frame, swap_frames, double_a_frame, swap_values, swap_values, reshape, reshape
]  # fmt: skip


def test_ten_thousand_spoilt_messages_raise_only_protocol_errors() -> None:
    rng = random.Random(SEED)
    originals = [[bytes(frame) for frame in encode(message)] for message in all_examples()]
    refused = 0
    for _ in range(ROUNDS):
        frames = rng.choice(originals)
        for mutate in rng.choices(MUTATIONS, k=rng.choice([1, 1, 2, 3])):
            if frames:
                frames = mutate(rng, frames)
        try:
            decode(frames)
        except ProtocolError:
            refused += 1
    assert ROUNDS // 2 < refused < ROUNDS, "the mutations are all harmless, or none of them is"
