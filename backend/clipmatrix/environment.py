"""Variables that torch, and what it computes with, read once: when torch is first imported."""

import os

TORCH = {"PYTORCH_ENABLE_MPS_FALLBACK": "1", "CUBLAS_WORKSPACE_CONFIG": ":4096:8"}
"""What Apple's GPUs lack runs on the CPU instead of failing; products on CUDA repeat bit for bit
(https://docs.pytorch.org/docs/stable/notes/randomness.html)."""

WAITING = {"GOMP_SPINCOUNT": "10000", "KMP_BLOCKTIME": "1"}
"""How long OpenMP's threads keep a core busy while they have nothing to do: turns of GCC's runtime, which torch has on
Linux, and milliseconds of LLVM's and Intel's, which it has elsewhere.

Left to themselves they do so for 300,000 turns, 6 ms on an Intel Xeon, and 200 ms. Whoever needs that core meanwhile
has to share it: other programs, other threads of this one, and in the end torch itself, whose threads wait for the one
that has to.
"""

POLICY = "OMP_WAIT_POLICY"
"""OpenMP's own word for whether they keep it busy; who has set it wants that."""


def prepare_torch() -> None:
    """Set these variables, unless they are set. To be called before torch is imported."""
    for name, value in (TORCH if POLICY in os.environ else TORCH | WAITING).items():
        os.environ.setdefault(name, value)
