"""Presets: those that we bring do what their names say, and an artist's own are kept where Blender keeps them."""

from pathlib import Path

import pytest
from clipmatrix_protocol import Settings, Vary

MENUS = {"quality": "CLIPMATRIX_PT_quality_presets", "vary": "CLIPMATRIX_PT_vary_presets"}


@pytest.fixture
def own(blender, rooms):
    """The scene's properties."""
    return rooms("interface.properties").of(blender.context.scene)


@pytest.fixture
def choose(blender):
    """Choose a preset, as a click in its menu does."""

    def call(kind, name):
        path = blender.utils.preset_find(name, f"clipmatrix/{kind}")
        assert path, f"no preset {name}"
        assert blender.ops.script.execute_preset(filepath=path, menu_idname=MENUS[kind]) == {"FINISHED"}

    return call


def strengths(own):
    return tuple(getattr(own, f"vary_{name}") for name in Vary.__struct_fields__)


def test_what_we_bring_is_found_by_blender(blender):
    found = {
        kind: {
            path.stem for folder in blender.utils.preset_paths(f"clipmatrix/{kind}") for path in Path(folder).iterdir()
        }
        for kind in MENUS
    }
    assert found["quality"] >= {"Preview", "Standard", "Fine"}
    assert found["vary"] >= {"Everything", "Appearance_Only", "Shape_Only"}


def test_standard_and_everything_are_the_defaults(own, choose, rooms):
    own.steps, own.views, own.texture_size, own.resolution, own.update_every = 1, 1, "64", 64, 9
    for name in Vary.__struct_fields__:
        setattr(own, f"vary_{name}", 0.3)
    choose("quality", "Standard")
    choose("vary", "Everything")
    brief = rooms("interface.properties").brief(own)
    assert (brief.settings, brief.vary) == (Settings(), Vary())


def test_preview_is_quicker_and_fine_is_finer(own, choose):
    choose("quality", "Preview")
    quick = own.steps, own.views, int(own.texture_size)
    choose("quality", "Fine")
    fine = own.steps, own.views, int(own.texture_size)
    for less, standard, more in zip(quick, (200, 4, 1024), fine, strict=True):
        assert less < standard < more


def test_appearance_only_leaves_every_vertex_and_shape_only_every_colour(own, choose):
    choose("vary", "Appearance_Only")
    assert strengths(own) == (0, 0, 1, 1, 1, 0)
    choose("vary", "Shape_Only")
    assert strengths(own) == (1, 1, 0, 0, 0, 0)


def test_a_preset_of_one_kind_leaves_the_other_kind_alone(own, choose):
    own.steps, own.seed = 77, 5
    choose("vary", "Shape_Only")
    assert (own.steps, own.seed) == (77, 5)


@pytest.mark.parametrize(
    ("kind", "name", "values"),
    [("quality", "mine", {"steps": 33, "texture_size": "512"}), ("vary", "mine", {"vary_offsets": 0.25})],
)
def test_an_artists_own_preset_is_kept_and_can_be_removed(blender, own, choose, kind, name, values):
    add = getattr(blender.ops.clipmatrix, f"{kind}_preset_add")
    for prop, value in values.items():
        setattr(own, prop, value)
    assert add(name=name) == {"FINISHED"}
    for prop in values:
        own.property_unset(prop)
    choose(kind, name)
    assert {prop: getattr(own, prop) for prop in values} == values
    assert add(name=name, remove_name=True) == {"FINISHED"}
    assert not blender.utils.preset_find(name, f"clipmatrix/{kind}")


def test_what_we_bring_can_not_be_removed(blender):
    assert blender.ops.clipmatrix.quality_preset_add(name="Fine", remove_name=True) == {"CANCELLED"}
    assert blender.utils.preset_find("Fine", "clipmatrix/quality")


def test_disabling_takes_our_presets_away(blender, rooms):
    rooms("interface.presets").unregister()
    try:
        assert not blender.utils.preset_find("Fine", "clipmatrix/quality")
    finally:
        rooms("interface.presets").register()
