"""The look the optimiser moves: material and light."""

from dataclasses import dataclass

import clipmatrix_protocol as protocol
import torch
from torch import Tensor


@dataclass(frozen=True)
class Look:
    """Changes of material and light and what they are added to.

    Attributes
    ----------
    start_material, start_lights, start_suns
        (2,) roughness, metallic; (1 + D, 3) linear colours of the ambient light and the suns; (D, 3) towards these.
    material, lights, suns
        Leaves: change of these; of the lights' colours their logarithm's.
    """

    start_material: Tensor
    start_lights: Tensor
    start_suns: Tensor
    material: Tensor
    lights: Tensor
    suns: Tensor

    def read(self) -> tuple[Tensor, Tensor, Tensor]:
        """Material (2,), lights (1 + D, 3) and suns (D, 3), as in ``start_material`` and so on."""
        return (
            self.start_material + self.material,
            self.start_lights * self.lights.exp(),
            self.start_suns + self.suns,
        )


def begin(start: protocol.Look, device: torch.device) -> Look:
    """The look as it came."""
    material = torch.tensor([start.roughness, start.metallic], device=device)
    lights = torch.tensor([start.ambient, *(sun.colour for sun in start.suns)], device=device)
    suns = torch.tensor([sun.direction for sun in start.suns], device=device)
    return Look(material, lights, suns, *map(torch.zeros_like, (material, lights, suns)))
