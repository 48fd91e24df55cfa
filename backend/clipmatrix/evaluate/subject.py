"""What is evaluated: a character, what has become of it, and how it can move."""

from dataclasses import dataclass

import clipmatrix_protocol as protocol

from .skeleton import Skeleton, inferred


@dataclass(frozen=True, eq=False)
class Subject:
    """A result to be judged.

    Attributes
    ----------
    name
        For people.
    character
        As it came: the base mesh, the shape basis at its start, textures to start from (none: mid grey), poses.
    state
        What it has become.
    skeleton
        Its joints, in the character's order.
    actions
        Names of the Actions that the poses were taken from, where they are known.
    """

    name: str
    character: protocol.Character
    state: protocol.State
    skeleton: Skeleton
    actions: tuple[str, ...] = ()


def subject(character: protocol.Character, state: protocol.State, skeleton: Skeleton | None = None) -> Subject:
    """Make a subject of what a job was given and what it gave.

    Parameters
    ----------
    skeleton
        Where it is known, which it is not on the wire; otherwise it is inferred from the skin.
    """
    return Subject(character.name, character, state, skeleton or inferred(character))
