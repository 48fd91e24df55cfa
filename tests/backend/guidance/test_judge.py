"""Retrieval with the judge: finding the prompt that pictures were made from."""

from collections.abc import Callable

import pytest
import torch
from clipmatrix.evaluate.judge import Retrieval, judge_tower, recall, retrieval
from clipmatrix.guidance import Tower
from torch import Tensor

PROMPTS = ("a red figure", "a green figure", "a blue figure", "a yellow figure", "a black figure", "a white figure")
SHOWN = {
    "a red figure": (1.0, 0.05, 0.05), "a green figure": (0.05, 0.8, 0.1), "a blue figure": (0.05, 0.1, 1.0),
    "a yellow figure": (1.0, 0.95, 0.05),
}  # fmt: skip


def test_the_right_prompt_is_found_among_others(judge: Tower, portraits: Callable[..., Tensor]) -> None:
    results = [(retrieval(portraits(colour, colour), PROMPTS, judge), prompt) for prompt, colour in SHOWN.items()]
    assert recall(results) >= 0.75
    first, right = results[0]
    assert first.prompts == PROMPTS
    assert first.best == right
    assert first.similarities[0] == max(first.similarities)


def test_the_judge_is_another_model_than_the_guide(judge: Tower, embedded: Tower) -> None:
    assert {name for name, _ in judge.model.named_parameters()} != {
        name for name, _ in embedded.model.named_parameters()
    }
    assert judge_tower(torch.device("cpu")).name == "judge"


def test_ranks_start_at_one_and_ties_are_not_flattering() -> None:
    result = Retrieval(("a", "b", "c"), (0.5, 0.7, 0.5))
    assert [result.rank(prompt) for prompt in ("b", "a", "c")] == [1, 3, 3]
    assert result.best == "b"
    assert recall([(result, "b"), (result, "a")]) == 0.5


def test_nothing_to_judge_is_an_error(judge: Tower) -> None:
    with pytest.raises(ValueError, match="at least one picture"):
        retrieval(torch.zeros(0, 3, 8, 8), PROMPTS, judge)
    with pytest.raises(ValueError, match="one prompt"):
        retrieval(torch.zeros(1, 3, 8, 8), (), judge)
    with pytest.raises(ValueError, match="at least one result"):
        recall([])
