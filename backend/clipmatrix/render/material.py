"""Material: the two numbers of Blender's Principled BSDF that the renderer knows besides base colour."""

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Material:
    """``roughness`` and ``metallic`` in [0, 1], scalar tensors."""

    roughness: Tensor
    metallic: Tensor
