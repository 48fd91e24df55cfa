"""Noticing that the process a backend was started for is gone."""

import os
import sys
from collections.abc import Callable

from ..errors import UsageError


def parent_watch(pid: int) -> Callable[[], bool]:
    """Return a function that tells, at once and at any time, whether a process has ended.

    Parameters
    ----------
    pid
        The process to watch, usually the one that started this one.

    Raises
    ------
    UsageError
        If there is no such process.
    """
    if sys.platform == "win32":
        return _windows_watch(pid)
    if os.getppid() == pid:
        return lambda: os.getppid() != pid  # immune to a process number that is given out again
    if pid < 1 or not _runs(pid):
        raise UsageError(f"there is no process {pid} to watch", "pass the number of a running process")
    return lambda: not _runs(pid)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _windows_watch(pid: int) -> Callable[[], bool]:
    """Windows: an open handle keeps the number from being given out again and is signalled when the process ends."""
    import ctypes

    kernel = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined,unused-ignore]
    synchronize, signalled = 0x00100000, 0
    kernel.OpenProcess.restype = ctypes.c_void_p
    handle = ctypes.c_void_p(kernel.OpenProcess(synchronize, False, pid))
    if not handle:
        raise UsageError(f"there is no process {pid} to watch", "pass the number of a running process")
    return lambda: kernel.WaitForSingleObject(handle, 0) == signalled
