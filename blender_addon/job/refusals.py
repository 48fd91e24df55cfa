"""The session's refusals, in words."""

from __future__ import annotations

from ..errors import Fix, Refusal
from .phases import BUSY, Phase

CONNECT = Fix("clipmatrix.connect", "Connect")
UPDATE = Fix("extensions.userpref_show_for_update", "Show Updates")
STOP = Fix("clipmatrix.stop", "Stop")
REPORT = Fix("clipmatrix.copy_report", "Copy Report")


class WrongVersion(Refusal):
    """Extension and backend speak different versions; the message says which of them to update."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message, remedy, UPDATE)


def silence(address: str, *, working: bool) -> Refusal:
    """A backend that had welcomed us says nothing any more, with or without a job of ours at work."""
    what = "If it still runs, so does the job" if working else "Nothing is lost"
    return Refusal(f"The backend at {address} is silent.", f"{what}; still trying to reach it.", CONNECT)


def foreign(address: str, why: str) -> Refusal:
    """What answers to our greeting is no backend of this protocol."""
    return Refusal(
        f"What answers at {address} does not speak this extension's protocol ({why}).",
        "Check the address, and update the extension and the backend.",
        CONNECT,
    )


def unreadable(why: str) -> Refusal:
    """A backend has sent garbage in the middle of the conversation."""
    return Refusal(f"The backend sent something unreadable ({why}).", "Update extension and backend.")


def not_free(state: Phase) -> Refusal:
    """A request can't be made at the moment."""
    if state in BUSY:
        return Refusal(f"ClipMatrix is {state.value}.", "Wait for it, or stop it.", STOP)
    return Refusal(f"The backend is {state.value}.", "Connect first.", CONNECT)


def other_file(name: str) -> Refusal:
    """The file with the job's character was closed, and was never saved, so that it can't be opened again."""
    return Refusal(f"The file with {name} was closed without being saved.", "Its job was stopped; generate anew.")


def unexpected() -> Refusal:
    """An exception that nobody foresaw."""
    return Refusal("Something went wrong inside ClipMatrix.", "Copy the report, and send it to its makers.", REPORT)


def still_running() -> Refusal:
    """The result can't be settled yet."""
    return Refusal("The job is still running.", "Stop it first.", STOP)
