"""Each switch of the method does something, and the right thing."""

import math
from dataclasses import replace

import clipmatrix_protocol as protocol
import msgspec
import numpy as np
import open_clip
import pytest
import torch
from clipmatrix.guidance import ClipUnavailable, load_towers
from clipmatrix.optimize import optimise_with_towers
from clipmatrix.optimize.adam import AdamUniform
from clipmatrix.optimize.fixed_views import measure
from clipmatrix.optimize.guard import Guard
from clipmatrix.optimize.parameters import begin
from clipmatrix.optimize.pictures import cameras, pictures
from clipmatrix.optimize.readings import Readings
from clipmatrix.optimize.sampling import draw_views, fixed_views
from clipmatrix.optimize.scene import prepare
from clipmatrix.optimize.state import read
from clipmatrix.optimize.texture.atlas import atlas
from clipmatrix.optimize.texture.halves import halves

CPU = torch.device("cpu")
GEOMETRY = protocol.Vary(shape=0.0, texture=0.0, material=0.0, light=0.0, offsets=5.0)


def brief(**settings):
    sizes = {"resolution": 64, "texture_size": 64, "views": 2}
    return protocol.Brief(
        prompts=(protocol.Prompt("a red skittle"),), settings=protocol.Settings(**{**sizes, **settings})
    )


def scene_of(character, *towers, **settings):
    return prepare(protocol.Submit("job", character, brief(**settings)), towers, CPU)


@pytest.fixture
def other_tower(tower):
    """Another small CLIP that never learnt anything, of another size."""
    torch.manual_seed(1)
    model = open_clip.model.CLIP(
        embed_dim=16,
        vision_cfg={"image_size": 48, "patch_size": 12, "width": 32, "layers": 1, "head_width": 16},
        text_cfg={"context_length": 16, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 1},
    )
    return replace(tower, name="other", model=model.eval().requires_grad_(False), image_size=48)


def test_an_ensemble_is_the_mean_of_its_towers(character, tower, other_tower):
    def before(*towers):
        scene = scene_of(character, *towers)
        start = read(begin(scene))
        return measure(start, scene).similarity(start)

    assert before(tower, other_tower) == pytest.approx((before(tower) + before(other_tower)) / 2, abs=1e-5)


def test_every_tower_of_an_ensemble_steers(run, character, tower, other_tower):
    alone = run(character, tower, steps=3)[0].state
    sizes = protocol.Settings(steps=3, views=2, resolution=64, texture_size=64, update_every=0.0)
    job = protocol.Submit("job", character, protocol.Brief((protocol.Prompt("a red skittle"),), settings=sizes))
    both = optimise_with_towers(job, (tower, other_tower), CPU, lambda message: None, lambda: False).state
    assert not np.array_equal(alone.textures[0], both.textures[0])


def test_towers_are_named_with_commas_between_them():
    assert [tower.name for tower in load_towers("embedded, judge", CPU)] == ["embedded", "judge"]
    for wrong in ("embedded,embedded", "embedded,", "embedded,nothing"):
        with pytest.raises(ClipUnavailable):
            load_towers(wrong, CPU)


@pytest.mark.parametrize(
    "changed",
    [{"crops": False}, {"smoothness": 5.0}, {"stretch": 0.0}, {"crease": 0.0}, {"nearness": 0.0}, {"silhouette": 5.0}],
    ids=lambda changed: next(iter(changed)),
)
def test_a_switch_of_the_geometry_changes_the_result(run, character, tower, changed):
    usual = run(character, tower, steps=3, vary=GEOMETRY)[0].state
    other = run(character, tower, steps=3, vary=GEOMETRY, **changed)[0].state
    assert not np.array_equal(usual.offsets[0], other.offsets[0])


def roughness(part, offsets):
    """How much neighbouring vertices differ in their offsets, relative to the offsets."""
    ends = part.triangles[:, [0, 1]]
    return np.linalg.norm(offsets[ends[:, 0]] - offsets[ends[:, 1]], axis=1).mean() / np.abs(offsets).mean()


def test_smoothness_spreads_changes(run, character, tower):
    rough, smooth = (
        run(character, tower, steps=6, vary=GEOMETRY, smoothness=value)[0].state.offsets[0] for value in (0.0, 50.0)
    )
    assert roughness(character.parts[0], smooth) < 0.7 * roughness(character.parts[0], rough)


def moved(character, state):
    return max(float(np.abs(offsets).max()) for offsets in state.offsets)


def test_a_surface_that_stays_near_moves_less(run, character, tower):
    free, held = (run(character, tower, steps=12, vary=GEOMETRY, nearness=value)[0].state for value in (0.0, 10.0))
    assert moved(character, held) < moved(character, free)


def unrest(state):
    """Mean step between neighbouring texels."""
    return np.abs(np.diff(state.textures[0].astype(float), axis=1)).mean()


def test_grain_calms_the_paint(run, character, tower):
    free, calm = (run(character, tower, steps=12, grain=value)[0].state for value in (0.0, 10.0))
    assert unrest(calm) < 0.7 * unrest(free)


def coverage(character, tower, state):
    """How much of fixed views a result covers."""
    taken = msgspec.structs.replace(character, start_offsets=state.offsets)
    scene, plain = scene_of(taken, tower), scene_of(character, tower)
    views = fixed_views(plain.stage)
    ground = torch.full((len(views.poses), 64, 64, 3), 0.5)
    with torch.no_grad():
        return float(pictures(read(begin(scene)), scene, views, ground).coverage.mean())


def test_a_silhouette_that_is_kept_covers_as_much_as_before(run, character, tower):
    still = protocol.State(
        np.zeros(3, np.float32), tuple(np.zeros_like(part.vertices) for part in character.parts), (), protocol.Look()
    )
    before = coverage(character, tower, still)
    settings = {"steps": 25, "vary": GEOMETRY, "nearness": 0.0, "stretch": 0.0}
    free, kept = (
        coverage(character, tower, run(character, tower, **settings, silhouette=value)[0].state)
        for value in (0.0, 10.0)
    )
    assert abs(kept - before) < 0.5 * abs(free - before)


def test_paint_that_is_mirrored_is_equal_left_and_right(run, character, tower):
    state = run(character, tower, steps=8, mirror_texture=True)[0].state
    free = run(character, tower, steps=8)[0].state
    surface_scene = scene_of(character, tower)
    surface = surface_scene.surface
    both = halves(surface, surface_scene.start, 64)
    layout = atlas(surface, surface_scene.start, torch.ones(len(surface_scene.start)), 64, both)
    left = layout.places.reshape(-1, 3)[:, 0] < 0
    twin = layout.twin

    def differences(found):
        flat = torch.tensor(np.stack(found.textures)).reshape(-1, 3).float()
        return (flat - flat[twin]).abs().amax(dim=1)[left]

    assert differences(state).max() <= 1
    assert differences(free).max() > 3
    # a twin lies where its texel's mirror image lies, to within a texel
    places = layout.places.reshape(-1, 3)
    assert ((places * torch.tensor([-1.0, 1.0, 1.0]) - places[twin]).norm(dim=1)[left]).median() < 0.05


def test_an_orthographic_camera_sees_parallels_as_parallels(character, tower):
    cameras_of = protocol.CameraOrbit(projection="orthographic")
    asked = msgspec.structs.replace(brief(views=4), cameras=(cameras_of,))
    scene = prepare(protocol.Submit("job", character, asked), (tower,), CPU)
    views = draw_views(scene.stage, 4, torch.Generator().manual_seed(0))
    seen = cameras(views, CPU).project(scene.start)
    assert (seen[..., 3] == 1).all()
    perspective = scene_of(character, tower)
    usual = cameras(draw_views(perspective.stage, 4, torch.Generator().manual_seed(0)), CPU).project(perspective.start)
    middle = (usual[..., :2] / usual[..., 3:]).abs().amax(dim=(1, 2)) / seen[..., :2].abs().amax(dim=(1, 2))
    assert ((middle > 0.5) & (middle < 2.0)).all()  # about as large in the picture


def test_a_job_that_no_longer_improves_comes_to_an_early_and_soft_end(run, character, tower):
    nothing = protocol.Vary(0.0, 0.0, 0.0, 0.0, 1e-6)
    short = {"steps": 100, "views": 4, "crops": False, "resolution": 32, "vary": nothing, "update_every": 60.0}
    done, said = run(character, tower, **short)
    assert done.summary.steps < 100
    assert done.summary.stopped_early
    assert "Nothing improved" in done.summary.remarks[0]
    last = [message for message in said if isinstance(message, protocol.Progress)][-1]
    assert last.step == last.steps == done.summary.steps
    stubborn = run(character, tower, **short, early_stop=False)[0]
    assert (stubborn.summary.steps, stubborn.summary.remarks) == (100, ())


def test_a_step_out_of_reach_goes_back_slower_and_is_told():
    leaf = torch.zeros(3, requires_grad=True)
    optimiser = torch.optim.Adam([leaf])
    guard = Guard([leaf], [optimiser])
    assert guard.healthy(Readings(0.2, 0.5, 1.0, 3.0))
    guard.keep()
    with torch.no_grad():
        leaf.fill_(100.0)
    for reach, gradient in ((33.0, 3.0), (math.nan, 3.0), (0.5, math.nan), (0.5, math.inf)):
        assert not guard.healthy(Readings(0.2, reach, 1.0, gradient))
    guard.restore()
    assert (leaf == 0).all()
    assert (guard.returns, guard.pace) == (1, 0.5)


def test_what_a_second_return_goes_back_to_is_not_what_the_first_one_led_to():
    leaf = torch.zeros(3, requires_grad=True)
    optimiser = AdamUniform([leaf])

    def step(gradient):
        leaf.grad = torch.full((3,), gradient)
        optimiser.step()

    guard = Guard([leaf], [optimiser])
    step(1.0)
    guard.keep()
    good = optimiser.state[leaf]["first"].clone()
    for _ in range(2):
        step(1e6)
        guard.restore()
    assert (optimiser.state[leaf]["first"] == good).all()


def test_raw_vertices_that_run_wild_end_in_a_sound_result(run, character, tower):
    """At ten times their rate, and nothing that holds them."""
    wild = {"smoothness": 0.0, "stretch": 0.0, "crease": 0.0, "nearness": 0.0}
    summary = run(character, tower, steps=40, vary=protocol.Vary(offsets=10.0), **wild)[0].summary
    assert (summary.validity.inverted, summary.validity.degenerate) == (0, 0)
