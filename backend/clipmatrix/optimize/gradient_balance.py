"""What a prompt speaks of: whether it pulls more on the body's colour or on its shape.

Any colour word is a little better served by a fatter body, which shows more of the colour, and any body word by paint
that fakes it; Adam would bring such faint gradients up to full steps. So colour and shape are compared: the fainter one
follows only in part.
"""

from dataclasses import dataclass

from .readings import Readings

SHAPE_NEEDS = 1.0
"""Pull on the coefficients, relative to that on colour, from which they follow in full."""

TEXTURE_NEEDS = 1.4
"""Pull on colour, relative to that on the coefficients, from which textures follow in full."""

MEMORY = 0.99
"""Decay of the mean square of a pull."""


@dataclass(frozen=True)
class Shares:
    """How far shape coefficients and textures follow their gradients, in (0, 1]."""

    shape: float = 1.0
    texture: float = 1.0


class GradientBalance:
    """Compares the gradients of the whole body's colour with those of the shape coefficients, by their peaks so far.

    ``colour_gain`` makes up for paint that hardly answers to a change of the colour's parameters
    (:meth:`.Paint.colour_gain`): white is not to be deaf because a sigmoid is flat there.
    """

    def __init__(self, colour_gain: float = 1.0) -> None:
        self._gain = colour_gain
        self._colour = _Peak()
        self._shape = _Peak()

    def update(self, readings: Readings) -> Shares:
        """Take in the gradients of a step, before any of them is dropped at a limit."""
        if readings.colour is None or readings.shape is None:
            return Shares()
        colour, shape = self._gain * self._colour.update(readings.colour), self._shape.update(readings.shape)
        return Shares(
            shape=_share(shape, SHAPE_NEEDS * colour),
            texture=_share(colour, TEXTURE_NEEDS * shape),
        )


class _Peak:
    """The highest root mean square of a gradient's length so far."""

    def __init__(self) -> None:
        self._square = 0.0
        self._steps = 0
        self._peak = 0.0

    def update(self, square: float) -> float:
        """Take in a squared length."""
        self._steps += 1
        self._square = MEMORY * self._square + (1 - MEMORY) * square
        self._peak = max(self._peak, (self._square / (1 - MEMORY**self._steps)) ** 0.5)
        return self._peak


def _share(own: float, needed: float) -> float:
    """Share of a full step. The square sets what a prompt means further apart from what merely helps it a little."""
    return max(0.01, min(1.0, own / needed) ** 2) if needed > 0 else 1.0
