"""What a job finds out about its character before the first step."""

import clipmatrix_protocol as protocol
import numpy as np
import pytest
import torch
from clipmatrix.optimize.scene import prepare
from msgspec.structs import replace

CPU = torch.device("cpu")


def scene(character: protocol.Character, tower):
    brief = protocol.Brief((protocol.Prompt("a skittle"),), settings=protocol.Settings(texture_size=64))
    return prepare(protocol.Submit("job", character, brief), (tower,), CPU)


def test_closed_parts_are_found_also_where_some_are_open(character, tower):
    assert scene(character, tower).mesh.closed.all()
    body, ball = character.parts
    open_ball = replace(ball, triangles=ball.triangles[3:], corner_uvs=ball.corner_uvs[3:])
    found = scene(replace(character, parts=(body, open_ball)), tower).mesh.closed
    assert found[: len(body.triangles)].all()
    assert not found[len(body.triangles) :].any()


@pytest.mark.parametrize(("what", "scale"), [("mirrored", -1.0), ("flattened", 0.0)])
def test_a_pose_that_turns_something_inside_out_lets_all_backs_be_seen(character, tower, what, scale):
    poses = character.poses.copy()
    poses[-1, 1] = poses[-1, 1] @ np.diag([scale, 1, 1, 1]).astype(poses.dtype)
    assert scene(replace(character, poses=poses), tower).mesh.closed is None
