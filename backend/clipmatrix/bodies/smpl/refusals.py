"""Why a model file cannot be used, in words."""

from pathlib import Path

from ...command_lines import install_line
from ...errors import JobError


def no_such_file(file: str) -> JobError:
    """Nothing is there, or nothing that may be read."""
    return JobError(
        "unknown_body",
        f"There is no model file {file} on the backend's machine.",
        "Choose a file that the backend can read, by its whole path.",
    )


def unusable(path: Path, why: str) -> JobError:
    """The file is something else, or damaged; ``why`` continues the sentence."""
    return JobError(
        "bad_request",
        f"{path.name} is not a SMPL, SMPL-H or SMPL-X model that can be used: {why}.",
        "Choose the file as it was downloaded, for example SMPLX_NEUTRAL.npz.",
    )


def not_installed() -> JobError:
    """The smplx package is missing."""
    return JobError(
        "bad_request",
        "The backend lacks the smplx package, which reads SMPL models.",
        f"Install it on the backend's machine ({install_line('smplx')}) and restart it. "
        "Its licence allows non-commercial research, education and art.",
    )
