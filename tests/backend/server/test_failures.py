"""What CUDA and its libraries raise, in words that help."""

import pytest
from clipmatrix.server.failures import failure


@pytest.mark.parametrize(
    "said",
    [
        "CUDA out of memory. Tried to allocate 2.00 GiB.",
        "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
        "cusolver error: CUSOLVER_STATUS_ALLOC_FAILED, when calling `cusolverDnCreate(handle)`",
        "Cuda error: 2[cudaMalloc(&m_gpuPtr, bytes);]",
    ],
)
def test_whoever_runs_out_of_memory_says_so(said):
    assert failure(RuntimeError(said), "job").code == "out_of_memory"


@pytest.mark.parametrize("said", ["CUDA error: an illegal memory access was encountered", "CUDA error: unknown error"])
def test_a_lost_graphics_card_is_named_with_what_helps(said):
    failed = failure(RuntimeError(said), "job")
    assert failed.code == "internal"
    assert "lost its graphics card" in failed.message
    assert failed.remedy == "Stop the backend and start it anew."


def test_other_errors_speak_of_no_graphics_card():
    assert "graphics" not in failure(RuntimeError("shapes do not match"), "job").message
