"""Materials of a file as the renderer knows them: base colour, perhaps a normal map, one roughness, one metallic."""

from dataclasses import dataclass

import numpy as np
from pygltflib import Material, PbrMetallicRoughness, TextureInfo

from .container import Container


@dataclass(frozen=True, eq=False)
class Surface:
    """A material.

    Attributes
    ----------
    texture
        (H, W, 3) uint8 sRGB, row 0 at the bottom.
    uv_set
        Which of a mesh's UV sets it is laid out by.
    roughness, metallic
        In [0, 1], averaged over their texture where there is one.
    normal_map
        (H, W, 3) uint8 as in ``State.normal_maps``; None without one in the base colour's UV set.
    """

    texture: np.ndarray
    uv_set: int
    roughness: float
    metallic: float
    normal_map: np.ndarray | None = None


def read_material(container: Container, index: int | None) -> Surface:
    """Read a material by its index; None is glTF's default one."""
    material = container.model.materials[index] if index is not None else Material()
    look = material.pbrMetallicRoughness or PbrMetallicRoughness()
    factor = np.array((look.baseColorFactor or [1.0] * 4)[:3], float)
    texture = np.full((4, 4, 3), 255, np.uint8)
    if look.baseColorTexture is not None:
        texture = _pixels(container, look.baseColorTexture)
    if (factor != 1.0).any():
        texture = np.round(_encode(_decode(texture / 255.0) * factor) * 255).clip(0, 255).astype(np.uint8)
    roughness = 1.0 if look.roughnessFactor is None else float(look.roughnessFactor)
    metallic = 1.0 if look.metallicFactor is None else float(look.metallicFactor)
    if look.metallicRoughnessTexture is not None:
        # green is roughness, blue is metallic (glTF 2.0, 5.22.5); the renderer knows one number of each
        _, green, blue = _pixels(container, look.metallicRoughnessTexture).mean(axis=(0, 1)) / 255.0
        roughness, metallic = roughness * float(green), metallic * float(blue)
    uv_set = (look.baseColorTexture.texCoord or 0) if look.baseColorTexture is not None else 0
    normal_map = _normal_map(container, material, uv_set)
    return Surface(texture, uv_set, min(max(roughness, 0.0), 1.0), min(max(metallic, 0.0), 1.0), normal_map)


def _normal_map(container: Container, material: Material, uv_set: int) -> np.ndarray | None:
    """A normal texture, its x and y scaled as the file says (glTF 2.0, 3.9.3)."""
    info = material.normalTexture
    if info is None or (info.texCoord or 0) != uv_set:
        return None
    texels = _pixels(container, info)
    scale = 1.0 if info.scale is None else float(info.scale)
    if scale != 1.0:
        leaning = (texels[..., :2] - 127.5) * scale + 127.5
        texels[..., :2] = leaning.round().clip(0, 255).astype(np.uint8)
    return texels


def _pixels(container: Container, info: TextureInfo) -> np.ndarray:
    """Decode a texture: (H, W, 3) uint8, row 0 at the bottom."""
    source = container.model.textures[info.index].source
    if source is None:
        raise ValueError("a texture has no image that every reader understands")
    return np.asarray(container.image(source).convert("RGB"))[::-1].copy()


def _decode(srgb: np.ndarray) -> np.ndarray:
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def _encode(linear: np.ndarray) -> np.ndarray:
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
