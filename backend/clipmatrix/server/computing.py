"""How a backend shall compute, as it is asked for on the command line."""

from dataclasses import dataclass

RENDERERS = "auto, torch, warp, pytorch3d or nvdiffrast"
PRECISIONS = "auto, float32 or bfloat16"
"""For help texts, which shall not wait for torch; the rooms that know these names check them."""


@dataclass(frozen=True)
class Computing:
    """Wishes; :func:`~.services.real_services` finds out what becomes of them here.

    Attributes
    ----------
    device
        ``auto``, ``cpu``, ``cuda`` or ``mps``.
    threads
        CPU threads that a job computes with; None leaves one core to Blender.
    renderer
        Who finds the triangles that are seen: ``auto``, ``torch``, ``warp``, ``pytorch3d`` or ``nvdiffrast``.
    precision
        Of CLIP's image tower: ``auto``, ``float32`` or ``bfloat16``.
    """

    device: str = "auto"
    threads: int | None = None
    renderer: str = "auto"
    precision: str = "auto"
