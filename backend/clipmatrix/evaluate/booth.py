"""Judges before pictures: what each of them sees of a pose, and what people are shown of it."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..character import skin
from ..guidance.towers import Tower
from .exhibit import Exhibit
from .pictures import cut_out, pictured
from .views import Views, framing

PORTRAIT = (315.0, 20.0)
"""Azimuth and elevation of the one view that stands for all, where there is such a view."""


@dataclass(frozen=True, eq=False)
class Gallery:
    """Pictures for people: (H, W, 4) uint8 sRGB with straight alpha each.

    Attributes
    ----------
    views, plain
        The result at rest from all views, with its textures and in plain grey.
    poses
        The result in each unseen pose, from one view.
    before, result
        What it came from, and what it is, from one view.
    """

    views: tuple[np.ndarray, ...]
    plain: tuple[np.ndarray, ...]
    poses: tuple[np.ndarray, ...]
    before: np.ndarray
    result: np.ndarray


@dataclass(frozen=True, eq=False)
class Glance:
    """One state in one pose from N views.

    Attributes
    ----------
    textured, plain
        For each judge (N, D) unit vectors.
    cut_outs, plain_cut_outs
        The pictures themselves.
    """

    textured: tuple[Tensor, ...]
    plain: tuple[Tensor, ...]
    cut_outs: tuple[np.ndarray, ...]
    plain_cut_outs: tuple[np.ndarray, ...]


@dataclass(frozen=True, eq=False)
class Booth:
    """Where judges look at exhibits.

    Attributes
    ----------
    judges
        All on one device.
    views
        From where.
    side
        Of a picture, pixels, at least.
    """

    judges: tuple[Tower, ...]
    views: Views
    side: int

    @property
    def device(self) -> torch.device:
        """Where everything is computed."""
        return self.judges[0].mean.device

    @property
    def portrait(self) -> int:
        """Index of the view nearest to :data:`PORTRAIT`."""
        turned = (self.views.azimuths - PORTRAIT[0] + 180) % 360 - 180
        return int((turned.abs() + (self.views.elevations - PORTRAIT[1]).abs()).argmin())

    @torch.no_grad()
    def glance(self, shown: Exhibit, state: int, pose: Tensor) -> Glance:
        """Look at a state in a pose (J, 4, 4)."""
        surface = shown.surface
        posed = skin(shown.shapes[state], pose[None], surface.joints, surface.weights)[0]
        side = max(self.side, *(judge.image_size for judge in self.judges))
        pictures = pictured(shown, state, posed, framing(self.views, posed), side)
        cut = [
            tuple(cut_out(picture, cover) for picture, cover in zip(kind, pictures.coverage, strict=True))
            for kind in (pictures.textured, pictures.plain)
        ]
        return Glance(
            textured=tuple(judge.encode_image(pictures.textured) for judge in self.judges),
            plain=tuple(judge.encode_image(pictures.plain) for judge in self.judges),
            cut_outs=cut[0],
            plain_cut_outs=cut[1],
        )
