"""The device made of Python refuses what a graphics card refuses, and takes what it takes."""

import pytest
import torch

from .elsewhere import CAN_BE, NAME

pytestmark = pytest.mark.skipif(not CAN_BE, reason="this torch lets no device be made of Python here")

REFUSED = {
    "a sum": lambda here, there: there + here,
    "a sum the other way": lambda here, there: here + there,
    "a sum in place": lambda here, there: here.add_(there),
    "a sum into another's memory": lambda here, there: torch.add(there, there, out=here),
    "a number in place": lambda here, there: here.sum().add_(there.sum()),
    "a number there": lambda here, there: here * there.sum(),
    "numbers in a row": lambda here, there: torch.stack([here.sum(), there.sum()]),
    "rows": lambda here, there: torch.cat([here, there]),
    "a product": lambda here, there: there @ here,
    "places": lambda here, there: there[torch.tensor([0, 1])],
    "places the other way": lambda here, there: here[torch.tensor([0, 1]).to(NAME)],
    "what is put in places": lambda here, there: there.index_put_((torch.tensor([0, 1]).to(NAME),), here[:2]),
    "what is added in places": lambda here, there: there.index_add_(0, torch.tensor([0]).to(NAME), here[:1]),
    "a choice": lambda here, there: torch.where(here > 0, there, there),
    "a list of sums": lambda here, there: torch._foreach_add([there], [here]),
    "random numbers of the CPU's": lambda here, there: there.normal_(generator=torch.Generator()),
    "an array of the same memory": lambda here, there: there.numpy(),
}


@pytest.mark.parametrize("asked", REFUSED.values(), ids=REFUSED)
def test_what_a_card_refuses_is_refused(asked):
    here = torch.ones(3, 3)
    with pytest.raises(RuntimeError):
        asked(here, here.to(NAME))


def test_a_backward_pass_is_held_to_the_same():
    class Careless(torch.autograd.Function):
        @staticmethod
        def forward(ctx, values):
            return values * 2

        @staticmethod
        def backward(ctx, gradient):
            return gradient * torch.full((3, 3), 2.0)

    values = torch.ones(3, 3).to(NAME).requires_grad_()
    with pytest.raises(RuntimeError, match="two devices"):
        Careless.apply(values).sum().backward()


def test_single_numbers_and_copies_may_come_from_the_cpu():
    here = torch.tensor([[1.0, -2.0], [3.0, -4.0]])
    there = here.to(NAME, copy=True)
    there.mul_(torch.tensor(2.0)).add_(1)
    there[0] = torch.tensor(7.0)
    there[1].copy_(here[1])
    assert there.device.type == torch.where(there > 0, there, torch.tensor(0.0)).device.type == NAME
    assert there.cpu().tolist() == [[7.0, 7.0], [3.0, -4.0]]
