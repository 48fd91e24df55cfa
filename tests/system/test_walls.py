"""Who may import whom, read off the import statements."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

BINDING = {ROOT / "backend" / "clipmatrix" / "server" / "services.py"}
"""Where the server is bound to the rooms that compute: the one file that may know them."""

FORBIDDEN = {
    "protocol": {"bpy", "torch", "zmq", "clipmatrix"},
    "backend": {"bpy", "bpy_extras", "mathutils"},
    "blender_addon": {"torch", "clipmatrix", "open_clip", "threading", "concurrent", "asyncio"},
}


def imports(path: Path) -> set[str]:
    """Top-level names of the modules a file imports absolutely."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.split(".")[0])
    return names


def relative_targets(path: Path, package: Path) -> set[str]:
    """Names of the rooms of ``package`` that a file imports relatively, its own room left out."""
    targets = set()
    here = path.relative_to(package).parts[:-1]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = here[: len(here) - node.level + 1]
            parts = (*base, *(node.module.split(".") if node.module else ()))
            targets |= {parts[0]} if parts else {alias.name for alias in node.names}
    return targets - set(here[:1])


@pytest.mark.parametrize("folder", FORBIDDEN)
def test_no_file_imports_what_its_folder_must_not_know(folder):
    broken = {
        str(path.relative_to(ROOT)): sorted(found)
        for path in (ROOT / folder).rglob("*.py")
        if (found := imports(path) & FORBIDDEN[folder])
    }
    assert broken == {}


@pytest.mark.parametrize(
    ("room", "may_know"),
    [
        ("render", {"command_lines", "errors", "sending"}),
        ("guidance", {"errors", "clip_names", "sending"}),
        ("character", {"errors"}),
        ("optimize", {"errors", "clip_names", "sending", "render", "guidance", "character", "mesh_checks"}),
        ("mesh_checks", set()),
        ("bodies", {"command_lines", "errors"}),
        ("evaluate", {"errors", "render", "guidance", "character", "bodies", "mesh_checks"}),
        ("bench", {"errors", "render", "guidance", "bodies", "optimize", "server"}),
        ("server", {"errors"}),
    ],
)
def test_rooms_of_the_backend_know_only_what_lies_before_them(room, may_know):
    package = ROOT / "backend" / "clipmatrix"
    broken = {
        str(path.relative_to(package)): sorted(found)
        for path in (package / room).rglob("*.py")
        if path not in BINDING and (found := relative_targets(path, package) - may_know)
    }
    assert broken == {}


@pytest.mark.parametrize(
    ("room", "may_know"),
    [
        ("scene", {"errors"}),
        ("link", {"errors", "version"}),
        ("bodies", {"command_lines", "errors"}),
        ("output", {"errors", "scene"}),
        ("job", {"errors", "version", "scene", "link"}),
        ("interface", {"errors", "version", "scene", "link", "bodies", "output", "job"}),
        ("command", {"errors", "version", "scene", "link", "bodies", "output", "job", "interface"}),
    ],
)
def test_rooms_of_the_extension_know_only_what_lies_before_them(room, may_know):
    package = ROOT / "blender_addon"
    broken = {
        str(path.relative_to(package)): sorted(found)
        for path in (package / room).rglob("*.py")
        if (found := relative_targets(path, package) - may_know)
    }
    assert broken == {}


def test_the_extension_never_touches_the_import_path():
    for path in (ROOT / "blender_addon").rglob("*.py"):
        if path.name != "headless.py":
            assert "sys.path" not in path.read_text(), path
