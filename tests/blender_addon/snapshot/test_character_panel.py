"""The Character panel: what it says of each character, with which buttons, and what drawing it costs."""

import time

import numpy as np

from ..strict_layout import StrictLayout


def draw(blender, rooms):
    """What the panel says."""
    layout = StrictLayout(blender)
    rooms("interface.panels.character").show_character(layout, blender.context)
    return [text for text in layout.drawn if text]


class Paper:
    """A layout that takes everything and costs next to nothing."""

    alert = False

    def __getattr__(self, name):
        return lambda *arguments, **options: self


def test_parts_armature_vertices_uvs_and_shape_keys_are_counted(blender, scenes, rooms):
    thing, rig = scenes.character()
    thing.shape_key_add(name="Basis")
    for name in ("wide", "tall", "muted"):
        thing.shape_key_add(name=name)
    keys = thing.data.shape_keys.key_blocks
    keys["tall"].lock_shape, keys["muted"].mute = True, True
    hat = scenes.cube("Hat")
    hat.parent, hat.parent_type, hat.parent_bone = rig, "BONE", "bone2"
    hat.data.uv_layers[0].name = "Atlas"
    scenes.select(thing)
    assert draw(blender, rooms) == [
        "Rig: 3 bones",
        "Column: 104 vertices",
        "clipmatrix.subdivide",
        "Hat: 8 vertices",
        "clipmatrix.subdivide",
        "UVs: UVMap, Atlas",
        "2 shape keys, 1 may move",
    ]


def test_a_prop_has_no_armature(blender, scenes, rooms):
    scenes.select(scenes.cube())
    assert draw(blender, rooms) == [
        "No armature: it stands still",
        "Cube: 8 vertices",
        "clipmatrix.subdivide",
        "UVs: UVMap",
    ]


def test_parts_with_many_polygons_are_not_offered_more(blender, scenes, rooms, monkeypatch):
    scenes.select(scenes.cube())
    monkeypatch.setattr(rooms("scene.detail"), "FEW", 6)
    assert draw(blender, rooms) == ["No armature: it stands still", "Cube: 8 vertices", "UVs: UVMap"]


def test_it_follows_the_selection(blender, scenes, rooms):
    first, second = scenes.cube("First"), scenes.cube("Second")
    for thing in (first, second):
        scenes.select(thing)
        assert f"{thing.name}: 8 vertices" in draw(blender, rooms)
        assert len(draw(blender, rooms)) == 4


def test_every_problem_is_said_with_its_button_at_once(blender, scenes, rooms):
    thing, rig = scenes.character()
    other = scenes.add("Twin", thing.data)
    other.parent = rig
    bare = scenes.mesh("Bare", [(0, 0, 0), (1, 0, 0), (0, 1, 0)], [(0, 1, 2)], uvs="")
    bare.parent = rig
    drawn = draw(blender, rooms)
    assert {"Unwrap", "clipmatrix.unwrap", "Make Single-User", "clipmatrix.single_user"} <= set(drawn)
    assert "Bare has no UVs." in drawn


def test_more_problems_than_fit_are_counted(blender, scenes, rooms):
    thing, rig = scenes.character()
    for index in range(6):
        other = scenes.column(f"Extra {index}")
        modifier = scenes.skin(other, rig, scenes.smooth_weights(other, rig))
        modifier.use_multi_modifier = True
    scenes.select(thing)
    drawn = draw(blender, rooms)
    assert drawn.count("clipmatrix.only_vertex_groups") == 4
    assert "and 2 more to put right" in drawn
    assert "and 1 more part" in drawn


def test_what_is_left_out_is_said_with_what_would_bring_it_in(blender, scenes, rooms):
    thing, rig = scenes.character()
    hidden = scenes.cube("Hidden")
    ribbon = scenes.add("Ribbon", blender.data.curves.new("Ribbon", "CURVE"))
    instance = scenes.add("Sword", None)
    instance.instance_type, instance.instance_collection = "COLLECTION", blender.data.collections.new("Kept")
    for other in (hidden, ribbon, instance):
        other.parent = rig
    hidden.hide_set(True)
    scenes.select(thing)
    drawn = draw(blender, rooms)
    said = " ".join(drawn)
    assert "Hidden is hidden and stays as it is." in said
    assert "Ribbon is a curve and is left out." in said
    assert {"clipmatrix.convert_to_mesh", "clipmatrix.make_real"} <= set(drawn)


def test_more_things_left_out_than_fit_are_counted(blender, scenes, rooms):
    thing, rig = scenes.character()
    for index in range(6):
        scenes.add(f"Ribbon {index}", blender.data.curves.new("Ribbon", "CURVE")).parent = rig
    scenes.select(thing)
    drawn = draw(blender, rooms)
    assert drawn.count("clipmatrix.convert_to_mesh") == 4
    assert "and 2 more left out" in drawn


def test_hair_on_the_head_is_said_to_be_left_out(blender, scenes, rooms):
    thing, _ = scenes.character()
    hair = scenes.add("Fringe", blender.data.hair_curves.new("Fringe"))
    hair.parent = thing
    scenes.select(thing)
    assert "Fringe is hair curves and is left out." in " ".join(draw(blender, rooms))


def test_remarks_are_shown_before_anything_is_sent(blender, scenes, rooms):
    thing, _ = scenes.character()
    thing.modifiers.new("Array", "ARRAY")
    assert "ClipMatrix sees Column without its Array modifier." in " ".join(draw(blender, rooms))


FRAME = 1000 / 60
"""Milliseconds."""


def _milliseconds(blender, rooms):
    show = rooms("interface.panels.character").show_character
    times = []
    for _ in range(20):
        start = time.perf_counter()
        show(Paper(), blender.context)
        times.append((time.perf_counter() - start) * 1e3)
    return min(times)


def test_a_hundred_thousand_vertices_are_drawn_in_a_quarter_of_a_frame(blender, scenes, rooms):
    thing, rig = scenes.column(rings=10_000, sides=10), scenes.chain(bones=60)
    group = thing.vertex_groups.new(name="bone0")
    group.add(range(len(thing.data.vertices)), 1.0, "REPLACE")
    thing.modifiers.new("Armature", "ARMATURE").object = rig
    thing.shape_key_add(name="Basis")
    for index in range(20):
        thing.shape_key_add(name=f"key {index}")
    scenes.select(thing)
    assert len(thing.data.vertices) == 100_000
    assert _milliseconds(blender, rooms) < FRAME / 4


def test_a_scene_of_many_objects_is_drawn_in_a_quarter_of_a_frame(blender, scenes, rooms):
    thing, rig = scenes.character()
    rng = np.random.default_rng(1)
    for index in range(300):
        other = scenes.add(f"Prop {index}", thing.data.copy())
        other.location = rng.normal(size=3)
        if index < 40:
            other.parent, other.parent_type, other.parent_bone = rig, "BONE", "bone1"
    scenes.select(thing)
    assert _milliseconds(blender, rooms) < FRAME / 4
