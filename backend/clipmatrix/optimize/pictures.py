"""Pictures of an outcome: posed, lit, seen by cameras."""

import torch
from torch import Tensor

from ..character import skin
from ..render.camera import NEAR_SHARE, Cameras, orthographic, perspective
from ..render.lights import sky
from ..render.material import Material
from ..render.relief import Relief
from ..render.render import Images, Sight, look, paint
from ..sending import sent
from .sampling import Views
from .scene import Scene
from .state import Outcome

SHADOW_TEXELS = 2
"""Texels of a shadow map for each pixel of a view: a shadow's edge is about as sharp as the picture, also close by."""

LEAST_SHADOW = 4
"""Texels of a shadow map's side at least: the outermost ones stay free."""


def pictures(outcome: Outcome, scene: Scene, views: Views, backgrounds: Tensor, sight: Sight | None = None) -> Images:
    """Render the views of a step.

    Parameters
    ----------
    outcome
        The character as it is.
    scene
        Its mesh and skin.
    views
        N poses and cameras.
    backgrounds
        (N, H, H, 3) sRGB; their side is the pictures'.
    sight
        What the views see of the outcome's shape, if that is known.
    """
    device = scene.surface.device
    ambient, colours = outcome.lights[0], outcome.lights[1:]
    directions = outcome.suns / outcome.suns.norm(dim=1, keepdim=True).clamp_min(1e-6)
    shadows = max(SHADOW_TEXELS * backgrounds.shape[1], LEAST_SHADOW) if scene.brief.settings.shadows else 0
    return paint(
        sight or sight_of(outcome, scene, views, backgrounds.shape[1]),
        scene.mesh,
        outcome.textures,
        Material(*outcome.material.unbind()),
        sky(ambient, directions, colours, shadows),
        sent(backgrounds, device),
        renderer=scene.renderer,
        relief=_relief(outcome, scene),
    )


def _relief(outcome: Outcome, scene: Scene) -> Relief | None:
    """The normal map that shows, if there is one."""
    came = scene.appearance.relief
    return None if outcome.slopes is None or came is None else Relief(outcome.slopes, came.frame)


def sight_of(outcome: Outcome, scene: Scene, views: Views, side: int) -> Sight:
    """What views see of an outcome's shape, in pictures of ``side`` pixels a side."""
    surface = scene.surface
    poses = surface.poses[sent(views.poses, surface.device)]
    posed = skin(outcome.vertices(scene), poses, surface.joints, surface.weights)
    return look(posed, scene.mesh, cameras(views, surface.device), (side, side), scene.renderer)


def cameras(views: Views, device: torch.device) -> Cameras:
    """Turn views into cameras: worked out where they were drawn, on the CPU, then sent to a device."""
    near = views.far * NEAR_SHARE
    seen = perspective(views.placements, torch.deg2rad(views.fields_of_view), near=near, far=views.far)
    if bool(views.heights.any()):
        parallel = orthographic(views.placements, views.heights.clamp_min(1e-6), near=near, far=views.far)
        flat = views.heights > 0
        seen = Cameras(
            torch.where(flat[:, None, None], parallel.world_to_clip, seen.world_to_clip),
            torch.where(flat[:, None], parallel.positions, seen.positions),
        )
    return Cameras(sent(seen.world_to_clip, device), sent(seen.positions, device))
