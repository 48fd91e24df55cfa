"""Five structurally different characters leave as glTF and FBX, come back, and move as before."""

import numpy as np
import pytest
from scipy.spatial import cKDTree

from .characters.cast import CAST
from .test_export import world_points
from .test_export_fbx import FORMATS, empty_file

FRAMES = (1, 9, 17)


@pytest.fixture(params=[name for name in CAST if name != "figure"])
def character(request, blender, rooms):
    """One of the characters that need no backend, with its armature; selected."""
    CAST[request.param](blender, rooms)
    blender.context.view_layer.update()
    return rooms("interface.selection").selected_character(blender.context)


def farthest(points, cloud):
    """The largest distance from one of ``points`` to the nearest of ``cloud``."""
    return float(cKDTree(cloud).query(points)[0].max())


def surface(blender, parts):
    """World positions of all vertices that a face has; loose ones are nothing that other programs show."""
    found = []
    for thing in parts:
        used = sorted({vertex for polygon in thing.data.polygons for vertex in polygon.vertices})
        found.append(world_points(blender, thing)[used])
    return np.concatenate(found)


def posed(blender, parts, frames):
    """What :func:`surface` gives at each frame."""
    found = []
    for frame in frames:
        blender.context.scene.frame_set(frame)
        found.append(surface(blender, parts))
    return found


@pytest.mark.parametrize("kind", FORMATS)
def test_it_comes_back_and_moves_as_before(blender, rooms, character, tmp_path, kind):
    parts = [thing for thing in character if thing.type == "MESH"]
    rig = next((thing for thing in character if thing.type == "ARMATURE"), None)
    action = rig.animation_data.action.name if rig else ""
    frames = FRAMES if action else FRAMES[:1]
    before = posed(blender, parts, frames)
    count, path = len(parts), tmp_path / f"a.{kind}"
    export, importer = FORMATS[kind]
    getattr(rooms("output.export"), export)(character, path)
    empty_file(blender)
    getattr(blender.ops.import_scene, importer)(filepath=str(path))
    shapes = {bone.custom_shape for thing in blender.data.objects if thing.pose for bone in thing.pose.bones}
    back = [thing for thing in blender.data.objects if thing.type == "MESH" and thing not in shapes]
    assert len(back) == count
    if action:
        home = next(thing for thing in blender.data.objects if thing.type == "ARMATURE")
        actions = rooms("scene.posing.actions")
        (own,) = [one for one in blender.data.actions if action in one.name and actions.fits(one, home)]
        actions.play(home, own, home.name)
    start = 1 if kind == "glb" else 0  # glTF's time begins at 0
    after = posed(blender, back, [frame - start for frame in frames])
    for wanted, found in zip(before, after, strict=True):
        bound = 2e-4 * float(np.ptp(wanted, axis=0).max())
        assert farthest(found, wanted) < bound
        assert farthest(wanted, found) < bound
