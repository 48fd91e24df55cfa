"""A faster layout of CLIP's image tower: the same weights, the same sums, fewer and larger matrix products.

As open_clip lays it out, the projections of an attention block run as one small product for each place in the sequence,
queries, keys and values are copied apart, and the gradient with respect to the picture goes through a general
convolution. None of it is needed: a projection of the whole batch is a single product, its parts can be looked at where
they lie, and a convolution whose stride is its kernel is a product with patches.
"""

from typing import Any

import torch
import torch.nn.functional as F
from open_clip.model import CLIP
from open_clip.transformer import ResidualAttentionBlock, Transformer, VisionTransformer
from torch import Tensor, nn


class Patches(nn.Module):
    """A convolution whose stride is its kernel, as one matrix product.

    Parameters
    ----------
    convolution
        Its weights are shared, not copied.
    """

    def __init__(self, convolution: nn.Conv2d) -> None:
        super().__init__()
        self.weight, self.bias = convolution.weight, convolution.bias
        self.sides = convolution.kernel_size

    def forward(self, images: Tensor) -> Tensor:
        """Pictures (N, 3, H, W) to (N, width, rows, columns); what is left beside the last whole patch is not seen."""
        height, width = self.sides
        images = images[..., : images.shape[-2] // height * height, : images.shape[-1] // width * width]
        patches = images.unflatten(3, (-1, width)).unflatten(2, (-1, height)).permute(0, 2, 4, 1, 3, 5)
        tokens = F.linear(patches.flatten(3), self.weight.flatten(1), self.bias)
        return tokens.permute(0, 3, 1, 2)


class Attention(nn.Module):
    """Self-attention (Vaswani et al. 2017, section 3.2) without copies of queries, keys and values.

    Parameters
    ----------
    attention
        Its weights are shared, not copied; without dropout, bias tokens or masks.
    """

    def __init__(self, attention: nn.MultiheadAttention) -> None:
        super().__init__()
        self.in_proj_weight, self.in_proj_bias = attention.in_proj_weight, attention.in_proj_bias
        self.out_proj, self.num_heads = attention.out_proj, attention.num_heads

    def forward(self, tokens: Tensor, *_: object, **__: object) -> tuple[Tensor]:
        """Tokens (N, L, width) to the same, as the one part that a block asks of what its own attention returns."""
        projected = F.linear(tokens, self.in_proj_weight, self.in_proj_bias)
        parts: tuple[Tensor, ...] = _Parts.apply(projected, self.num_heads)
        query, key, value = (part.transpose(1, 2) for part in parts)
        mixed = F.scaled_dot_product_attention(query, key, value)
        mixed = self.out_proj(mixed.transpose(1, 2).flatten(2))
        return (mixed,)


class _Parts(torch.autograd.Function):
    """Queries, keys and values where they lie in a projection (N, L, 3 width): (N, L, heads, -1) each.

    Their gradients become the projection's in one go, where torch would stack them, then copy them into its order.
    """

    @staticmethod
    def forward(ctx: Any, projected: Tensor, heads: int) -> tuple[Tensor, ...]:
        return projected.unflatten(2, (3, heads, -1)).unbind(2)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return torch.stack(gradients, dim=2).flatten(2), None


def faster(model: CLIP) -> CLIP:
    """Lay a model's image tower out for speed, in place; other towers than plain vision transformers stay as they are.

    Embeddings and gradients change by rounding alone.
    """
    visual = model.visual
    if not isinstance(visual, VisionTransformer):
        return model
    convolution = visual.conv1
    if convolution.stride == convolution.kernel_size and convolution.padding == (0, 0):
        visual.conv1 = Patches(convolution)
    stack = visual.transformer
    if type(stack) is Transformer and all(_plain(block) for block in stack.resblocks):
        for block in stack.resblocks:
            block.attn = Attention(block.attn)
    return model


def _plain(block: nn.Module) -> bool:
    """Tell whether a block is open_clip's usual one, with the batch first."""
    own = type(block) is ResidualAttentionBlock
    return own and isinstance(block.attn, nn.MultiheadAttention) and block.attn.batch_first
