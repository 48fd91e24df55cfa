"""The protocol stands alone: it loads neither Blender, torch nor a socket."""

import subprocess
import sys


def test_the_protocol_loads_neither_bpy_nor_torch_nor_zmq() -> None:
    program = "import sys, clipmatrix_protocol; print(sorted({'bpy', 'torch', 'zmq', 'clipmatrix'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert run.stdout.strip() == "[]"
