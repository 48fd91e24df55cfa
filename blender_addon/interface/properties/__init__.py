"""What the artist sets in a scene: prompts, what may change, how the job runs; and as the brief that travels."""

from .briefs import brief, restore
from .cameras import ORBIT, scene_cameras
from .poses import playing, poses_in_words
from .prompts import MOST_PROMPTS, ClipMatrixPrompt, add_prompt, fill_prompts, nothing_written
from .scene import ClipMatrixSceneProperties, of, register, unregister

__all__ = [
    "MOST_PROMPTS",
    "ORBIT",
    "ClipMatrixPrompt",
    "ClipMatrixSceneProperties",
    "add_prompt",
    "brief",
    "fill_prompts",
    "nothing_written",
    "of",
    "playing",
    "poses_in_words",
    "register",
    "restore",
    "scene_cameras",
    "unregister",
]
