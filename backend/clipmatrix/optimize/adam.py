"""AdamUniform: Adam (Kingma and Ba 2015) with one step size for a whole field (Nicolet et al. 2021)."""

from collections.abc import Callable, Iterable
from typing import Any, overload

import torch
from torch import Tensor


class AdamUniform(torch.optim.Optimizer):
    """Adam whose step keeps the direction of its first moment: weak places do not catch up with strong ones.

    Parameters
    ----------
    params
        Tensors, or groups with a rate ``lr`` each; every tensor is one field.
    lr
        How far the fastest element moves in a step.
    betas
        Decay of the first and the second moment.
    weight_decay
        Share of itself, times ``lr``, that a field loses per step, as in AdamW.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 0.01,
        betas: tuple[float, float] = (0.9, 0.999),
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, {"lr": lr, "betas": betas, "weight_decay": weight_decay})

    @overload
    def step(self, closure: None = None) -> None: ...

    @overload
    def step(self, closure: Callable[[], float]) -> float: ...

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:
        """Move every field that has a gradient."""
        loss = None if closure is None else torch.enable_grad()(closure)()
        for group in self.param_groups:
            for field in group["params"]:
                if field.grad is not None:
                    _move(field, field.grad, self.state[field], group)
        return loss


def _move(field: Tensor, gradient: Tensor, state: dict[str, Any], group: dict[str, Any]) -> None:
    """Move a field by one step of its group's rate."""
    if not state:
        state.update(step=0, first=torch.zeros_like(field), second=torch.zeros_like(field))
    if decay := group["lr"] * group["weight_decay"]:
        field.mul_(1 - decay)
    state["step"] += 1
    first_decay, second_decay = group["betas"]
    state["first"].lerp_(gradient, 1 - first_decay)
    state["second"].mul_(second_decay).addcmul_(gradient, gradient, value=1 - second_decay)
    largest = state["second"].max()  # the one difference to Adam, which has each element's own
    short_first, short_second = (1 - kept ** state["step"] for kept in group["betas"])
    pace = group["lr"] * short_second**0.5 / short_first
    field.addcdiv_(state["first"], largest.sqrt_().clamp_min_(1e-20), value=-pace)
