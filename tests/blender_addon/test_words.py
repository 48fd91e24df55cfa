"""What the interface says: every label and tooltip is there, and in Blender's own style; every refusal says why."""

import re

import pytest

from .said import INTERFACE, constants, of_groups, of_operators, of_panels, operators
from .test_panels import put

SMALL = frozenset(
    {
        "a", "an", "and", "as", "at", "but", "by", "for", "from", "in", "into", "of", "on", "or", "per", "the", "to",
        "up", "with", "without",
    }
)  # fmt: skip
"""Words that a title leaves small, unless they begin or end it."""

OWN_WORDS = {"glTF", "pi"}
"""Words with a spelling of their own."""


@pytest.fixture
def said(blender):
    return [*of_operators(blender), *of_groups(blender), *of_panels(blender)]


def is_title(label):
    words = re.findall(r"[^\W\d_][\w'’]*", label)
    for place, word in enumerate(words):
        at_an_end = place in (0, len(words) - 1)
        if word in OWN_WORDS or word[0].isupper() or (word in SMALL and not at_an_end):
            continue
        return False
    return True


def test_every_label_is_a_title(said):
    wrong = [(one.where, one.label) for one in said if not one.label.strip() or not is_title(one.label)]
    assert wrong == []


def test_everything_but_panels_has_a_tooltip(blender):
    silent = [
        one.where
        for one in (*of_operators(blender), *of_groups(blender))
        if not one.tooltip.strip() or one.tooltip == "(undocumented operator)"
    ]
    assert silent == []


def test_tooltips_begin_with_a_capital_and_end_without_a_period(said):
    wrong = [
        (one.where, one.tooltip)
        for one in said
        if one.tooltip and (one.tooltip[0].islower() or one.tooltip.rstrip() != one.tooltip.rstrip(" ."))
    ]
    assert wrong == []


def test_every_icon_is_one_of_blenders(blender):
    known = blender.types.UILayout.bl_rna.functions["label"].parameters["icon"].enum_items.keys()
    used = list(constants("", "icon"))
    assert len(used) > 10
    assert [one for one in used if one[1] not in known] == []


def test_no_picture_of_our_own_is_shipped_which_a_theme_could_not_colour():
    assert not [path for path in INTERFACE.parent.rglob("*") if path.suffix in (".png", ".svg", ".dat")]


def refusals(blender):
    """What each operator that can't be used now says; operators that can be used are left alone."""
    found = {}
    for name in operators(blender):
        call = getattr(blender.ops.clipmatrix, name)
        if call.poll():
            continue
        with pytest.raises(RuntimeError) as raised:
            call()
        found[name] = str(raised.value).partition(".poll() ")[2].strip()
    return found


def check(found):
    for name, message in found.items():
        assert message, name
        assert "context is incorrect" not in message, f"{name} does not say why it can't be used"
        assert message[0].isupper() or message[0] == "“", (name, message)


def test_an_operator_that_can_not_be_used_says_why_in_every_state(blender, scenes, rooms):
    for phase in rooms("job.phases").Phase:
        put(rooms, phase.name)
        blender.ops.wm.read_homefile(use_empty=True)
        without_a_character = refusals(blender)
        scenes.character()
        with_one = refusals(blender)
        blender.ops.object.mode_set(mode="EDIT")
        in_edit_mode = refusals(blender)
        for found in (without_a_character, with_one, in_edit_mode):
            check(found)
        assert {"export_gltf", "prompt_remove"} <= set(without_a_character)
        assert {"prompt_remove"} <= set(with_one)
