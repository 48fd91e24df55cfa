"""The demo: a prompt becomes a character, with a real backend and a real Blender in processes of their own."""

from .convert import blend_to_glb
from .processes import Backend, BlenderRun, start_backend, start_blender
from .request import DemoRequest, Pictures, check, own_extension
from .show import show

__all__ = [
    "Backend",
    "BlenderRun",
    "DemoRequest",
    "Pictures",
    "blend_to_glb",
    "check",
    "own_extension",
    "show",
    "start_backend",
    "start_blender",
]
