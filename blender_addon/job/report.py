"""What an artist sends along with a bug report."""

from __future__ import annotations

import platform
import re
import sys
from pathlib import Path

import bpy
import clipmatrix_protocol
import msgspec
import numpy as np
import zmq

from ..version import version
from .session import Session


def text(session: Session) -> str:
    """Versions, backend, state, the last error, its trace, what went before; holds no secret and no folder."""
    lines = [
        f"ClipMatrix extension {version()}, protocol {clipmatrix_protocol.PROTOCOL_VERSION}",
        f"Blender {bpy.app.version_string}, Python {sys.version.split()[0]}, {platform.platform()}",
        f"numpy {np.__version__}, msgspec {msgspec.__version__}, pyzmq {zmq.__version__}, zmq {zmq.zmq_version()}",
        f"State: {session.state.value}",
    ]
    if session.welcome:
        lines.append(f"Backend: {session.welcome.server} on {session.welcome.device}")
    if session.progress:
        lines.append(f"Progress: step {session.progress.step} of {session.progress.steps}")
    if session.series:
        lines.append(f"Series: take {session.series.number} of {len(session.series.orders)}")
    if session.waits:
        lines.append(f"Waits: {session.waits}")
    lines += [f"Remark: {remark}" for remark in (*session.remarks, *session.warnings)]
    if session.error:
        lines.append(f"Error: {session.error}")
    if session.log.trace:
        lines += ["Trace:", session.log.trace]
    lines += ["Log:", *(f"  {line}" for line in session.log.lines)]
    return _without_home("\n".join(lines)) + "\n"


def _without_home(text: str) -> str:
    """Shorten the artist's folder, as the system, Python's quotes and Blender write it, in any case of letters."""
    home = str(Path.home())
    for written in (home, home.replace("\\", "\\\\"), home.replace("\\", "/")):
        text = re.sub(re.escape(written), "~", text, flags=re.IGNORECASE)
    return text
