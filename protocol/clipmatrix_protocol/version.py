"""The protocol's version and what two versions say to each other."""

PROTOCOL_VERSION = 1
"""Raised by one whenever a message gains, loses or changes a field, an allowed value or a range.

Decoding is strict, so a peer of another version refuses what it does not know; there are no optional extensions.
"""


def mismatch(client: int, server: int) -> str | None:
    """Say in plain words which side to update, or None when both speak the same version."""
    if client == server:
        return None
    older, newer = ("extension", "backend") if client < server else ("backend", "extension")
    return (
        f"The {older} speaks protocol {min(client, server)} and the {newer} speaks {max(client, server)}: "
        f"update the ClipMatrix {older}."
    )
