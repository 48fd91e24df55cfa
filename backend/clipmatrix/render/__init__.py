"""The differentiable renderer: posed meshes, textures, lights and cameras in, pictures out."""

from .camera import Cameras, look_at, orbit, orthographic, perspective
from .colour import linear_from_srgb, srgb_from_linear
from .lights import Lights, sky
from .material import Material
from .mesh import Mesh, mesh
from .relief import Frame, Relief, frame
from .render import Images, Sight, look, paint, render
from .renderers import find_renderer
from .seam import TORCH, Renderer
from .visibility import Visibility, visibility

__all__ = [
    "TORCH",
    "Cameras",
    "Frame",
    "Images",
    "Lights",
    "Material",
    "Mesh",
    "Relief",
    "Renderer",
    "Sight",
    "Visibility",
    "find_renderer",
    "frame",
    "linear_from_srgb",
    "look",
    "look_at",
    "mesh",
    "orbit",
    "orthographic",
    "paint",
    "perspective",
    "render",
    "sky",
    "srgb_from_linear",
    "visibility",
]
