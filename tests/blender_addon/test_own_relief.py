"""An artist's own normal map and a job: started from where one is asked for, left alone where none is."""

import msgspec
import numpy as np
import pytest
import torch
from clipmatrix.optimize import optimise
from clipmatrix_protocol import Brief, Look, Prompt, Settings, State, Submit, Vary

from .fingerprint import differences, fingerprint
from .snapshot.leaning import DIFFUSE, bumpy, leant
from .test_normal_map_agreement import ball, by_cycles

SIDE = 64
OFF = Vary(shape=0.0, offsets=0.0, texture=1.0, material=0.0, light=0.0)
ON = msgspec.structs.replace(OFF, texture=0.0, normals=1.0)


def dressed(blender, shader_type=None, **settings):
    """A ball whose material leans its normals by an image of bumps."""
    thing = ball(blender)
    material = blender.data.materials.new("skin")
    material.use_nodes = True
    thing.data.materials.append(material)
    tree = material.node_tree
    tree.nodes["Principled BSDF"].inputs["Roughness"].default_value = 1.0
    leant(bumpy(blender, side=SIDE), shader_type=shader_type, **settings)(tree, tree.nodes["Principled BSDF"])
    blender.context.view_layer.objects.active = thing
    thing.select_set(True)
    return thing


def written(blender, rooms, thing, vary, *, normal_map=None, paint=(188, 188, 188)):
    """A draft on it with a state of one colour, and the snapshot before."""
    shot = rooms("scene.snapshot").snapshot(blender.context, [thing], texture_size=SIDE)
    apply = rooms("scene.apply")
    draft = apply.begin(shot.binding, vary)
    state = State(
        coefficients=np.zeros(0, np.float32),
        offsets=(np.zeros_like(shot.character.parts[0].vertices),),
        textures=(np.full((SIDE, SIDE, 3), paint, np.uint8),),
        look=Look(roughness=1.0),
        normal_maps=() if normal_map is None else (normal_map,),
    )
    apply.apply(draft, state)
    return draft, shot


def seen(rooms, thing, folder, name):
    return by_cycles(rooms, thing, folder, f"{name}.png")[0]


@pytest.mark.parametrize(
    ("shader_type", "colour", "most"),
    [(None, "Base Color", 0.02), (DIFFUSE, "Color", 0.4)],
    ids=["principled", "a shader without gloss"],
)
def test_a_job_without_normals_leaves_how_it_leans(blender, rooms, tmp_path, shader_type, colour, most):
    thing = dressed(blender, shader_type)
    shader = thing.data.materials[0].node_tree.nodes["Diffuse BSDF" if shader_type else "Principled BSDF"]
    shader.inputs[colour].default_value = (0.503, 0.503, 0.503, 1)  # which is 188 in sRGB
    before, kept = seen(rooms, thing, tmp_path, "before"), fingerprint(blender)
    draft = written(blender, rooms, thing, OFF)[0]
    worn = thing.material_slots[0].material
    assert worn.name == "ClipMatrix skin"
    after = seen(rooms, thing, tmp_path, "after")
    (shader,) = rooms("scene.materials.shading").principleds(worn)
    (link,) = shader.inputs["Normal"].links
    worn.node_tree.links.remove(link)
    smooth = seen(rooms, thing, tmp_path, "smooth")
    changed, flattened = (float(np.abs(picture - before).mean()) for picture in (after, smooth))
    assert changed < most * flattened
    rooms("scene.apply").discard(draft)
    assert differences(kept, fingerprint(blender)) == []


def test_a_job_with_normals_starts_from_it_and_delivers_it_where_nothing_moves(blender, rooms):
    thing = dressed(blender)
    shot = rooms("scene.snapshot").snapshot(blender.context, [thing], texture_size=SIDE)
    came = shot.character.start_normal_maps[0]
    faint = msgspec.structs.replace(ON, normals=1e-6)
    settings = Settings(steps=1, views=1, resolution=64, texture_size=SIDE)
    brief = Brief((Prompt("bark"),), faint, settings=settings)
    job = Submit("job", shot.character, brief)
    done = optimise(job, torch.device("cpu"), lambda _: None, lambda: False)
    draft = rooms("scene.apply").begin(shot.binding, faint)
    rooms("scene.apply").apply(draft, done.state)
    worn = rooms("scene.materials.surface").worn_normal_map(thing)
    inside = slice(4, -4)  # the rows at the poles are dilated
    assert np.abs(worn.astype(int) - came)[inside].max() <= 1
    assert came[..., :2].std() > 20


def test_a_kept_map_is_where_the_next_job_starts_and_the_artist_s_own_comes_back_with_discard(blender, rooms):
    thing = dressed(blender, strength=0.5)
    kept = fingerprint(blender)
    grown = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)
    draft, before = written(blender, rooms, thing, ON, normal_map=grown)
    snapshot = rooms("scene.snapshot").snapshot
    after = snapshot(blender.context, [thing], texture_size=SIDE)
    np.testing.assert_array_equal(after.character.start_normal_maps[0], grown)
    assert after.unread == ()
    rooms("scene.apply").discard(draft)
    assert differences(kept, fingerprint(blender)) == []
    again = snapshot(blender.context, [thing], texture_size=SIDE)
    np.testing.assert_array_equal(again.character.start_normal_maps[0], before.character.start_normal_maps[0])


def test_a_take_without_normals_hands_the_artist_s_own_on(blender, rooms):
    thing = dressed(blender)
    draft, before = written(blender, rooms, thing, OFF)
    rooms("scene.apply").accept(draft)
    after = rooms("scene.snapshot").snapshot(blender.context, [thing], texture_size=SIDE)
    np.testing.assert_array_equal(after.character.start_normal_maps[0], before.character.start_normal_maps[0])
