"""Bring a body from the source's rest pose (arms down and bent) into the T-pose of SMPL-X."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from figure_rig import Joint
from figure_source import Floats, RestBody, Source

# Outward tilt of the legs kept in the T-pose, radians: enough for the thighs of a fat body not to meet.
LEG_TILT = np.radians(2.5)
# How much of the fingers' natural downward curl is kept (0 is a flat hand).
FINGER_CURL = 0.25


@dataclass(frozen=True)
class PosedBody:
    """A body in T-pose: vertices (V, 3), joint heads and tails (J, 3), metres, feet on z = 0."""

    vertices: Floats
    heads: Floats
    tails: Floats


def joint_weights(source: Source, joints: Sequence[Joint]) -> Floats:
    """Merge the skin weights of all source bones into the joints, (V, J); rows sum to 1."""
    owner = {bone: index for index, joint in enumerate(joints) for bone in joint.bones}
    merged = np.zeros((len(source.weights), len(joints)))
    for bone in range(len(source.bones)):
        ancestor = bone
        while source.bones[ancestor] not in owner:
            ancestor = source.parents[ancestor]
        merged[:, owner[source.bones[ancestor]]] += source.weights[:, bone]
    return merged


def _turn(start: Floats, end: Floats) -> Floats:
    """Return the smallest rotation (3, 3) that takes the direction of start to that of end (Rodrigues)."""
    a, b = start / np.linalg.norm(start), end / np.linalg.norm(end)
    v = np.cross(a, b)
    k = np.array([[0, -v[2], v[1]], [v[2], 0, -v[0]], [-v[1], v[0], 0]])
    return np.eye(3) + k + k @ k / (1.0 + a @ b)


def _frame(along: Floats, side: Floats) -> Floats:
    """Return an orthonormal frame (3, 3), columns: along, side made square to it, and their cross product."""
    x = along / np.linalg.norm(along)
    y = side - (side @ x) * x
    y /= np.linalg.norm(y)
    return np.stack([x, y, np.cross(x, y)], axis=1)


def _arm(heads: dict[str, Floats], tails: dict[str, Floats], side: str, out: Floats) -> dict[str, Floats]:
    """World rotations that lay one arm along `out`, palm down, thumb forward."""
    shoulder, elbow, wrist = (heads[f"{side}_{name}"] for name in ("shoulder", "elbow", "wrist"))
    turns = {f"{side}_shoulder": _turn(elbow - shoulder, out)}
    turns[f"{side}_elbow"] = _turn(turns[f"{side}_shoulder"] @ (wrist - elbow), out) @ turns[f"{side}_shoulder"]
    across = heads[f"{side}_index1"] - heads[f"{side}_pinky1"]
    forward = np.array([0.0, -1.0, 0.0])
    hand = _frame(out, forward) @ _frame(heads[f"{side}_middle1"] - wrist, across).T
    turns[f"{side}_wrist"] = hand
    for finger in ("index", "middle", "ring", "pinky"):
        above = hand
        for phalanx in (1, 2, 3):
            name = f"{side}_{finger}{phalanx}"
            now = above @ (tails[name] - heads[name])
            above = _turn(now, now * np.array([1.0, 1.0, FINGER_CURL])) @ above
            turns[name] = above
    return turns


def _leg(heads: dict[str, Floats], side: str, out: Floats) -> dict[str, Floats]:
    """World rotations that stand one leg almost upright and leave the foot as it is."""
    turns = {}
    for name, end in (("hip", "knee"), ("knee", "ankle")):
        bone = heads[f"{side}_{end}"] - heads[f"{side}_{name}"]
        length = np.hypot(bone[0], bone[2])
        target = np.array([out[0] * length * np.sin(LEG_TILT), bone[1], -length * np.cos(LEG_TILT)])
        turns[f"{side}_{name}"] = _turn(bone, target)
    turns[f"{side}_ankle"] = np.eye(3)
    return turns


def _mean_points(points: Floats, bones: dict[str, int], names: Sequence[str]) -> Floats:
    return points[[bones[name] for name in names]].mean(axis=0)


def t_pose(body: RestBody, source: Source, joints: Sequence[Joint], weights: Floats) -> PosedBody:
    """Pose one body into the T-pose.

    The vertices are *unposed*: each is placed where linear blend skinning with the same weights, run back into the
    source's rest pose, puts it exactly where the source's artists modelled it. Lowered arms, which is how the figure
    mostly stands, therefore have the modelled shoulders.

    Parameters
    ----------
    weights : (V, J) float64
        From `joint_weights`, after the limit of four joints per vertex.
    """
    bones = {bone: index for index, bone in enumerate(source.bones)}
    heads = {joint.name: _mean_points(body.heads, bones, joint.heads) for joint in joints}
    tails = {joint.name: _mean_points(body.tails, bones, joint.tails) for joint in joints}
    turns: dict[str, Floats] = {}
    for side, sign in (("left", 1.0), ("right", -1.0)):
        out = np.array([sign, 0.0, 0.0])
        turns |= _arm(heads, tails, side, out) | _leg(heads, side, out)

    posed_heads: dict[str, Floats] = {}
    posed_tails: dict[str, Floats] = {}
    back = np.empty((len(joints), 3, 4))  # T-pose to source rest pose
    for index, joint in enumerate(joints):
        name, parent = joint.name, joint.parent
        turn = turns.setdefault(name, turns[parent] if parent else np.eye(3))
        step = turns[parent] @ (heads[name] - heads[parent]) if parent else np.zeros(3)
        posed_heads[name] = (posed_heads[parent] if parent else heads[name]) + step
        posed_tails[name] = posed_heads[name] + turn @ (tails[name] - heads[name])
        back[index, :, :3] = turn.T
        back[index, :, 3] = heads[name] - turn.T @ posed_heads[name]

    blend = np.einsum("vj,jab->vab", weights, back)
    vertices = np.linalg.solve(blend[:, :, :3], (body.vertices - blend[:, :, 3])[..., None])[..., 0]
    ground = np.array([0.0, 0.0, vertices[:, 2].min()])
    return PosedBody(
        vertices - ground,
        np.stack([posed_heads[joint.name] for joint in joints]) - ground,
        np.stack([posed_tails[joint.name] for joint in joints]) - ground,
    )


def fit_to_rig(body: PosedBody, rig: PosedBody, joints: Sequence[Joint], weights: Floats) -> PosedBody:
    """Reshape a body so that its joints lie where the rig's do, keeping its build.

    A shape key cannot move the joints of a rig. A shape that widens shoulders or lengthens legs would therefore tear
    at them as soon as the figure moves. The body is scaled as a whole to the rig's bone lengths, then each bone's part
    is turned and stretched along the bone onto the rig's bone, blended by the skin weights.
    """
    names = [joint.name for joint in joints]
    children = [[names.index(other.name) for other in joints if other.parent == name] for name in names]
    spans = []
    for index, below in enumerate(children):
        # A bone ends where its only child begins, so that chains stay whole; elsewhere at its own tail.
        here, there = (body.tails[index], rig.tails[index])
        if len(below) == 1:
            here, there = (body.heads[below[0]], rig.heads[below[0]])
        spans.append((here - body.heads[index], there - rig.heads[index]))
    scale = sum(np.linalg.norm(there) for _, there in spans) / sum(np.linalg.norm(here) for here, _ in spans)
    maps = np.empty((len(joints), 3, 4))
    for index, (here, there) in enumerate(spans):
        linear = scale * np.eye(3)
        if children[index]:
            axis = here / np.linalg.norm(here)
            stretch = np.linalg.norm(there) / (scale * np.linalg.norm(here))
            linear = scale * _turn(here, there) @ (np.eye(3) + (stretch - 1.0) * np.outer(axis, axis))
        maps[index, :, :3] = linear
        maps[index, :, 3] = rig.heads[index] - linear @ body.heads[index]
    blend = np.einsum("vj,jab->vab", weights, maps)
    vertices = np.einsum("vab,vb->va", blend[:, :, :3], body.vertices) + blend[:, :, 3]
    return PosedBody(vertices, rig.heads, rig.tails)
