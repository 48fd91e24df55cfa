"""The pictures show the character: framed, lit, upright, before above after; the artist's scene is left alone."""

import gc
import itertools
import os
import tempfile
import threading
import time
from math import pi

import numpy as np
import pytest

from .columns import column_body
from .fingerprint import differences, fingerprint

TILE = 32


@pytest.fixture
def character(blender, rooms):
    return list(rooms("bodies.build").build_body(column_body(), blender.context))


@pytest.fixture
def pictures(rooms):
    return rooms("output.pictures")


def tiles(row):
    return [row[:, start : start + TILE] for start in range(0, row.shape[1], TILE)]


def seen(tile):
    """(H, W): where the tile shows something other than its backdrop, which is in its corners."""
    return np.abs(tile - tile[0, 0]).max(axis=-1) > 0.04


def paint(character, colour):
    shader = character[0].data.materials[0].node_tree.nodes["Principled BSDF"]
    shader.inputs["Base Color"].default_value = (*colour, 1)


def test_every_picture_shows_the_whole_character_large_and_lit(character, pictures):
    row = pictures.row(character, pictures.plan(character), tile=TILE)
    assert row.shape == (TILE, 12 * TILE, 3)
    for tile in tiles(row):
        mask = seen(tile)
        edge = np.ones_like(mask)
        edge[1:-1, 1:-1] = False
        assert not mask[edge].any()
        assert mask.any(axis=1).sum() > 0.6 * TILE
        assert 0.3 < tile[mask].mean() < 0.95


def test_the_head_is_up(blender, character, pictures, rooms):
    """Row 0 is at the bottom: a key that widens the upper half widens the upper rows."""
    mesh_object, _ = character
    key = mesh_object.shape_key_add(name="shoulders", from_mix=False)
    upper = np.array([vertex.co[:] for vertex in mesh_object.data.vertices], np.float32)
    upper[upper[:, 2] > 1.0, :2] *= 2
    key.points.foreach_set("co", upper.ravel())
    key.value = 1.0
    front = seen(tiles(pictures.row(character, pictures.plan(character), tile=TILE))[0])
    assert front[TILE // 2 :].sum() > 1.3 * front[: TILE // 2].sum()


def test_angles_go_around_and_posed_frames_move(character, pictures):
    row = tiles(pictures.row(character, pictures.plan(character), tile=TILE))
    front, side = seen(row[0]).sum(), seen(row[2]).sum()
    assert front > 1.2 * side  # the column is wider than deep
    posed = [seen(tile) for tile in row[8:]]
    assert all((one != other).sum() > 4 for one, other in itertools.pairwise(posed))


def test_a_rig_that_follows_a_control_rig_moves_as_well(blender, character, pictures):
    mesh_object, rig = character
    control = rig.copy()
    blender.context.scene.collection.objects.link(control)
    control.animation_data.action = rig.animation_data.action
    rig.animation_data.action = None
    for bone in rig.pose.bones:
        follows = bone.constraints.new("COPY_TRANSFORMS")
        follows.target, follows.subtarget = control, bone.name
    row = tiles(pictures.row([mesh_object, rig], pictures.plan([mesh_object, rig]), tile=TILE))
    posed = [seen(tile) for tile in row[8:]]
    assert all((one != other).sum() > 4 for one, other in itertools.pairwise(posed))


def test_an_action_before_frame_zero_is_seen_at_its_own_frames(character, pictures, rooms):
    for curve in rooms("scene.posing.curves").curves(character[1].animation_data.action):
        for point in curve.keyframe_points:
            point.co.x -= 100
        curve.update()
    row = tiles(pictures.row(character, pictures.plan(character), tile=TILE))
    posed = [seen(tile) for tile in row[8:]]
    assert all((one != other).sum() > 4 for one, other in itertools.pairwise(posed))


def test_threads_of_other_add_ons_may_be_at_work_meanwhile(character, pictures, tmp_path):
    done = threading.Event()

    def work():
        while not done.is_set():
            time.sleep(0)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        pictures.turntable(character, tmp_path / "film.mp4", size=16, frames=24)
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert (tmp_path / "film.mp4").stat().st_size > 500


def test_azimuth_half_pi_looks_from_the_left_hand_of_a_character_that_faces_the_front(character, rooms, scenes):
    studio = rooms("output.studio")
    with studio.studio(character, TILE, 1) as place:
        studio.look(place, studio.Framing((0.0, 0.0, 1.0), 3.0), pi / 2)
        assert place.camera.location.x > 2.9
        studio.look(place, studio.Framing((0.0, 0.0, 1.0), 3.0), 0.0)
        assert place.camera.location.y < -2.9


def test_the_sheet_has_before_above_after(character, pictures, rooms, tmp_path):
    framing = pictures.plan(character)
    before = pictures.row(character, framing, tile=TILE)
    paint(character, (0.8, 0.0, 0.0))
    after = pictures.row(character, framing, tile=TILE)
    sheet = rooms("output.images").read_image(pictures.contact_sheet(before, after, tmp_path / "contact.png"))
    assert sheet.shape == (2 * TILE + 4, 12 * TILE, 3)
    redness = (sheet[..., 0] - sheet[..., 1]).reshape(len(sheet), -1).max(axis=1)
    assert redness[: TILE // 2].max() > 0.4  # rows count from the bottom
    assert redness[TILE + 4 :].max() < 0.05


def test_the_artists_scene_and_data_are_left_as_they_were(blender, character, pictures, tmp_path):
    scene = blender.context.scene
    scene.view_settings.view_transform = "AgX"
    scene.frame_set(3)
    kinds = ("scenes", "objects", "cameras", "lights", "worlds", "images", "meshes", "materials")
    before = {kind: [block.name for block in getattr(blender.data, kind)] for kind in kinds}
    settings = (scene.render.engine, scene.render.resolution_x, scene.render.filepath, scene.frame_current)
    pictures.row(character, pictures.plan(character), tile=8)
    pictures.turntable(character, tmp_path / "film.mp4", size=16, frames=2)
    after = {kind: [block.name for block in getattr(blender.data, kind)] for kind in kinds}
    # Blender keeps its own "Render Result" once something was rendered.
    after["images"] = [name for name in after["images"] if name != "Render Result"]
    assert after == before
    assert settings == (scene.render.engine, scene.render.resolution_x, scene.render.filepath, scene.frame_current)
    assert scene.view_settings.view_transform == "AgX"
    assert character[1].data.pose_position == "POSE"


def test_poses_without_keys_and_the_chosen_camera_are_left_as_they_were(blender, character, pictures, scenes, tmp_path):
    """Frames are gone to, which would put whatever has keys where these say, and change to the camera of a marker."""
    _, bystander = scenes.character()
    scenes.wave(bystander)
    blender.context.scene.frame_set(3)
    scenes.choose_against_a_marker()
    for rig in (character[1], bystander):
        for bone in rig.pose.bones:
            bone.location = bone.rotation_euler = (0.5, 0.4, 0.3)
            bone.rotation_quaternion = (0.5, 0.5, 0.5, 0.5)
    before = fingerprint(blender)
    pictures.row(character, pictures.plan(character), tile=8)
    pictures.turntable(character, tmp_path / "film.mp4", size=16, frames=2)
    found = differences(before, fingerprint(blender))
    assert [line for line in found if "Render Result" not in line] == []


def test_an_engine_of_the_artists_that_renders_no_pictures_is_named(blender, character, pictures):
    class Sketch(blender.types.RenderEngine):
        bl_idname, bl_label = "SKETCH", "Sketch"

        def view_draw(self, context, graph):
            """Only in the viewport."""

    blender.utils.register_class(Sketch)
    render = blender.context.scene.render
    usual, render.engine = render.engine, "SKETCH"
    try:
        with pytest.raises(RuntimeError, match="render engine is SKETCH"):
            pictures.row(character, pictures.plan(character), tile=8)
    finally:
        render.engine = usual
        blender.utils.unregister_class(Sketch)


def test_the_turntable_is_a_film_in_which_the_character_moves(blender, character, pictures, tmp_path):
    path = pictures.turntable(character, tmp_path / "turntable.mp4", size=TILE, frames=6)
    film = blender.data.movieclips.load(str(path))
    assert tuple(film.size) == (TILE, TILE)
    assert film.frame_duration == 6
    assert film.fps == 24.0


def test_a_character_without_armature_or_action_has_pictures_too(scenes, pictures, tmp_path):
    cube = scenes.cube()
    row = pictures.row([cube], pictures.plan([cube]), tile=TILE)
    assert all(seen(tile).any() for tile in tiles(row))
    assert pictures.turntable([cube], tmp_path / "cube.mp4", size=16, frames=2).stat().st_size > 0


def test_what_is_called_between_two_pictures_can_end_the_row_and_the_scene_is_clean(blender, character, pictures):
    def stop():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pictures.row(character, pictures.plan(character), between=stop, tile=8)
    assert len(blender.data.scenes) == 1
    assert character[1].data.pose_position == "POSE"


def test_a_file_that_somebody_holds_open_costs_no_picture(character, pictures, monkeypatch, tmp_path):
    """On Windows what a virus scanner reads can't be deleted."""

    def held(path, **_):
        raise PermissionError(13, "The process cannot access the file because it is being used", str(path))

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    framing = pictures.plan(character)
    with monkeypatch.context() as locked:
        locked.setattr(os, "unlink", held)
        assert pictures.row(character, framing, tile=8).shape == (8, 96, 3)
    assert len(list(tmp_path.glob("*/*.png"))) == 12


def test_no_renderer_outlives_the_studio(blender, character, pictures):
    """It would keep a dependency graph of the removed scene, over which Blender crashes now and then."""
    pictures.row(character, pictures.plan(character), tile=TILE)
    engines = [thing for thing in gc.get_objects() if issubclass(type(thing), blender.types.RenderEngine)]
    assert not any(getattr(engine, "session", None) for engine in engines)
