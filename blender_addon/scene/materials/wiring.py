"""What feeds a socket: links followed through reroutes, muted nodes and node groups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import bpy

DEEPEST = 200
"""Links that are followed from one socket before it counts as fed by nothing."""


TARGETS = ("ALL", "EEVEE", "CYCLES")
"""What an output node of a material may be for; a renderer takes its own, and that for all where it has none."""


@dataclass(frozen=True)
class Source:
    """Where a value comes from; for use at once.

    Attributes
    ----------
    socket
        An output of :attr:`node`, or an input that nothing is linked to, which then holds the value.
    groups
        The group nodes that it lies in, outermost first.
    """

    socket: Any
    groups: tuple[Any, ...] = ()

    @property
    def node(self) -> Any:
        """The node that the socket belongs to."""
        return self.socket.node

    @property
    def is_value(self) -> bool:
        """Whether the value stands in the socket itself."""
        return not self.socket.is_output


def outputs(tree: Any) -> list[Any]:
    """The output nodes that renderers take, mostly one, the one that counts first: for all, for EEVEE, for Cycles.

    One that nothing is linked to shows nothing, and comes last.
    """
    found = [tree.get_output_node(target) for target in TARGETS]
    different = dict.fromkeys(output for output in found if output is not None)
    return sorted(different, key=lambda output: not output.inputs["Surface"].links)


def source(socket: Any, groups: tuple[Any, ...] = ()) -> Source:
    """Find what feeds an input."""
    for _ in range(DEEPEST):
        link = next((link for link in socket.links or () if link.is_valid and not link.is_muted), None)
        if link is None:
            return Source(socket, groups)
        passed = _passed(link.from_socket, groups)
        if passed is None:
            return Source(link.from_socket, groups)
        socket, groups = passed
    return Source(socket, groups)


def feeds(found: Source, kinds: frozenset[str] = frozenset({"RGBA"})) -> Iterator[Source]:
    """What feeds the inputs of these kinds that a node has, unlinked ones left out."""
    for socket in found.node.inputs:
        if socket.type in kinds and socket.enabled and socket.links:
            further = source(socket, found.groups)
            if not further.is_value:
                yield further


def upstream(first: Source, kinds: frozenset[str] = frozenset({"RGBA"})) -> Iterator[Source]:
    """A source and all that feeds it, the nearest first, each node once."""
    waiting, seen = [first], set()
    while waiting:
        found = waiting.pop(0)
        key = (found.node, found.groups)
        if key not in seen:
            seen.add(key)
            yield found
            waiting += feeds(found, kinds)


def _passed(output: Any, groups: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]] | None:
    """The input that an output only hands on, and the groups that lies in; None for an output that makes something."""
    node = output.node
    if isinstance(node, bpy.types.NodeReroute):
        return node.inputs[0], groups
    if node.mute:
        inner = next((link for link in node.internal_links if link.to_socket == output), None)
        return (inner.from_socket, groups) if inner else None
    if isinstance(node, bpy.types.ShaderNodeGroup) and node.node_tree:
        ends = [end for end in node.node_tree.nodes if isinstance(end, bpy.types.NodeGroupOutput)]
        end = next((end for end in ends if end.is_active_output), None)
        inside = _called(end.inputs, output.identifier) if end else None
        return (inside, (*groups, node)) if inside else None
    if isinstance(node, bpy.types.NodeGroupInput) and groups:
        outside = _called(groups[-1].inputs, output.identifier)
        return (outside, groups[:-1]) if outside else None
    return None


def _called(sockets: Any, identifier: str) -> Any:
    return next((socket for socket in sockets if socket.identifier == identifier), None)
