"""Memory that one step frees is kept for the next.

Left to itself glibc gives large blocks back to the operating system as they are freed, and a step asks for the same
ones again: thousands of pages are taken away, cleared and handed out anew, every time.
"""

import ctypes
import sys

TRIM_THRESHOLD, MMAP_THRESHOLD, ARENA_MAX = -1, -3, -8
"""Parameters of ``mallopt``, as glibc's malloc.h numbers them."""

MOST = 1 << 28
"""Bytes that may lie unused at the end of the heap; smaller blocks are part of it."""


def keep_freed_memory() -> bool:
    """Have the C library keep what is freed, in one heap for all threads; tell whether it could be told.

    Only glibc can. The process holds on to as much as its largest step needed, which it would need again.
    """
    if sys.platform != "linux":
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    return all(mallopt(name, value) for name, value in ((ARENA_MAX, 1), (MMAP_THRESHOLD, MOST), (TRIM_THRESHOLD, MOST)))
