"""Try a renderer on a small scene: whether it does what torch does there."""

import torch
from torch import Tensor

from .mesh import mesh
from .seam import TORCH, Cutting, Lookup, Normals, Renderer
from .visibility import Visibility

SCENE = (
    ((-0.95, -0.91, 0.5, 1.0), (0.83, -0.71, 0.5, 1.0), (-0.43, 0.87, 0.5, 1.0)),
    ((-0.66, -0.36, 0.3, 2.0), (1.83, -0.27, 0.9, 2.0), (0.31, 1.66, 0.9, 2.0)),
    ((0.13, 0.11, -0.3, 0.4), (0.62, 0.34, -0.3, 0.4), (0.23, 0.91, -1.4, 0.6)),
)
"""Three triangles, clip coordinates, one behind the other; the last reaches through the near plane."""

SIZE = (35, 29)
"""Height and width of the picture they are tried in: not square, odd, no multiple of anything."""

SHARE = 0.99
"""Share of its pixels that has to agree; the rest are centres near edges, where corners may have been rounded."""

CLOSE = 1e-5
"""How far colours, and their gradients, may lie from torch's: sums are rounded in another order."""


def does_as_torch(renderer: Renderer, device: torch.device) -> bool:
    """Tell whether all that a renderer does in its own way comes out as torch's."""
    return (
        sees_alike(renderer.see, device)
        and samples_alike(renderer.sample, device)
        and cuts_alike(renderer.cut, device)
        and normals_alike(renderer.normals, device)
    )


def sees_alike(see: Visibility, device: torch.device) -> bool:
    """Tell whether a renderer sees the scene, and the scene mirrored, in two views, as torch does."""
    clip, triangles = _views(device)
    found, expected = see(clip, triangles, *SIZE), TORCH.see(clip, triangles, *SIZE)
    return found.shape == expected.shape and float((found == expected).float().mean()) >= SHARE


def samples_alike(sample: Lookup, device: torch.device) -> bool:
    """Tell whether a renderer looks two textures up as torch does, and takes gradients back to where torch does."""
    drawn = torch.Generator().manual_seed(0)
    planes, uv, back = (torch.rand(*shape, generator=drawn) for shape in ((2, 3, 16, 32), (2, 60), (3, 60)))
    slot, level = torch.arange(60, device=device) % 2, torch.linspace(-1, 3, 60, device=device)

    def there_and_back(by: Lookup) -> tuple[Tensor, ...]:
        textures, places = (given.to(device).requires_grad_() for given in (planes.permute(0, 2, 3, 1), uv * 1.2 - 0.1))
        colours = by(textures, places, slot, level)
        return (colours.detach(), *torch.autograd.grad(colours, (textures, places), back.to(device)))

    pairs = zip(there_and_back(sample), there_and_back(TORCH.sample), strict=True)
    return all(one.shape == own.shape and torch.allclose(one, own, CLOSE, CLOSE) for one, own in pairs)


def cuts_alike(cut: Cutting, device: torch.device) -> bool:
    """Tell whether a renderer finds the same pixels on both sides of the same outlines as torch does."""
    clip, triangles = _views(device)
    surface = mesh(triangles, clip.new_zeros(len(triangles), 3, 2), torch.zeros_like(triangles[:, 0]))
    depth = torch.linspace(0.3, 2.5, 2 * SIZE[0] * SIZE[1], device=device).view(2, *SIZE)

    def found(by: Cutting) -> set[tuple[float, ...]]:
        cuts = by(clip.permute(2, 0, 1).contiguous(), surface, depth)
        columns = torch.stack([*cuts.ends, cuts.inner, cuts.outer, cuts.line, cuts.before, cuts.upright, cuts.onwards])
        return set(map(tuple, columns.t().tolist()))

    one, own = found(cut), found(TORCH.cut)
    return len(one & own) >= SHARE * len(one | own)


def normals_alike(normals: Normals, device: torch.device) -> bool:
    """Tell whether a renderer averages normals as torch does, also where no triangle is, and takes gradients back."""
    places, back = (part.to(device) for part in torch.rand(2, 3, 2, 10, generator=torch.Generator().manual_seed(0)))
    triangles = torch.tensor([[0, 1, 2], [2, 1, 3], [3, 5, 0], [6, 7, 2]], device=device)
    surface = mesh(triangles, places.new_zeros(len(triangles), 3, 2), torch.zeros_like(triangles[:, 0]))
    asked = (torch.arange(20, device=device) % 3 > 0).view(2, 10)

    def there_and_back(by: Normals) -> tuple[Tensor, Tensor]:
        leaf = places.clone().requires_grad_()
        upright = by(leaf, surface, asked)[:, asked]
        return upright.detach(), *torch.autograd.grad(upright, leaf, back[:, asked])

    pairs = zip(there_and_back(normals), there_and_back(TORCH.normals), strict=True)
    return all(one.shape == own.shape and torch.allclose(one, own, CLOSE, CLOSE) for one, own in pairs)


def _views(device: torch.device) -> tuple[Tensor, Tensor]:
    """The scene, and the scene mirrored: clip coordinates (2, V, 4), and triangles."""
    one = torch.tensor(SCENE, device=device).view(1, -1, 4)
    clip = torch.cat([one, one * one.new_tensor([-1.0, 1.0, 1.0, 1.0])])
    return clip, torch.arange(clip.shape[1], device=device).view(-1, 3)
