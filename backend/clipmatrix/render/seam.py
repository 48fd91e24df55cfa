"""The seam between renderers: what each may do in its own way. All else is shared, whoever does it."""

from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

from .texture import sample
from .visibility import Visibility, visibility


class Lookup(Protocol):
    """Textures and places in them in, what is seen there out."""

    def __call__(self, textures: Tensor, uv: Tensor, slot: Tensor, level: Tensor) -> Tensor:
        """See :func:`~.texture.sample`, which documents what every implementation must do."""
        ...


@dataclass(frozen=True)
class Renderer:
    """Ways to do what differs between renderers; where one has no way of its own, torch's.

    Attributes
    ----------
    name
        As in :data:`~.renderers.RENDERERS`, with its version where it is no part of this package.
    see
        Finds the nearest triangle at every pixel centre.
    sample
        Looks textures up, and takes gradients back to them.
    """

    name: str
    see: Visibility
    sample: Lookup = sample


TORCH = Renderer("torch", visibility)
"""The one that is always here, on every device."""
