"""Locks, masks, images and normal maps, from Generate to a real backend and home into the scene."""

import numpy as np
import pytest

from ..test_real_backend import Backend, connect, small_job
from .jobs import COLOURS, finish, picture


@pytest.fixture(scope="module")
def real():
    backend = Backend()
    yield backend
    backend.close()


def assert_moved(thing, still, free):
    """A result has left these vertices where they were, bit for bit, and moved most of those."""
    keys = thing.data.shape_keys.key_blocks
    basis, moved = (
        np.array([point.co[:] for point in keys[name].data], np.float32) for name in ("Basis", "ClipMatrix offsets")
    )
    np.testing.assert_array_equal(moved[still], basis[still])
    assert (moved[free] != basis[free]).any(axis=1).mean() > 0.5


def test_what_is_locked_stays_bit_for_bit_while_the_rest_moves(blender, scenes, rooms, own, session, real):
    phase = connect(blender, rooms, session, real.address)
    assert session.state is phase.IDLE, session.error
    thing = small_job(blender, scenes, steps=4)
    thing.location, thing.scale = (0.3, -0.2, 0.1), (1.5, 0.7, 1.1)
    kept = list(range(32, 56))
    thing.vertex_groups.new(name="belt").add(kept, 1.0, "REPLACE")
    own.locked.add().region = "belt"
    own.vary_offsets, own.mirror, own.prompt = 5.0, False, "a fat figure"
    own.prompts[0].looks, own.prompts[0].region = "BONE", "bone1"
    blender.ops.clipmatrix.generate()
    finish(blender, rooms, session)
    assert_moved(thing, still=kept, free=np.setdiff1d(np.arange(len(thing.data.vertices)), kept))
    assert thing.data.shape_keys.key_blocks["wide"].value == 0, "which would move what is locked"
    blender.ops.clipmatrix.discard()


def test_of_all_but_a_part_only_that_part_moves(blender, scenes, rooms, own, session, real):
    phase = connect(blender, rooms, session, real.address)
    assert session.state is phase.IDLE, session.error
    thing = small_job(blender, scenes, steps=4)
    free = list(range(32, 56))
    thing.vertex_groups.new(name="belt").add(free, 1.0, "REPLACE")
    one = own.locked.add()
    one.region, one.inverted = "belt", True
    own.vary_offsets, own.mirror, own.prompt = 5.0, False, "a fat figure"
    blender.ops.clipmatrix.generate()
    finish(blender, rooms, session)
    assert_moved(thing, still=np.setdiff1d(np.arange(len(thing.data.vertices)), free), free=free)
    blender.ops.clipmatrix.discard()


def test_what_a_mask_hides_stays_where_it_is(blender, scenes, rooms, own, session, real):
    phase = connect(blender, rooms, session, real.address)
    assert session.state is phase.IDLE, session.error
    thing = small_job(blender, scenes, steps=4)
    hidden = list(range(32))
    thing.vertex_groups.new(name="helpers").add(hidden, 1.0, "REPLACE")
    mask = thing.modifiers.new("Hide helpers", "MASK")
    mask.vertex_group, mask.invert_vertex_group = "helpers", True
    own.vary_offsets, own.vary_shape, own.prompt = 5.0, 0, "a fat figure"
    blender.ops.clipmatrix.generate()
    finish(blender, rooms, session)
    assert_moved(thing, still=hidden, free=np.setdiff1d(np.arange(len(thing.data.vertices)), hidden))
    blender.ops.clipmatrix.discard()


def mean_colour(blender, thing):
    image = thing.material_slots[0].material.node_tree.nodes["ClipMatrix base colour"].image
    pixels = np.empty(len(image.pixels), np.float32)
    image.pixels.foreach_get(pixels)
    return pixels.reshape(-1, 4)[:, :3].mean(axis=0)


def test_an_image_pulls_the_texture_to_its_colour(blender, scenes, rooms, own, session, real):
    connect(blender, rooms, session, real.address)
    thing = small_job(blender, scenes, steps=25)
    own.views, own.vary_offsets, own.vary_shape, own.vary_light = 2, 0, 0, 0
    means = {}
    for name in COLOURS:
        own.prompts.clear()
        own.prompts.add().kind = "IMAGE"
        own.prompts[0].image = picture(blender, name, (64, 64))
        blender.ops.clipmatrix.generate()
        finish(blender, rooms, session)
        means[name] = mean_colour(blender, thing)
        blender.ops.clipmatrix.discard()
    assert means["red"][0] > means["red"][2] + 0.1
    assert means["blue"][2] > means["blue"][0] + 0.1


def test_a_normal_map_comes_home_and_the_next_job_goes_on_from_it(blender, scenes, rooms, own, session, real):
    connect(blender, rooms, session, real.address)
    thing = small_job(blender, scenes, steps=4)
    own.prompt, own.vary_normals = "a striped figure", 2.0
    blender.ops.clipmatrix.generate()
    finish(blender, rooms, session)
    worn = rooms("scene.materials.surface").worn_normal_map(thing)
    assert worn.shape == (64, 64, 3)
    assert np.abs(worn.astype(int) - [128, 128, 255]).max() > 2
    own.vary_normals, own.steps = 1e-6, 1
    assert blender.ops.clipmatrix.carry_on() == {"FINISHED"}
    finish(blender, rooms, session)
    assert np.abs(rooms("scene.materials.surface").worn_normal_map(thing).astype(int) - worn).mean() < 0.5
    blender.ops.clipmatrix.discard()
