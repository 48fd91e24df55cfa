"""The evaluation finds what is there: colours, changes, damage; and every option of it does something."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from clipmatrix.evaluate.evaluation import evaluate
from clipmatrix.evaluate.exhibit import exhibit
from clipmatrix.evaluate.gltf import read_glb
from clipmatrix.evaluate.judge import judge_tower
from clipmatrix.evaluate.pictures import pictured
from clipmatrix.evaluate.question import Question, own_prompts
from clipmatrix.evaluate.record import record
from clipmatrix.evaluate.subject import subject
from clipmatrix.render import orbit, perspective
from msgspec import structs

from ..elsewhere import CAN_BE, NAME
from .conftest import grown

COLOURS = ("a red figure", "a green figure", "a blue figure", "a white figure")
RED, BLUE = (230, 20, 20), (20, 30, 230)


@pytest.fixture(scope="module")
def red(painted, judge, little):
    return evaluate(painted(RED), Question("a red figure", among=COLOURS), [judge], little)


@pytest.fixture(scope="module")
def blue(painted, judge, little):
    return evaluate(painted(BLUE), Question("a red figure", among=COLOURS), [judge], little)


def test_the_right_colour_comes_first_and_a_wrong_one_does_not(red, blue):
    (right,), (wrong,) = red.verdicts, blue.verdicts
    assert right.textured_rest.rank == right.textured_unseen.rank == 1
    assert right.textured_rest.r_precision == 1.0
    assert right.textured_rest.best == right.ranking[0][0] == "a red figure"
    assert wrong.textured_rest.rank > 1
    assert wrong.textured_rest.r_precision < 0.5
    assert wrong.textured_rest.best == "a blue figure"
    assert right.textured_rest.similarity > wrong.textured_rest.similarity + 0.2


def test_plain_pictures_know_nothing_of_the_colour(red, blue):
    assert red.verdicts[0].plain_rest == blue.verdicts[0].plain_rest
    assert red.verdicts[0].plain_rest.similarity < red.verdicts[0].textured_rest.similarity - 0.2


def test_change_has_the_asked_direction_or_not(red, blue, painted, judge, little):
    assert red.verdicts[0].directional > 0.4
    assert blue.verdicts[0].directional < red.verdicts[0].directional - 0.2
    unchanged = evaluate(painted(None), Question("a red figure", among=COLOURS), [judge], little)
    assert unchanged.verdicts[0].directional is None


def test_the_origin_and_the_character_before_count_for_the_direction(red, painted, judge, little):
    turned = evaluate(
        painted(RED), Question("a red figure", origin="a blue figure", among=COLOURS), [judge], little
    ).verdicts[0]
    assert abs(turned.directional - red.verdicts[0].directional) > 1e-3
    assert turned.textured_rest.rank == red.verdicts[0].textured_rest.rank
    assert turned.textured_rest.similarity == pytest.approx(red.verdicts[0].textured_rest.similarity, abs=1e-5)
    from_blue = evaluate(
        painted(RED), Question("a red figure", origin="a blue figure", among=COLOURS), [judge], little,
        before=painted(BLUE),
    )  # fmt: skip
    assert from_blue.verdicts[0].directional > turned.directional
    assert np.abs(from_blue.gallery.before.astype(int) - red.gallery.before).max() > 100


def test_one_result_has_no_course_and_a_course_has_its_best_and_its_first(red, figure, painted, judge, little):
    assert red.verdicts[0].mes == pytest.approx(red.verdicts[0].textured_rest.similarity)
    assert red.verdicts[0].its is None
    course = [(step, grown(figure, colour)) for step, colour in ((10, BLUE), (20, (255, 0, 0)), (30, RED))]
    good = red.verdicts[0].textured_rest.similarity - 0.05
    question = Question("a red figure", among=COLOURS, target=good)
    found = evaluate(painted(BLUE), question, [judge], little, course=course)
    assert found.verdicts[0].mes >= red.verdicts[0].mes - 1e-6
    assert found.verdicts[0].its == 20
    assert found.course == 3
    never = evaluate(painted(BLUE), Question("a red figure", target=2.0), [judge], little, course=course[:1])
    assert never.verdicts[0].its is None


def test_the_prompt_is_added_to_those_it_is_ranked_among(painted, judge, little):
    found = evaluate(painted(RED), Question("a crimson figure", among=COLOURS), [judge], little)
    assert found.among == 5
    assert found.verdicts[0].unknown_words == ("crimson",)
    assert len(own_prompts()) == len(set(own_prompts())) == 50
    assert not [word for prompt in own_prompts() for word in judge.unknown_words(prompt)]


def test_faces_on_the_back_need_a_judge_that_knows_fronts(red, painted, judge, little):
    told = red.verdicts[0]
    assert 0 <= told.back_as_front <= 1
    deaf = replace(judge, tokenize=lambda texts: judge.tokenize([text.split(",")[0] for text in texts]))
    mute = evaluate(painted(RED), Question("a red figure", among=COLOURS), [deaf], little).verdicts[0]
    assert mute.back_as_front is None
    assert mute.front_as_front is None


def test_a_sound_mesh_is_sound_and_a_broken_one_is_not(red, figure, figure_skeleton, painted, judge, little):
    sound = red.soundness
    assert (sound.inverted, sound.degenerate, sound.intersecting, sound.edge_stretch_p99) == (0, 0, 0, 1.0)
    assert sound.triangle_area_ratio == pytest.approx((1, 1, 1))
    assert sound.all_intersecting == sound.template_intersecting > 0  # eyes and teeth of the figure itself
    assert sound.poses == 2  # the figure brings no Action: at rest, and one unseen pose
    state = grown(figure, RED)
    height = figure.parts[0].vertices[:, 2:]
    thrust = np.where((height > 1.2) & (height < 1.3), [0, 0.5, 0], 0).astype(np.float32)
    broken = subject(figure, structs.replace(state, offsets=(thrust,)), figure_skeleton)
    torn = evaluate(broken, Question("a red figure", among=COLOURS), [judge], little).soundness
    assert torn.intersecting > 50
    assert torn.inverted > 0
    assert torn.area_ratio > 1.2
    assert torn.intersecting_worst >= torn.intersecting_share > 0
    fat = evaluate(painted(RED, fat=1.0), Question("a fat figure", among=COLOURS), [judge], little).soundness
    assert fat.area_ratio > 1.05
    assert fat.edge_stretch_p99 > 1.05
    assert fat.triangle_area_ratio[2] > 1.1
    assert fat.degenerate == 0


def test_a_normal_map_is_seen_in_both_pictures(egg):
    subject = read_glb(egg.glb)
    texels = np.random.default_rng(0).integers(60, 196, (16, 16, 3), np.uint8)
    texels[..., 2] = 255
    mapped = structs.replace(subject.state, normal_maps=(texels,) * subject.character.textures)
    shown = exhibit(subject.character, (subject.state, mapped), torch.device("cpu"))
    cameras = perspective(orbit(*torch.tensor([[0.4], [0.1], [6.0]]), shown.shapes[0].mean(dim=0)), 0.6)
    bare, leaning = (pictured(shown, state, shown.shapes[state], cameras, 48) for state in (0, 1))
    inside = bare.coverage.expand(-1, 3, -1, -1) > 0.99
    assert inside.sum() > 300
    for name in ("textured", "plain"):
        assert (getattr(bare, name) - getattr(leaning, name))[inside].abs().mean() > 0.01


def test_effort_says_how_much_is_looked_at(egg, judge, little):
    subject = read_glb(egg.glb)
    question = Question("a red figure", among=COLOURS)
    found = evaluate(subject, question, [judge], replace(little, unseen=2, action_poses=5, azimuths=(0.0, 180.0)))
    assert (found.views, found.unseen_poses, found.soundness.poses) == (2, 2, 1 + 2 + 5)
    assert [len(found.gallery.views), len(found.gallery.poses)] == [2, 2]
    larger = evaluate(subject, question, [judge], replace(little, unseen=0, side=96))
    assert larger.gallery.result.shape == (96, 96, 4)
    assert larger.verdicts[0].textured_unseen is None


def test_each_judge_has_its_say_and_the_figures_are_plain(painted, judge, little):
    twice = evaluate(painted(RED), Question("a red figure", among=COLOURS), [judge, judge], little)
    assert len(twice.verdicts) == 2
    assert twice.verdicts[0] == twice.verdicts[1]
    plain = record(twice)
    assert "gallery" not in plain
    assert plain["verdicts"][0]["textured_rest"]["rank"] == 1
    with pytest.raises(ValueError, match="judge"):
        evaluate(painted(RED), Question("a red figure"), [], little)


@pytest.mark.skipif(not CAN_BE, reason="this torch lets no device be made of Python")
def test_the_verdict_is_the_same_on_a_device_that_all_is_brought_to(red, painted, little):
    judge = judge_tower(torch.device(NAME))
    there = evaluate(painted(RED), Question("a red figure", among=COLOURS), [judge], little)
    assert there.soundness == red.soundness
    (found,), (expected,) = there.verdicts, red.verdicts
    assert [name for name, _ in found.ranking] == [name for name, _ in expected.ranking]
    assert found.textured_rest.similarity == pytest.approx(expected.textured_rest.similarity, abs=1e-4)
    assert found.plain_rest.similarity == pytest.approx(expected.plain_rest.similarity, abs=1e-4)
