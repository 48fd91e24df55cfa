"""What a backend is doing: the facts behind one line in the extension's connection panel."""

from typing import Annotated

import msgspec
from msgspec import Meta


class Status(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A backend at one moment.

    Attributes
    ----------
    starting
        Whether it still loads what the first job needs; jobs may be sent already.
    clip
        The CLIP model that is loaded; empty if none is yet.
    free_memory_mb
        Memory that jobs can still have on the device, in MiB; None where the device does not tell.
    busy_with
        Whose job runs: that client's ``Hello.user``, or ``Hello.client`` where it gave none; empty if none runs.
    waiting
        How many jobs wait behind it.
    """

    starting: bool = False
    clip: str = ""
    free_memory_mb: Annotated[float, Meta(ge=0)] | None = None
    busy_with: str = ""
    waiting: Annotated[int, Meta(ge=0)] = 0
