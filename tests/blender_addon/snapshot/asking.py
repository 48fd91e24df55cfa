"""What an artist does with the selected character: look at it, read what is wrong, press the button."""

import pytest


def read(blender, rooms, **options):
    """The snapshot of the selected character."""
    parts = rooms("scene.characters").selected_parts(blender.context)
    return rooms("scene.snapshot").snapshot(blender.context, parts, **options)


def refusal(blender, rooms):
    """Why the selected character can't be sent."""
    with pytest.raises(rooms("errors").Refusal) as caught:
        read(blender, rooms)
    return caught.value


def press(blender, refusal):
    """Press a refusal's button."""
    assert refusal.fix, f"no button: {refusal}"
    category, name = refusal.fix.operator.split(".")
    assert getattr(getattr(blender.ops, category), name)(**refusal.fix.properties) == {"FINISHED"}


def settle(blender, rooms, most=8):
    """Press every button that is offered until the character can be sent; what was said on the way."""
    said = []
    for _ in range(most):
        try:
            return read(blender, rooms), said
        except rooms("errors").Refusal as refusal:
            said.append(refusal.message)
            press(blender, refusal)
    raise AssertionError(f"still refused: {said}")
