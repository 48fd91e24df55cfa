"""A device made of Python, for machines without a graphics card, that refuses operations on tensors of two devices.

Its tensors keep their numbers in the CPU's memory, but say that they are elsewhere. torch hands every operation on
them, forward and backward, to :func:`_run`, as it hands a card's to the card's kernels; ``PrivateUse1`` is its name for
devices that it does not know. So a job can be seen to bring all that it computes with to its device. Indices on the
CPU are refused, too, for which a card would wait.

What a card computes otherwise, where else it waits, and how fast it is, this does not show; nor does torch look whether
a gradient that a function of ours returns is on the device, as it does for a card's tensors: tests have to.
"""

import torch
from torch import Tensor
from torch.utils import backend_registration
from torch.utils._python_dispatch import return_and_correct_aliasing
from torch.utils._pytree import tree_leaves, tree_map_only

NAME = "elsewhere"
CAN_BE = hasattr(backend_registration, "_setup_privateuseone_for_python_backend") and not torch.cuda.is_available()
"""Whether this torch lets a device be made of Python, which before 2.9 it does not, and there is no card: beside one it
would be the accelerator that torch means, and what is sent to the card could not be pinned.
"""

_ATEN = torch.ops.aten
_COPIES = (_ATEN.copy_.default, _ATEN._to_copy.default)
"""What may have tensors of two devices."""

_TAKES_NUMBERS = (_ATEN.index_put.default, _ATEN.index_put_.default, _ATEN.fill_.Tensor)
"""What may have single numbers of the CPU's, besides all that goes number by number."""

_LOOKED_UP = ("empty.memory_format", "empty_strided", "copy_")
"""What torch calls by name, past what it calls for all operations."""

_RESIZED = ("arange", "arange.start", "arange.start_step", "eye", "eye.m", "linspace", "randperm")
"""What it makes of an empty tensor by giving it another size, which a foreign tensor can't take."""


class Elsewhere(Tensor):
    """A tensor there; ``held`` are its numbers."""

    held: Tensor

    @staticmethod
    def __new__(cls, held: Tensor) -> "Elsewhere":
        layout = held if held.layout == torch.strided else torch.empty(held.shape, device="meta")
        return Tensor._make_wrapper_subclass(  # type: ignore[no-any-return, attr-defined]
            cls, held.shape, layout.stride(), layout.storage_offset(), dtype=held.dtype, device=torch.device(NAME, 0)
        )

    def __init__(self, held: Tensor) -> None:
        self.held = held

    __torch_function__ = torch._C._disabled_torch_function_impl

    @classmethod
    def __torch_dispatch__(cls, operation, types, args=(), kwargs=None):
        return _run(operation, args, kwargs or {})

    def __repr__(self) -> str:
        return f"{self.held!r} elsewhere"

    def tolist(self):
        """As lists, which torch does not make of foreign tensors."""
        return self.held.tolist()


def _run(operation, args, kwargs):
    tensors = [one for one in tree_leaves((args, kwargs)) if isinstance(one, Tensor)]
    there = [one for one in tensors if isinstance(one, Elsewhere)]
    here = [one for one in tensors if not isinstance(one, Elsewhere)]
    if torch.Tag.pointwise in operation.tags or operation in _TAKES_NUMBERS:
        written = _written(operation, args, kwargs)
        here = [one for one in here if one.ndim or any(one is other for other in written)]
    if there and here and operation not in _COPIES:
        raise RuntimeError(f"{operation} got tensors from two devices: {_shapes(there)} there, {_shapes(here)} here")
    given, named = tree_map_only(Elsewhere, _held, (args, kwargs))
    if kwargs.get("device") is not None:
        goes = torch.device(kwargs["device"]).type == NAME
        named = {**named, "device": torch.device("cpu") if goes else kwargs["device"]}
    else:
        goes = isinstance(args[0], Elsewhere) if operation is _ATEN.copy_.default else bool(there)
    if goes and any(isinstance(one, torch.Generator) for one in tree_leaves((args, kwargs))):
        raise RuntimeError(f"{operation} got a generator of random numbers from another device")
    made = operation(*given, **named)
    if goes:
        made = tree_map_only(Tensor, Elsewhere, made)
        made = return_and_correct_aliasing(operation, args, kwargs, made) if there else made
    assert all(one.shape == one.held.shape for one in there), f"{operation} gave a tensor another size"
    return made


def _written(operation, args, kwargs):
    """The tensors that an operation writes into."""
    declared = operation._schema.arguments
    given = {**dict(zip([one.name for one in declared], args, strict=False)), **kwargs}
    return [given.get(one.name) for one in declared if one.alias_info is not None and one.alias_info.is_write]


def _held(one: Elsewhere) -> Tensor:
    return one.held


def _shapes(tensors: list[Tensor]) -> list[tuple[int, ...]]:
    return [tuple(one.shape) for one in tensors]


def _register() -> tuple[torch.library.Library, ...]:
    """Tell torch of the device; it is there as long as what is returned."""
    backend_registration._setup_privateuseone_for_python_backend(NAME)  # type: ignore[attr-defined]
    everything, named = torch.library.Library("_", "IMPL"), torch.library.Library("aten", "IMPL")
    everything.fallback(lambda operation, *args, **kwargs: _run(operation, args, kwargs), "PrivateUse1")
    for name in (*_LOOKED_UP, *_RESIZED):
        packet, _, overload = name.partition(".")
        operation = getattr(getattr(_ATEN, packet), overload or "default")
        named.impl(name, lambda *args, _operation=operation, **kwargs: _run(_operation, args, kwargs), "PrivateUse1")
    return everything, named


_REGISTERED = _register() if CAN_BE else ()
