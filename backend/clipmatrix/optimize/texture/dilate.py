"""Texture dilation: colours of UV islands run on into the gaps between them, so that no seam shows when filtered."""

from torch import Tensor

from .atlas import Atlas


def dilate(textures: Tensor, atlas: Atlas) -> Tensor:
    """Fill what no triangle covers with the colour of the nearest covered texel.

    Parameters
    ----------
    textures
        (S, H, H, C), row 0 at v = 0.
    atlas
        Of the same size.

    Returns
    -------
    Tensor
        (S, H, H, C); textures that no triangle uses come back as they are.
    """
    index = atlas.nearest[..., None].expand(-1, -1, textures.shape[-1])
    return textures.flatten(1, 2).gather(1, index).reshape(textures.shape)
