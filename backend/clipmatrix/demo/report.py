"""report.json: everything needed to understand a result, and to make it again."""

import platform
import time
from pathlib import Path
from typing import Any

import msgspec

from .request import DemoRequest

RESULT = "result.json"
"""What Blender writes; it is taken up into the report."""

OUTPUTS = ("character.blend", "character.glb", "contact.png", "turntable.mp4", "growth.mp4")
"""What a demo leaves in its folder besides the report."""


def write_report(request: DemoRequest, evaluation: dict[str, Any], seconds: float) -> Path:
    """Write ``report.json`` from Blender's result, the request and the evaluation.

    Parameters
    ----------
    request
        What was asked for.
    evaluation
        What the judge says of it, from :func:`clipmatrix.demo.judging.judged`.
    seconds
        How long all of it took, start-up and pictures included.

    Returns
    -------
    Path
        The report.
    """
    source = request.out / RESULT
    result: dict[str, Any] = msgspec.json.decode(source.read_bytes())
    report = {
        "prompt": request.prompt,
        "blend": str(request.blend or ""),
        "seed": request.settings.seed,
        "date": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        "settings": msgspec.to_builtins(request.settings),
        **result,
        "evaluation": evaluation,
        "total_seconds": round(seconds, 1),
        "machine": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
    }
    path = request.out / "report.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=2))
    source.unlink()
    return path
