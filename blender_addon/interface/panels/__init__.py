"""The sidebar tab, a file for each panel; from top to bottom."""

import bpy

from .body import CLIPMATRIX_PT_body
from .character import CLIPMATRIX_PT_character
from .connection import CLIPMATRIX_PT_connection
from .export import CLIPMATRIX_PT_export
from .generate import CLIPMATRIX_PT_generate
from .lights import CLIPMATRIX_PT_lights
from .locked import CLIPMATRIX_PT_locked, CLIPMATRIX_UL_locked
from .prompt import CLIPMATRIX_PT_look_from, CLIPMATRIX_PT_prompt, CLIPMATRIX_UL_prompts
from .settings import (
    CLIPMATRIX_PT_advanced,
    CLIPMATRIX_PT_cameras,
    CLIPMATRIX_PT_poses,
    CLIPMATRIX_PT_settings,
)
from .takes import CLIPMATRIX_PT_takes, CLIPMATRIX_UL_takes
from .vary import CLIPMATRIX_PT_restraint, CLIPMATRIX_PT_vary

CLASSES = (
    CLIPMATRIX_PT_connection,
    CLIPMATRIX_PT_character,
    CLIPMATRIX_PT_body,
    CLIPMATRIX_PT_prompt,
    CLIPMATRIX_PT_look_from,
    CLIPMATRIX_PT_vary,
    CLIPMATRIX_PT_restraint,
    CLIPMATRIX_PT_locked,
    CLIPMATRIX_PT_generate,
    CLIPMATRIX_PT_takes,
    CLIPMATRIX_PT_lights,
    CLIPMATRIX_PT_settings,
    CLIPMATRIX_PT_poses,
    CLIPMATRIX_PT_cameras,
    CLIPMATRIX_PT_advanced,
    CLIPMATRIX_PT_export,
)

LISTS = (CLIPMATRIX_UL_prompts, CLIPMATRIX_UL_locked, CLIPMATRIX_UL_takes)
"""What panels show with ``template_list``."""

register, unregister = bpy.utils.register_classes_factory((*LISTS, *CLASSES))
