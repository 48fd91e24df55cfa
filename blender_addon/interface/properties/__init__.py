"""What the artist sets in a scene: prompts, what may change, how the job runs; and as the brief that travels."""

from .briefs import brief, exemplars, restore, seeds, variations
from .cameras import ORBIT, has_orbit, scene_cameras
from .looks import look_through
from .paints import refuse_strangers
from .poses import draw, playing, poses_in_words
from .prompts import MOST_PROMPTS, ClipMatrixPrompt, add_image, add_prompt, fill_prompts, images, nothing_written
from .regions import ClipMatrixLocked, fill_locked, stretches
from .scene import ClipMatrixSceneProperties, of, register, unregister

__all__ = [
    "MOST_PROMPTS",
    "ORBIT",
    "ClipMatrixLocked",
    "ClipMatrixPrompt",
    "ClipMatrixSceneProperties",
    "add_image",
    "add_prompt",
    "brief",
    "draw",
    "exemplars",
    "fill_locked",
    "fill_prompts",
    "has_orbit",
    "images",
    "look_through",
    "nothing_written",
    "of",
    "playing",
    "poses_in_words",
    "refuse_strangers",
    "register",
    "restore",
    "scene_cameras",
    "seeds",
    "stretches",
    "unregister",
    "variations",
]
