"""Try a renderer on a small scene: whether it does what torch does there."""

from collections.abc import Sequence

import torch
from torch import Tensor

from .fragments import Fragments
from .lights import sky
from .material import Material
from .mesh import Mesh, mesh
from .seam import TORCH, Covering, Cutting, Gathering, Lookup, Measuring, Normals, Renderer, Shading, Stacking
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

CLOSE = 1e-4
"""How far colours, and their gradients, may lie from torch's: sums are rounded in another order, products fused.

A sharp highlight makes a hundred bits of one, and so does taking the place of an edge on screen off that of a pixel.
"""


def does_as_torch(renderer: Renderer, device: torch.device) -> bool:
    """Tell whether all that a renderer does in its own way comes out as torch's."""
    return (
        sees_alike(renderer.see, device)
        and samples_alike(renderer.sample, device)
        and cuts_alike(renderer.cut, device)
        and measures_alike(renderer.measure, device)
        and normals_alike(renderer.normals, device)
        and covers_alike(renderer.cover, device)
        and gathers_alike(renderer.gather, device)
        and shades_alike(renderer.shade, device)
        and stacks_alike(renderer.stack, device)
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

    return _alike(there_and_back(sample), there_and_back(TORCH.sample))


def cuts_alike(cut: Cutting, device: torch.device) -> bool:
    """Tell whether a renderer finds the same pixels on both sides of the same outlines as torch does."""
    outlines = _outlines(device)

    def found(by: Cutting) -> set[tuple[float, ...]]:
        cuts = by(*outlines)
        columns = torch.stack([*cuts.ends, cuts.inner, cuts.outer, cuts.line, cuts.before, cuts.upright, cuts.onwards])
        return set(map(tuple, columns.t().tolist()))

    one, own = found(cut), found(TORCH.cut)
    return len(one & own) >= SHARE * len(one | own)


def measures_alike(measure: Measuring, device: torch.device) -> bool:
    """Tell whether a renderer measures cuts as torch does, and takes gradients back to their edges."""
    clip, surface, depth = _outlines(device)
    cuts = TORCH.cut(clip, surface, depth)
    back = torch.rand(len(cuts.line), generator=torch.Generator().manual_seed(0)).to(device)

    def there_and_back(by: Measuring) -> tuple[Tensor, ...]:
        leaf = clip.clone().requires_grad_()
        distance = by(leaf, cuts, *SIZE).distance
        return distance.detach(), *torch.autograd.grad(distance, leaf, back)

    return _alike(there_and_back(measure), there_and_back(TORCH.measure))


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

    return _alike(there_and_back(normals), there_and_back(TORCH.normals))


def covers_alike(cover: Covering, device: torch.device) -> bool:
    """Tell whether a renderer lists the pixels that see something as torch does."""
    clip, triangles = _views(device)
    seen = TORCH.see(clip, triangles, *SIZE), triangles, clip.shape[1], clip.dtype
    return _alike(list(vars(cover(*seen)).values()), list(vars(TORCH.cover(*seen)).values()))


def gathers_alike(gather: Gathering, device: torch.device) -> bool:
    """Tell whether a renderer blends what pixels of the scene show as torch does, and takes gradients back to where."""
    clip, triangles = _views(device)
    count = clip.shape[1]
    pixels = TORCH.cover(TORCH.see(clip, triangles, *SIZE), triangles, count, clip.dtype)
    drawn = torch.Generator().manual_seed(0)
    places, upright = (part.to(device) for part in torch.rand(2, 3, 2, count, generator=drawn))
    uvs, back = torch.rand(len(triangles), 3, 2, generator=drawn), torch.rand(11, len(pixels), generator=drawn)
    surface = mesh(triangles, uvs.to(device), torch.zeros_like(triangles[:, 0]))

    def there_and_back(by: Gathering) -> tuple[Tensor, ...]:
        given = [part.clone().requires_grad_() for part in (clip.permute(2, 0, 1).contiguous(), places, upright)]
        shown = by(given[0], given[1], given[2], surface, pixels, SIZE)
        blended = torch.cat([shown.weights, shown.points, shown.normals, shown.uv])
        constant = blended.detach(), shown.spread, shown.distance
        return *constant, *torch.autograd.grad(blended, given, back.to(device))

    return _alike(there_and_back(gather), there_and_back(TORCH.gather))


def shades_alike(shade: Shading, device: torch.device) -> bool:
    """Tell whether a renderer lights fragments, some turned away, as torch does, and takes gradients back to all."""
    drawn = torch.Generator().manual_seed(0)
    points, normals, base = torch.rand(3, 3, 40, generator=drawn)
    eyes, suns, colours = torch.tensor([[2.0], [-3.0], [1.0]]).expand(3, 40), points.t()[:2], base.t()[:2]
    look, ambient = torch.rand(2, generator=drawn), torch.rand(3, generator=drawn)
    behind, back = torch.rand(2, 5, 6, 3, generator=drawn), torch.rand(7, 60, generator=drawn).to(device)
    where, sunlit = torch.arange(10, 50, device=device), torch.rand(2, 40, generator=drawn)
    leaves = points, eyes, normals - 0.5, base, look[0], look[1], ambient, suns, colours, behind

    def there_and_back(by: Shading) -> tuple[Tensor, ...]:
        given = [leaf.to(device).clone().requires_grad_() for leaf in leaves]
        fragments = Fragments(where, given[0], given[1], given[2], given[3], sunlit.to(device))
        lights = sky(given[6], given[7], given[8])
        pictures = by(fragments, Material(given[4], given[5]), lights, given[9])
        return pictures.detach(), *torch.autograd.grad(pictures, given, back)

    return _alike(there_and_back(shade), there_and_back(TORCH.shade))


def stacks_alike(stack: Stacking, device: torch.device) -> bool:
    """Tell whether a renderer adds images up as torch does, and takes gradients back to each of them."""
    drawn = torch.Generator().manual_seed(0)
    *images, back = (torch.rand(2, 3, side, 2 * side, generator=drawn).to(device) for side in (10, 20, 40, 40))

    def there_and_back(by: Stacking) -> tuple[Tensor, ...]:
        given = [image.clone().requires_grad_() for image in images]
        total = by(given)
        return total.detach(), *torch.autograd.grad(total, given, back)

    return _alike(there_and_back(stack), there_and_back(TORCH.stack))


def _alike(found: Sequence[Tensor], own: Sequence[Tensor]) -> bool:
    """Whether tensors are of one shape, whole numbers equal, others as close as :data:`CLOSE` to the largest."""

    def alike(one: Tensor, of: Tensor) -> bool:
        if not of.is_floating_point():
            return torch.equal(one, of)
        return one.shape == of.shape and torch.allclose(one, of, CLOSE, CLOSE * float(of.abs().max()))

    return all(alike(one, of) for one, of in zip(found, own, strict=True))


def _outlines(device: torch.device) -> tuple[Tensor, Mesh, Tensor]:
    """The scene's clip coordinates (4, 2, V), its mesh, and what lies before or behind it (2, H, W)."""
    clip, triangles = _views(device)
    surface = mesh(triangles, clip.new_zeros(len(triangles), 3, 2), torch.zeros_like(triangles[:, 0]))
    depth = torch.linspace(0.3, 2.5, 2 * SIZE[0] * SIZE[1], device=device).view(2, *SIZE)
    return clip.permute(2, 0, 1).contiguous(), surface, depth


def _views(device: torch.device) -> tuple[Tensor, Tensor]:
    """The scene, and the scene mirrored: clip coordinates (2, V, 4), and triangles."""
    one = torch.tensor(SCENE, device=device).view(1, -1, 4)
    clip = torch.cat([one, one * one.new_tensor([-1.0, 1.0, 1.0, 1.0])])
    return clip, torch.arange(clip.shape[1], device=device).view(-1, 3)
