"""Which cameras a prompt looks through, and what is locked: from the panel to the brief, and back."""

import msgspec
import pytest
from clipmatrix_protocol import Brief, CameraFixed, CameraOrbit, CameraRegion, Prompt

from .strict_layout import StrictLayout
from .test_cameras_picker import add_camera


@pytest.fixture
def own(blender, rooms):
    """The scene's properties, with two prompts."""
    settings = rooms("interface.properties").of(blender.context.scene)
    settings.prompt = "a knight"
    blender.ops.clipmatrix.prompt_add(text="a helmet")
    return settings


@pytest.fixture
def brief(blender, own, rooms):
    """The brief that the scene's properties make."""

    def call():
        blender.context.view_layer.update()
        return rooms("interface.properties").brief(own)

    return call


@pytest.fixture
def refused(brief, rooms):
    """What the brief is refused with."""

    def call():
        with pytest.raises(rooms("errors").Refusal) as caught:
            brief()
        return str(caught.value)

    return call


def at_bone(prompt, name="head"):
    prompt.looks, prompt.region = "BONE", name


def seen(brief):
    """The cameras' names, and those of each prompt."""
    return [camera.name for camera in brief.cameras], [prompt.cameras for prompt in brief.prompts]


def test_a_prompt_that_looks_at_a_bone_brings_a_camera_that_follows_it(own, brief):
    at_bone(own.prompts[1])
    found = brief()
    assert found.cameras == (CameraOrbit(), CameraRegion(region="bone: head", name="bone: head"))
    assert seen(found)[1] == [(), ("bone: head",)]


def test_two_prompts_at_one_vertex_group_share_its_camera(own, brief, rooms):
    for prompt in own.prompts:
        prompt.looks, prompt.region = "GROUP", "face"
    found = brief()
    assert seen(found) == (["group: face"], [("group: face",)] * 2)
    labels = [stretch.label for stretch in rooms("interface.properties").stretches(own)]
    assert labels == ["group: face"]


def test_a_prompt_may_look_through_one_camera_of_the_scene_and_leave_the_others_alone(blender, scenes, own, brief):
    for name in ("Front", "Side"):
        add_camera(blender, scenes, name)
    own.prompts[1].looks, own.prompts[1].camera = "CAMERA", blender.data.objects["Side"]
    found = brief()
    assert seen(found) == (["orbit", "2: Side"], [(), ("2: Side",)])
    assert isinstance(found.cameras[1], CameraFixed)


def test_a_camera_chosen_by_a_prompt_counts_though_it_is_switched_off_for_rendering(blender, scenes, own, brief):
    camera = add_camera(blender, scenes, "Side")
    camera.hide_render = True
    own.prompts[1].looks, own.prompts[1].camera = "CAMERA", camera
    assert seen(brief())[0] == ["orbit", "1: Side"]


def test_the_orbit_can_be_had_beside_the_cameras_of_the_scene(blender, scenes, own, brief, rooms):
    add_camera(blender, scenes, "Front")
    own.cameras = "SCENE"
    own.prompts[1].looks = "ORBIT"
    assert seen(brief()) == (["orbit", "1: Front"], [(), ("orbit",)])
    layout = StrictLayout(blender)
    rooms("interface.panels.settings").show_cameras(layout, blender.context)
    assert layout.drawn == ["Front"]


def test_no_view_is_spent_on_a_camera_that_no_prompt_looks_through(blender, scenes, own, brief):
    add_camera(blender, scenes, "Front")
    own.cameras = "BOTH"
    at_bone(own.prompts[0])
    at_bone(own.prompts[1], "hand")
    assert seen(brief())[0] == ["bone: head", "bone: hand"]
    own.prompts[1].looks = "ORBIT"
    assert seen(brief())[0] == ["orbit", "bone: head"]


def test_a_muted_prompt_brings_no_camera(own, brief, rooms):
    at_bone(own.prompts[1])
    own.prompts[1].mute = True
    assert brief().cameras == (CameraOrbit(),)
    assert rooms("interface.properties").stretches(own) == []


def test_a_choice_without_its_camera_or_name_is_refused_with_a_remedy(blender, scenes, own, refused):
    own.prompts[1].looks = "CAMERA"
    assert refused() == "A prompt looks through one camera, but none is chosen. Choose it in Look From."
    camera = add_camera(blender, scenes, "Map")
    own.prompts[1].camera = camera
    camera.data.type = "ORTHO"
    assert "Map is not a camera of this scene that sees in perspective. Choose" in refused()
    own.prompts[1].looks = "GROUP"
    assert "vertex group is asked for, but none is chosen. Choose" in refused()
    own.prompts[1].looks = "ALL"
    own.locked.add().kind = "BONE"
    assert "bone is asked for, but none is chosen. Choose" in refused()


def test_more_cameras_than_a_job_takes_are_refused(blender, scenes, own, refused):
    for index in range(32):
        add_camera(blender, scenes, f"Camera {index}")
    own.cameras = "BOTH"
    assert refused() == "There are 33 cameras; a job takes 32. Switch some of them off for rendering."


def mixed(blender, own):
    own.prompts[1].looks, own.prompts[1].camera = "CAMERA", blender.data.objects["Side"]
    at_bone(own.prompts.add(), "hand")
    own.prompts[2].text = "a glove"


def none_from_everywhere(blender, own):
    own.cameras = "BOTH"
    at_bone(own.prompts[0])
    own.prompts[1].looks = "ORBIT"


def scene_and_orbit(blender, own):
    own.cameras = "SCENE"
    own.prompts[0].looks = "ORBIT"


def scene_alone(blender, own):
    own.cameras = "SCENE"
    own.prompts[0].looks, own.prompts[0].camera = "CAMERA", blender.data.objects["Front"]


def painting_parts(blender, own):
    own.prompts[0].paints = "Hat; Left Shoe"


def with_locks(blender, own):
    for kind, name, inverted in (("BONE", "hand", False), ("GROUP", "face", True), ("GROUP", "eyes", False)):
        one = own.locked.add()
        one.kind, one.region, one.inverted = kind, name, inverted


def often_and_still(blender, own):
    own.cameras, own.share, own.jitter = "BOTH", 0.5, 0.0
    at_bone(own.prompts[0])
    own.prompts[0].share = 3.0


ASKED = [mixed, none_from_everywhere, scene_and_orbit, scene_alone, painting_parts, with_locks, often_and_still]


@pytest.mark.parametrize("ask", ASKED)
def test_a_brief_with_cameras_of_its_own_comes_back_as_it_was(blender, scenes, own, brief, rooms, ask):
    for name in ("Front", "Side"):
        add_camera(blender, scenes, name)
    ask(blender, own)
    wanted = brief()
    properties = rooms("interface.properties")
    properties.restore(own, Brief((Prompt("x"),)))
    assert brief() == Brief((Prompt("x"),))
    properties.restore(own, wanted)
    assert msgspec.to_builtins(brief()) == msgspec.to_builtins(wanted)


def test_how_often_each_camera_is_drawn_and_how_far_it_strays_is_the_artists_choice(blender, scenes, own, brief):
    add_camera(blender, scenes, "Front")
    often_and_still(blender, own)
    blender.ops.clipmatrix.prompt_add(text="a visor")
    at_bone(own.prompts[2])
    own.prompts[2].share = 2.0  # the same camera: as often as the one says that wants most
    cameras = {camera.name: camera for camera in brief().cameras}
    assert {name: camera.share for name, camera in cameras.items()} == {
        "orbit": 0.5,
        "1: Front": 1.0,
        "bone: head": 3.0,
    }
    assert cameras["1: Front"].jitter == 0.0


def test_a_camera_is_found_again_by_its_name_where_others_have_come_before_it(blender, scenes, own, brief, rooms):
    side = add_camera(blender, scenes, "Side")
    own.prompts[1].looks, own.prompts[1].camera = "CAMERA", side
    wanted = brief()
    blender.data.objects.remove(side)
    for name in ("Another", "Side"):
        add_camera(blender, scenes, name)
    rooms("interface.properties").restore(own, wanted)
    assert own.prompts[1].camera == blender.data.objects["Side"]


def test_a_camera_that_is_gone_leaves_the_choice_open(blender, scenes, own, brief, refused, rooms):
    own.prompts[1].looks, own.prompts[1].camera = "CAMERA", add_camera(blender, scenes, "Side")
    wanted = brief()
    blender.data.objects.remove(blender.data.objects["Side"])
    rooms("interface.properties").restore(own, wanted)
    assert "none is chosen" in refused()


# -- locks ------------------------------------------------------------------------------------------------------------


def test_what_is_locked_is_in_the_brief_once_each(own, brief):
    for kind, name in (("BONE", "hand"), ("GROUP", "hand"), ("BONE", "hand")):
        one = own.locked.add()
        one.kind, one.region = kind, name
    assert brief().locked == ("bone: hand", "group: hand")


def test_all_but_a_part_may_be_locked(own, brief, rooms):
    one = own.locked.add()
    one.kind, one.region, one.inverted = "BONE", "head", True
    assert brief().locked == ("all but bone: head",)
    assert [stretch.label for stretch in rooms("interface.properties").stretches(own)] == ["all but bone: head"]


def test_no_prompt_looks_at_all_but_a_part(own, rooms):
    """Said without a window, it is no camera; looking at the part itself would be the opposite."""
    wanted = Brief((Prompt("x", cameras=("all but bone: head",)),), cameras=(CameraOrbit(name="all but bone: head"),))
    rooms("interface.properties").restore(own, wanted)
    assert own.prompts[0].looks == "CAMERA"


def test_lock_takes_the_active_vertex_group_or_bone_and_unlock_takes_it_out(blender, scenes, own):
    thing, rig = scenes.character()
    thing.vertex_groups.active = thing.vertex_groups["bone1"]
    rig.data.bones.active = rig.data.bones["bone2"]
    assert blender.ops.clipmatrix.lock_add(kind="GROUP") == {"FINISHED"}
    assert blender.ops.clipmatrix.lock_add(kind="BONE") == {"FINISHED"}
    assert [(one.kind, one.region) for one in own.locked] == [("GROUP", "bone1"), ("BONE", "bone2")]
    assert own.active_locked == 1
    assert blender.ops.clipmatrix.lock_remove() == {"FINISHED"}
    assert [(one.kind, one.region) for one in own.locked] == [("GROUP", "bone1")]
    blender.ops.clipmatrix.lock_remove()
    with pytest.raises(RuntimeError, match="Nothing is locked"):
        blender.ops.clipmatrix.lock_remove()


def test_without_anything_active_a_lock_waits_for_a_name(blender, own):
    for kind in ("GROUP", "BONE"):
        blender.ops.clipmatrix.lock_add(kind=kind)
    assert [one.region for one in own.locked] == ["", ""]


def test_names_are_offered_from_all_parts_of_the_selected_character(blender, scenes, rooms):
    offered = rooms("interface.properties.regions").offered
    assert offered("GROUP", blender.context, "") == []
    _, rig = scenes.character()
    hat = scenes.cube("Hat")
    hat.parent, hat.parent_type, hat.parent_bone = rig, "BONE", "bone2"
    hat.vertex_groups.new(name="Brim")
    assert offered("GROUP", blender.context, "") == ["bone0", "bone1", "bone2", "Brim"]
    assert offered("GROUP", blender.context, "bRI") == ["Brim"]
    assert offered("BONE", blender.context, "2") == ["bone2"]
    assert offered("ALL", blender.context, "") == []


def test_the_panels_show_what_each_choice_needs_and_nothing_else(blender, own, rooms):
    panel = rooms("interface.panels.prompt")
    for looks, words in (("ALL", []), ("ORBIT", []), ("CAMERA", []), ("GROUP", ["Vertex Group"]), ("BONE", ["Bone"])):
        own.prompts[1].looks = looks
        layout = StrictLayout(blender)
        panel.show_look_from(layout, blender.context)
        assert layout.drawn == words
    blender.ops.clipmatrix.lock_add(kind="BONE")
    rooms("interface.panels.locked").show_locked_item(StrictLayout(blender), own.locked[0])


def test_parts_are_offered_from_the_selected_character(blender, scenes, own, rooms):
    offered = rooms("interface.properties.paints").offered
    assert offered(own.prompts[0], blender.context, "") == []
    _, rig = scenes.character()
    hat = scenes.cube("Hat")
    hat.parent, hat.parent_type, hat.parent_bone = rig, "BONE", "bone2"
    assert sorted(offered(own.prompts[0], blender.context, "")) == ["Column", "Hat"]
    assert offered(own.prompts[0], blender.context, "hA") == ["Hat"]


def test_where_nothing_is_written_there_is_nowhere_to_look_from(blender, rooms):
    assert not rooms("interface.panels").CLIPMATRIX_PT_look_from.poll(blender.context)
    blender.context.scene.clipmatrix.prompt = "a knight"
    assert rooms("interface.panels").CLIPMATRIX_PT_look_from.poll(blender.context)
