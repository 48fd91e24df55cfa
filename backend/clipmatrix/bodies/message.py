"""The embedded figure and its motions as the message Blender builds a character from."""

from functools import cache

import clipmatrix_protocol as protocol

from ..errors import JobError
from .embedded import Figure, load_figure
from .motion import Motion
from .motions import walk, wave
from .reshape import joint_positions

BODIES = ("figure",)
"""Names that :func:`body_message` knows."""

LICENCE = "CC0 1.0, public domain: made from MakeHuman's body data"


def body_message(name: str) -> protocol.Body:
    """Return a body by name; a second call returns the same object.

    Raises
    ------
    JobError
        ``unknown_body`` if there is none of that name.
    FigureDamaged
        If the figure's file cannot be used.
    """
    if name not in BODIES:
        raise JobError("unknown_body", f"There is no body {name!r}.", f"Ask for one of: {', '.join(BODIES)}.")
    return _figure_message()


@cache
def _figure_message() -> protocol.Body:
    figure = load_figure()
    return protocol.Body(
        name="figure",
        licence=LICENCE,
        vertices=figure.vertices,
        polygons=figure.faces,
        polygon_uvs=figure.uvs[figure.face_uvs],
        joints=figure.joint_names,
        parents=figure.joint_parents,
        heads=figure.joint_heads,
        tails=figure.joint_tails,
        skin_joints=figure.skin_joints,
        skin_weights=figure.skin_weights,
        shapes=(*_shapes(figure), *_expressions(figure)),
        motions=(_motion(walk()), _motion(wave())),
    )


def _shapes(figure: Figure) -> list[protocol.BodyShape]:
    """Body shapes. A stature moves the joints, which a shape key cannot: it is pinned, for the artist's hand alone."""
    return [
        protocol.BodyShape(
            name=name,
            low=float(low),
            high=float(high),
            pinned=kind == "stature",
            deltas=deltas,
            joints=joint_positions(figure, deltas) if kind == "stature" else None,
        )
        for name, low, high, kind, deltas in zip(
            figure.shape_names,
            figure.shape_min,
            figure.shape_max,
            figure.shape_kinds,
            figure.shape_deltas,
            strict=True,
        )
    ]


def _expressions(figure: Figure) -> list[protocol.BodyShape]:
    return [
        protocol.BodyShape(name, low=0.0, high=1.0, pinned=True, deltas=deltas)
        for name, deltas in zip(figure.expression_names, figure.expression_deltas, strict=True)
    ]


def _motion(motion: Motion) -> protocol.Motion:
    return protocol.Motion(motion.name, motion.fps, motion.rotations, motion.translation)
