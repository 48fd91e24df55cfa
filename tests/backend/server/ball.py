"""A small closed character, so that a real job is quick: a ball of 8 x 12 quads on one bone."""

import numpy as np
from clipmatrix_protocol import Brief, Character, Part, Prompt, Settings, Submit

RINGS, SEGMENTS = 9, 13


def ball_job(job: str, steps: int, prompt: str = "a red figure", clip: str = "embedded") -> Submit:
    """A job on the ball with the smallest settings; every step streams an update."""
    settings = Settings(clip=clip, steps=steps, views=1, texture_size=64, update_every=0.0)
    return Submit(job, ball(), Brief((Prompt(prompt),), settings=settings))


def ball() -> Character:
    """Radius 1 m, standing on z = 0; poles and the seam of the texture are ordinary vertices."""
    v, u = np.meshgrid(np.linspace(0, 1, RINGS), np.linspace(0, 1, SEGMENTS), indexing="ij")
    turn, height = 2 * np.pi * u, np.pi * (0.04 + 0.92 * v)
    points = np.stack([np.sin(height) * np.cos(turn), np.sin(height) * np.sin(turn), 1 - np.cos(height)], -1)
    corner = np.arange(RINGS * SEGMENTS).reshape(RINGS, SEGMENTS)
    a, b, c, d = corner[:-1, :-1], corner[:-1, 1:], corner[1:, 1:], corner[1:, :-1]
    triangles = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([a, c, d], -1).reshape(-1, 3)])
    uvs = np.stack([u, v], -1).reshape(-1, 2)
    count = len(uvs)
    part = Part(
        name="ball",
        vertices=points.reshape(-1, 3).astype(np.float32),
        triangles=triangles.astype(np.int32),
        corner_uvs=uvs[triangles].astype(np.float32),
        texture=0,
        skin_joints=np.zeros((count, 1), np.int32),
        skin_weights=np.ones((count, 1), np.float32),
        shapes=np.zeros(0, np.int32),
        shape_deltas=np.zeros((0, count, 3), np.float32),
    )
    return Character("ball", (part,), (), ("root",), np.eye(4, dtype=np.float32)[None, None], 1)
