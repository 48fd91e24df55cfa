"""Khronos' glTF validator, an npm package: found by CLIPMATRIX_GLTF_VALIDATOR, or installed for the moment."""

import functools
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest

SCRIPT = """
const [folder, file] = process.argv.slice(2);
const validator = require(require.resolve("gltf-validator", { paths: [folder] }));
validator.validateBytes(new Uint8Array(require("fs").readFileSync(file)))
  .then(report => console.log(JSON.stringify(report)));
"""


def validate(path: Path) -> dict[str, Any]:
    """The validator's report on a file; the test is skipped where node, npm or the network are missing."""
    folder = _package_folder()
    with tempfile.TemporaryDirectory() as work:
        script = Path(work) / "validate.js"
        script.write_text(SCRIPT)
        found = subprocess.run(
            ["node", str(script), str(folder), str(path)], capture_output=True, text=True, timeout=120, check=True
        )
    report: dict[str, Any] = json.loads(found.stdout)
    return report


@functools.cache
def _package_folder() -> Path:
    given = os.environ.get("CLIPMATRIX_GLTF_VALIDATOR")
    if given:
        return Path(given)
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("no node and npm here; or set CLIPMATRIX_GLTF_VALIDATOR to a folder with gltf-validator installed")
    folder = Path(tempfile.gettempdir()) / f"clipmatrix-gltf-validator-{os.getuid()}"
    if not (folder / "node_modules" / "gltf-validator").is_dir():
        folder.mkdir(exist_ok=True)
        try:
            subprocess.run(
                ["npm", "install", "--no-audit", "--no-fund", "gltf-validator@2.0.0-dev.3.10"],
                cwd=folder,
                capture_output=True,
                timeout=60,
                check=True,
            )
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            pytest.skip("npm could not install gltf-validator")
    return folder
