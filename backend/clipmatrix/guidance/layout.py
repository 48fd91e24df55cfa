"""A faster layout of CLIP's image tower: the same weights, the same sums, fewer and larger matrix products.

As open_clip lays it out, the projections of an attention block run as one small product for each place in the sequence,
and the gradient with respect to the picture goes through a general convolution. Neither is needed: with the sequence
first, each projection is a single product; and a convolution whose stride is its kernel is a product with patches.
"""

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
    if type(stack) is Transformer and all(type(block) is ResidualAttentionBlock for block in stack.resblocks):
        stack.batch_first = False
        for block in stack.resblocks:
            block.attn.batch_first = False
    return model
