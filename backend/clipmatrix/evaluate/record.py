"""Evaluations as JSON."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import msgspec
import numpy as np

from .booth import Gallery
from .evaluation import Evaluation

_NOTHING = Gallery((), (), (), np.zeros((0, 0, 4), np.uint8), np.zeros((0, 0, 4), np.uint8))


def record(evaluation: Evaluation) -> dict[str, Any]:
    """Turn an evaluation into what JSON can hold; the pictures stay behind."""
    figures = asdict(replace(evaluation, gallery=_NOTHING))
    del figures["gallery"]
    return figures


def records(evaluations: Sequence[Evaluation]) -> bytes:
    """Write evaluations as JSON: an object with ``results``, and ``retrieved``, each judge's share of first places."""
    judges = {
        said.judge: sum(one.verdicts[index].textured_rest.rank == 1 for one in evaluations) / len(evaluations)
        for index, said in enumerate(evaluations[0].verdicts)
    }
    everything = {"retrieved": judges, "results": [record(one) for one in evaluations]}
    return msgspec.json.format(msgspec.json.encode(everything), indent=2)
