"""What Blender has simulated so far and not baked: reading the character must not have it simulated anew."""

import numpy as np
import pytest

from .asking import read

FRAMES = 8


def _simulate(blender, thing):
    """Play the first frames; what the last one looks like."""
    for frame in range(1, FRAMES + 1):
        blender.context.scene.frame_set(frame)
    return _evaluated(blender, thing)


def _evaluated(blender, thing):
    graph = blender.context.evaluated_depsgraph_get()
    mesh = thing.evaluated_get(graph).data
    places = np.empty(len(mesh.vertices) * 3, np.float32)
    mesh.vertices.foreach_get("co", places)
    return places


def _cache(thing):
    """What Blender says of the part's own cache."""
    systems = thing.particle_systems
    return (systems[0] if systems else thing.modifiers["Simulated"]).point_cache.info


@pytest.mark.parametrize("poses", ["ACTION", "CURRENT", "RANDOM", "REST"])
@pytest.mark.parametrize("kind", ["CLOTH", "PARTICLE_SYSTEM"])
def test_what_was_simulated_and_not_baked_is_still_there(blender, scenes, rooms, kind, poses):
    thing, rig = scenes.character()
    scenes.wave(rig)
    thing.modifiers.new("Simulated", kind)
    last = _simulate(blender, thing)
    blender.context.scene.frame_set(5)
    assert f"{FRAMES} frames" in _cache(thing)
    read(blender, rooms, poses=poses)
    blender.context.view_layer.update()
    assert f"{FRAMES} frames" in _cache(thing)
    assert "outdated" not in _cache(thing)
    blender.context.scene.frame_set(FRAMES)
    np.testing.assert_array_equal(_evaluated(blender, thing), last)


@pytest.mark.parametrize("chosen", [False, True], ids=["its own Action", "a chosen Action"])
def test_a_button_that_hangs_on_vertices_of_simulated_cloth_goes_where_the_bones_take_them(
    blender, scenes, rooms, chosen
):
    shirt, rig = scenes.character()
    action = scenes.wave(rig)
    button = scenes.cube("Button", size=0.1)
    button.parent, button.parent_type, button.parent_vertices = shirt, "VERTEX", (96, 96, 96)
    shirt.modifiers.new("Simulated", "CLOTH")
    scenes.select(shirt, button)
    playing = rooms("scene.posing.actions").Playing(action.name if chosen else "")
    sent = read(blender, rooms, playing=playing).character
    moved = sent.poses[-1, sent.joints.index("Button")] @ np.append(sent.parts[0].vertices[0], 1)
    worn = sent.parts[1]
    weights = worn.skin_weights[96] / worn.skin_weights[96].sum()
    skinned = np.einsum("k,kij->ij", weights, sent.poses[-1, worn.skin_joints[96]]) @ np.append(worn.vertices[96], 1)
    way = sent.parts[0].vertices[0] - worn.vertices[96]
    assert np.linalg.norm(skinned[:3] - worn.vertices[96]) > 0.5
    np.testing.assert_allclose(moved[:3] - skinned[:3], way, atol=1e-3)
