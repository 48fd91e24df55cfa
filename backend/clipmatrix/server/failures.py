"""What an exception becomes on the wire."""

import logging

from clipmatrix_protocol import Failed

from ..errors import JobError

log = logging.getLogger(__name__)

NO_MEMORY = ("out of memory", "can't allocate memory", "_ALLOC_FAILED", "Cuda error: 2[")
"""How torch, NVIDIA's libraries and nvdiffrast, which has memory of its own, say so."""

INTERNAL_REMEDY = "Copy the backend's log and report it."


def failure(error: Exception, job: str | None) -> Failed:
    """Say an exception in words; what nobody foresaw goes to the log with its trace.

    Parameters
    ----------
    error
        What a job or a request ended with.
    job
        The job it is about, or None.
    """
    if isinstance(error, JobError):
        return Failed(error.code, error.message, error.remedy, job)
    if _is_out_of_memory(error):
        log.warning("out of memory: %s", error)
        return Failed(
            "out_of_memory",
            "The backend's memory does not suffice for this job.",
            "Use smaller textures, fewer views or a lower resolution.",
            job,
        )
    log.error("unexpected error", exc_info=error)
    if _has_lost_device(error):
        return Failed(
            "internal",
            "The backend has lost its graphics card; this process can't find it again.",
            "Stop the backend and start it anew.",
            job,
        )
    return Failed(
        "internal",
        f"The backend stumbled over an error of its own ({type(error).__name__}).",
        INTERNAL_REMEDY,
        job,
    )


def _is_out_of_memory(error: Exception) -> bool:
    """Recognise CPU, CUDA and MPS exhaustion; torch is not imported for it, as only torch could have raised it."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    text = str(error)
    return isinstance(error, RuntimeError) and any(sign in text for sign in NO_MEMORY)


def _has_lost_device(error: Exception) -> bool:
    """Recognise what CUDA says once its context is gone: after a driver's reset, a suspend, or a kernel gone astray."""
    named = type(error).__name__ == "AcceleratorError" or "CUDA error" in str(error)
    return isinstance(error, RuntimeError) and named
