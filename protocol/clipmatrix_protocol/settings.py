"""How a job is run. Each setting's name, range, default, label and tooltip live here and nowhere else.

The extension makes its properties from them, the headless command its options, and Python its ``Settings``.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from .look import MOST_SUNS

Strength = Annotated[float, Meta(ge=0, le=10)]


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a job is run: what guides it, how long and how finely it works, what holds it.

    Strengths are 1 where a regulariser has its default weight, 0 where it is off.
    """

    clip: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=600,
            title="CLIP",
            description="The model that guides: embedded, MODEL:PRETRAINED as open_clip names it, or "
            "MODEL:/path/to/file; several with commas between them guide together",
        ),
    ] = "embedded"
    steps: Annotated[
        int, Meta(ge=1, le=10_000, title="Steps", description="How many times the character is improved")
    ] = 200
    views: Annotated[int, Meta(ge=1, le=64, title="Views", description="Cameras drawn afresh for each step")] = 4
    resolution: Annotated[
        int,
        Meta(
            ge=0,
            le=1024,
            title="View Size",
            description="Side of a view in pixels; 0 fits it to the CLIP model",
        ),
    ] = 0
    texture_size: Annotated[
        Literal[64, 128, 256, 512, 1024, 2048, 4096],
        Meta(title="Texture Size", description="Side of each part's texture, in pixels"),
    ] = 1024
    seed: Annotated[
        int,
        Meta(
            ge=0,
            lt=2**31,
            title="Seed",
            description="The same seed on the same machine makes the same character",
        ),
    ] = 0
    update_every: Annotated[
        float,
        Meta(
            ge=0,
            le=60,
            title="Show Every",
            description="Seconds between two looks at the growing character, more where one takes long. 0: each step",
        ),
    ] = 0.5
    early_stop: Annotated[
        bool,
        Meta(
            title="Stop Early",
            description="Come to an end as soon as nothing improves any more, instead of taking all steps",
        ),
    ] = True
    view_words: Annotated[
        bool,
        Meta(
            title="Tell the Side",
            description="Tell the texts whether a view shows the front, a side or the back",
        ),
    ] = True
    crops: Annotated[
        bool,
        Meta(
            title="Crops",
            description="Have CLIP look at tilted details of each view instead of the whole of it; sturdier results",
        ),
    ] = True
    keep: Annotated[
        Strength,
        Meta(
            title="Keep the Paint",
            description="How strongly the texture stays near the one it starts from; 0 lets it go",
        ),
    ] = 0.0
    mirror: Annotated[
        bool,
        Meta(
            title="Mirror in X",
            description="Keep the geometry equal left and right, where the mesh itself is",
        ),
    ] = False
    mirror_texture: Annotated[
        bool,
        Meta(
            title="Mirror the Paint",
            description="Change texture and normal map equally left and right, wherever the UVs lie",
        ),
    ] = False
    suns: Annotated[
        int,
        Meta(
            ge=1,
            le=MOST_SUNS,
            title="Suns",
            description="Lights that the character is judged under: a key light, then a fill, a rim and a side light; "
            "a take's own are kept",
        ),
    ] = 1
    shadows: Annotated[
        bool,
        Meta(
            title="Shadows",
            description="Have the character cast shadows on itself while it grows; slower",
        ),
    ] = False
    smoothness: Annotated[
        float,
        Meta(
            ge=0,
            le=1000,
            title="Smoothness",
            description="How far a change of the geometry spreads over the surface; 0 lets every vertex go alone",
        ),
    ] = 50.0
    stretch: Annotated[
        Strength,
        Meta(title="Keep Lengths", description="How strongly edges keep their length; 0 lets them stretch"),
    ] = 1.0
    crease: Annotated[
        Strength,
        Meta(title="Keep Creases", description="How strongly neighbouring faces keep their angle; 0 lets them fold"),
    ] = 1.0
    nearness: Annotated[
        Strength,
        Meta(title="Stay Near", description="How strongly the surface is drawn back to its place; 0 lets it wander"),
    ] = 1.0
    grain: Annotated[
        Strength,
        Meta(title="Calm the Paint", description="How strongly neighbouring texels are held alike; 0 leaves them free"),
    ] = 0.0
    silhouette: Annotated[
        Strength,
        Meta(
            title="Keep the Silhouette",
            description="How strongly the character keeps covering as much of each view as it did at the start",
        ),
    ] = 0.0
