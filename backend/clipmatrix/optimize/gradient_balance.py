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


class Loudness:
    """Listens to the gradients of the whole body's colour and of the shape coefficients, and keeps their peaks.

    ``colour_gain`` makes up for paint that hardly answers to a change of the colour's parameters
    (:meth:`.Parameters.colour_gain`): white is not to be deaf because a sigmoid is flat there.
    """

    def __init__(self, colour_gain: float = 1.0) -> None:
        self._gain = colour_gain
        self._colour = _Peak()
        self._shape = _Peak()

    def listen(self, readings: Readings) -> Shares:
        """Take in the gradients of a step, before limits are heeded."""
        if readings.colour is None or readings.shape is None:
            return Shares()
        loud, bent = self._gain * self._colour.heard(readings.colour), self._shape.heard(readings.shape)
        return Shares(
            shape=_share(bent, SHAPE_NEEDS * loud),
            texture=_share(loud, TEXTURE_NEEDS * bent),
        )


class _Peak:
    """The highest root mean square of a gradient's length so far."""

    def __init__(self) -> None:
        self._square = 0.0
        self._steps = 0
        self._peak = 0.0

    def heard(self, square: float) -> float:
        self._steps += 1
        self._square = MEMORY * self._square + (1 - MEMORY) * square
        self._peak = max(self._peak, (self._square / (1 - MEMORY**self._steps)) ** 0.5)
        return self._peak


def _share(own: float, needed: float) -> float:
    """Share of a full step; the square tells what is meant from what only profits."""
    return max(0.01, min(1.0, own / needed) ** 2) if needed > 0 else 1.0
