"""Warp's kernels compile for NVIDIA's cards, on machines without one: Warp brings the compiler along."""

import importlib
import pkgutil
import sys

import pytest

warp = pytest.importorskip("warp", reason="Warp is not installed")
pytestmark = pytest.mark.skipif(sys.platform == "darwin", reason="Warp knows no CUDA on macOS")

from clipmatrix.render import warp as room  # noqa: E402

CARDS = {"Turing": 75, "H200": 90}
"""The oldest architecture that CUDA 13 knows, and the one that targets are set for."""


def written(module):
    """The names of the kernels that a module does not import from another."""
    kernels = {name: each for name, each in vars(module).items() if isinstance(each, warp.Kernel)}
    return {name for name, each in kernels.items() if each.func.__module__ == module.__name__}


MODULES = [importlib.import_module(f"{room.__name__}.{each.name}") for each in pkgutil.iter_modules(room.__path__)]
KERNELS = {module: names for module in MODULES if (names := written(module))}


def test_all_kernels_are_found():
    assert {"fill", "blend", "gather", "scatter", "shine", "absorb"} <= set().union(*KERNELS.values())


@pytest.mark.parametrize("card", CARDS)
@pytest.mark.parametrize("module", KERNELS, ids=lambda module: module.__name__.rpartition(".")[2])
def test_kernels_compile_for_a_card(module, card, tmp_path):
    (made,) = warp.compile_aot_module(module, arch=CARDS[card], module_dir=tmp_path, use_ptx=True)
    code = made.read_text(errors="replace")
    assert f".target sm_{CARDS[card]}" in code
    assert all(f".entry {name}_" in code for name in KERNELS[module])
