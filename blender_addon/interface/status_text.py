"""How we stand with the backend, in words: the one line of truth, and what belongs to it."""

from __future__ import annotations

from dataclasses import dataclass

from clipmatrix_protocol import Status

from ..job.phases import TALKING, WORKING, Phase
from ..job.refusals import WrongVersion
from ..job.session import Session
from ..link.address import is_loopback

ICONS = {
    Phase.OFFLINE: "UNLINKED",
    Phase.STARTING: "SORTTIME",
    Phase.CONNECTING: "SORTTIME",
    Phase.REFUSED: "CANCEL",
    Phase.LOST: "ERROR",
}
"""By state; every other one is connected."""


@dataclass(frozen=True)
class Standing:
    """What the panel says.

    Attributes
    ----------
    text
        The line.
    icon
        Its icon.
    details
        Further facts, a short line each: device and free memory, CLIP model.
    """

    text: str
    icon: str
    details: tuple[str, ...] = ()


def standing(now: Session) -> Standing:
    """Put the session's state and the backend's status into words."""
    icon = ICONS.get(now.state, "LINKED")
    if now.state is Phase.REFUSED and isinstance(now.error, WrongVersion):
        return Standing("Wrong version", icon)
    if now.state not in TALKING:
        return Standing(now.state.value.capitalize(), icon)
    return Standing(_connected(now), icon, _details(now))


def _connected(now: Session) -> str:
    status = now.status
    if now.state in WORKING - {Phase.SUBMITTED}:
        return "Connected, works on your job"
    if status.busy_with and not (now.state is Phase.SUBMITTED and status.waiting == 0):
        more = f", {status.waiting} waiting" if status.waiting else ""
        return f"Busy with {status.busy_with}'s job{more}"
    return f"Connected to {_where(now.address)}" if now.address else "Connected"


def _where(address: str) -> str:
    return "this computer" if is_loopback(address) else address.removeprefix("tcp://").rpartition(":")[0]


def _details(now: Session) -> tuple[str, ...]:
    if now.welcome is None:
        return ()
    memory = _memory(now.status.free_memory_mb)
    return (f"{now.welcome.device}{memory}", _clip(now.status))


def _memory(megabytes: float | None) -> str:
    """As “, 121 GB free”; empty where it is not known."""
    if megabytes is None:
        return ""
    if megabytes < 1024:
        return f", {megabytes:.0f} MB free"
    return f", {megabytes / 1024:.{0 if megabytes >= 10240 else 1}f} GB free"


def _clip(status: Status) -> str:
    if status.starting:
        return "Loading its CLIP model"
    return f"CLIP model: {status.clip}" if status.clip else "Its CLIP model comes with the first job"
