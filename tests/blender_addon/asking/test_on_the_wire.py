"""Images, cameras of their own and locks, from Generate to a backend and back into takes."""

import json

import numpy as np
import pytest
from clipmatrix_protocol import CameraRegion, Prompt

from ..painter import SECRET
from ..snapshot.leaning import bumpy, leant
from ..test_real_backend import pump
from .jobs import COLOURS, finish, picture


@pytest.fixture
def connected(rooms, session, backend):
    session.connect(backend.address, SECRET)
    pump(session, lambda: session.state is rooms("job.phases").Phase.IDLE, 10)
    return session


def test_images_regions_and_locks_arrive_as_the_panel_has_them(blender, scenes, rooms, own, connected, backend):
    thing, _ = scenes.character()
    thing.vertex_groups.new(name="face").add([1, 2], 0.5, "REPLACE")
    picture(blender, "red")
    own.prompt = "a knight"
    blender.ops.clipmatrix.prompt_add_image(image="red")
    own.prompts[1].looks, own.prompts[1].region = "BONE", "bone2"
    thing.vertex_groups.active = thing.vertex_groups["face"]
    blender.ops.clipmatrix.lock_add(kind="GROUP")
    blender.ops.clipmatrix.generate()
    finish(blender, rooms, connected)
    (job,) = backend.jobs
    assert job.brief.prompts == (Prompt("a knight"), Prompt(image=0, cameras=("bone: bone2",)))
    assert job.brief.cameras[1] == CameraRegion(region="bone: bone2", name="bone: bone2")
    assert job.brief.locked == ("group: face",)
    assert [region.name for region in job.character.regions] == ["bone: bone2", "group: face"]
    assert [image.tolist() for image in job.exemplars] == [[[[255, 0, 0]] * 8] * 8]
    own.prompts[1].looks = "ALL"
    assert blender.ops.clipmatrix.carry_on() == {"FINISHED"}
    finish(blender, rooms, connected)
    assert backend.jobs[1].exemplars[0].shape == (8, 8, 3)
    assert [region.name for region in backend.jobs[1].character.regions] == ["group: face"]


def test_the_parts_that_a_prompt_paints_arrive_and_others_keep_the_job_from_starting(
    blender, scenes, rooms, own, connected, backend
):
    scenes.character()
    own.prompt = "a knight"
    own.prompts[0].paints = "Column; Hat"
    with pytest.raises(RuntimeError, match="A prompt paints “Hat”, which is no part of this character"):
        blender.ops.clipmatrix.generate()
    assert backend.jobs == []
    own.prompts[0].paints = " Column ;"
    blender.ops.clipmatrix.generate()
    finish(blender, rooms, connected)
    assert backend.jobs[0].brief.prompts == (Prompt("a knight", paints=("Column",)),)


@pytest.mark.parametrize("strength", [0.0, 1.5])
def test_a_normal_map_is_asked_for_and_said_to_replace_the_artists_own(
    blender, scenes, rooms, own, connected, backend, strength
):
    thing, _ = scenes.character()
    material = blender.data.materials.new("scales")
    material.use_nodes = True
    bump = material.node_tree.nodes.new("ShaderNodeBump")
    material.node_tree.links.new(bump.outputs["Normal"], material.node_tree.nodes["Principled BSDF"].inputs["Normal"])
    thing.data.materials.append(material)
    own.prompt, own.vary_normals = "a snake", strength
    blender.ops.clipmatrix.generate()
    finish(blender, rooms, connected)
    assert backend.jobs[0].brief.vary.normals == strength
    said = "“scales” has bumps; the new normal map replaces what leans its normals. Set Normal Map to 0 to keep it."
    assert [remark for remark in connected.remarks if "“scales”" in remark] == [said] * (strength > 0)


@pytest.fixture
def armoured(blender, scenes):
    """A steel column with faces of cloth, of leather like steel in roughness, and of skin with an image of it."""
    thing, _ = scenes.character()
    for index, (name, roughness) in enumerate((("steel", 0.25), ("cloth", 0.75), ("leather", 0.3), ("skin", 0.25))):
        material = blender.data.materials.new(name)
        material.use_nodes = True
        material.node_tree.nodes["Principled BSDF"].inputs["Roughness"].default_value = roughness
        thing.data.materials.append(material)
        thing.data.polygons[index].material_index = index
    image = material.node_tree.nodes.new("ShaderNodeTexImage")
    material.node_tree.links.new(image.outputs[0], material.node_tree.nodes["Principled BSDF"].inputs["Roughness"])
    return thing


@pytest.mark.parametrize("strength", [0.0, 1.0])
def test_materials_that_lose_their_own_finish_are_named(armoured, blender, rooms, own, connected, backend, strength):
    own.prompt, own.vary_material = "a knight", strength
    blender.ops.clipmatrix.generate()
    finish(blender, rooms, connected)
    goes = "a job gives all materials the same. Set Material to 0 to keep it."
    said = [
        f"The roughness or metallic of cloth differs from that of most of the character; {goes}",
        f"An image or nodes feed the roughness or metallic of skin; {goes}",
    ]
    assert [remark for remark in connected.remarks if "roughness" in remark] == said * (strength > 0)


def test_with_material_at_0_every_material_keeps_its_finish(armoured, blender, rooms, own, connected, backend):
    own.prompt, own.vary_material = "a knight", 0.0
    blender.ops.clipmatrix.generate()
    finish(blender, rooms, connected)
    assert all(slot.material.name.startswith("ClipMatrix") for slot in armoured.material_slots)
    *numbers, image = (
        slot.material.node_tree.nodes["Principled BSDF"].inputs["Roughness"] for slot in armoured.material_slots
    )
    assert [socket.default_value for socket in numbers] == pytest.approx([0.25, 0.75, 0.3])
    assert image.is_linked


def test_with_material_at_0_a_shader_in_a_node_group_keeps_its_finish(blender, scenes, rooms, own, connected, backend):
    thing, _ = scenes.character()
    group = blender.data.node_groups.new("armour", "ShaderNodeTree")
    group.interface.new_socket("Shader", in_out="OUTPUT", socket_type="NodeSocketShader")
    steel = group.nodes.new("ShaderNodeBsdfPrincipled")
    steel.inputs["Roughness"].default_value, steel.inputs["Metallic"].default_value = 0.25, 1.0
    group.links.new(steel.outputs[0], group.nodes.new("NodeGroupOutput").inputs[0])
    material = blender.data.materials.new("steel")
    material.use_nodes = True
    tree = material.node_tree
    node = tree.nodes.new("ShaderNodeGroup")
    node.node_tree = group
    tree.links.new(node.outputs[0], tree.nodes["Material Output"].inputs["Surface"])
    tree.nodes.remove(tree.nodes["Principled BSDF"])
    thing.data.materials.append(material)
    own.prompt, own.vary_material = "a knight", 0.0
    blender.ops.clipmatrix.generate()
    finish(blender, rooms, connected)
    inputs = thing.material_slots[0].material.node_tree.nodes["Principled BSDF"].inputs
    assert (inputs["Roughness"].default_value, inputs["Metallic"].default_value) == (0.25, 1.0)


def test_a_normal_map_that_can_be_read_goes_along_and_nothing_is_said_of_it(
    blender, scenes, rooms, own, connected, backend
):
    thing, _ = scenes.character()
    material = blender.data.materials.new("scales")
    material.use_nodes = True
    leant(bumpy(blender))(material.node_tree, material.node_tree.nodes["Principled BSDF"])
    thing.data.materials.append(material)
    own.prompt, own.vary_normals = "a snake", 1.0
    blender.ops.clipmatrix.generate()
    finish(blender, rooms, connected)
    (sent,) = backend.jobs[0].character.start_normal_maps
    assert np.ptp(sent[..., 0]) > 50
    assert not [remark for remark in connected.remarks if "scales" in remark]


def test_a_region_that_is_missing_keeps_the_job_from_starting(blender, scenes, own, connected, backend):
    scenes.character()
    own.locked.add().region = "nose"
    with pytest.raises(RuntimeError, match="no vertex group “nose” on Column"):
        blender.ops.clipmatrix.generate()
    assert connected.job is None
    assert backend.jobs == []


def test_a_take_asks_again_for_its_images_cameras_and_locks(blender, scenes, rooms, own, connected, backend):
    scenes.character()
    picture(blender, "red")
    own.prompts.add().kind = "IMAGE"
    own.prompts[0].image = blender.data.images["red"]
    own.prompts[0].looks, own.prompts[0].region = "GROUP", "bone1"
    blender.ops.clipmatrix.lock_add(kind="BONE")
    own.locked[0].region = "bone0"
    blender.ops.clipmatrix.generate()
    finish(blender, rooms, connected)
    blender.ops.clipmatrix.accept()
    assert blender.data.objects["Rig"].clipmatrix_wardrobe.takes[1].name == "an image"
    own.prompt, own.prompts[0].looks = "a horse", "ALL"
    blender.ops.clipmatrix.lock_remove()
    assert blender.ops.clipmatrix.take_rerun() == {"FINISHED"}
    finish(blender, rooms, connected)
    assert backend.jobs[1].brief == backend.jobs[0].brief
    assert (backend.jobs[1].exemplars[0] == backend.jobs[0].exemplars[0]).all()
    blender.ops.clipmatrix.discard()
    blender.data.images.remove(blender.data.images["red"])
    own.prompt = "a horse"
    with pytest.raises(RuntimeError, match="no image"):
        blender.ops.clipmatrix.take_rerun()
    assert own.prompt == "a horse"


def test_a_take_from_before_there_were_images_is_still_read(blender, scenes, rooms, own, connected):
    scenes.character()
    own.prompt = "a knight"
    blender.ops.clipmatrix.generate()
    finish(blender, rooms, connected)
    blender.ops.clipmatrix.accept()
    take = blender.data.objects["Rig"].clipmatrix_wardrobe.takes[1]
    notes = json.loads(take.notes)
    assert notes.pop("images") == []
    take.notes = json.dumps(notes)
    own.prompt = "a horse"
    assert blender.ops.clipmatrix.take_copy_settings() == {"FINISHED"}
    assert own.prompt == "a knight"


# -- without a window --------------------------------------------------------------------------------------------------


@pytest.fixture
def generate(blender, rooms, backend, tmp_path, capfd):
    """Run the headless command; returns its exit code, and what it said went wrong."""

    def call(*arguments):
        capfd.readouterr()
        base = ["generate", "--address", backend.address, "--steps", "2", "--texture-size", "64", "--pictures", "none"]
        code = rooms("command.command").run([*base, *map(str, arguments)])
        return code, capfd.readouterr().err

    return call


@pytest.fixture
def files(blender, tmp_path):
    for name in COLOURS:
        image = picture(blender, name)
        image.filepath_raw, image.file_format = str(tmp_path / f"{name}.png"), "PNG"
        image.save()
        blender.data.images.remove(image)
    return tmp_path


def test_an_image_file_stands_in_place_of_a_text(generate, backend, files):
    code, _ = generate(
        "--figure", "--prompt", "a knight", "--image", files / "red.png", "--weight", "0.5", "--shading", "textured",
        "--image", files / "blue.png", "--image", files / "red.png", "--weight", "-1", "--out", files / "out",
    )  # fmt: skip
    assert code == 0
    assert backend.jobs[0].brief.prompts == (
        Prompt("a knight"), Prompt(image=0, weight=0.5, shading="textured"),
        Prompt(image=1), Prompt(image=0, weight=-1),
    )  # fmt: skip
    assert [image[0, 0].tolist() for image in backend.jobs[0].exemplars] == [[255, 0, 0], [0, 0, 255]]
    assert json.loads((files / "out" / "result.json").read_text())["prompt"] == "a knight; an image; an image; an image"


def test_images_of_a_batch_lie_beside_it(generate, backend, files):
    runs = [{"prompts": [{"image": "red.png"}]}, {"prompts": [{"image": "blue.png", "weight": 2}]}]
    (files / "runs.json").write_text(json.dumps(runs))
    assert generate("--figure", "--batch", files / "runs.json", "--out", files / "out")[0] == 0
    assert sorted(path.name for path in (files / "out").iterdir()) == ["blue", "red"]
    assert [job.exemplars[0][0, 0].tolist() for job in backend.jobs] == [[255, 0, 0], [0, 0, 255]]


def test_an_image_that_is_not_there_or_none_is_told_in_a_sentence(generate, backend, files):
    assert generate("--figure", "--image", files / "gone.png", "--out", files / "out")[0] == 2
    code, said = generate("--figure", "--image", files / "red.png", "--instead-of", "a suit", "--out", files / "out")
    assert (code, "a text or an image, not both" in said) == (2, True)
    (files / "not.png").write_text("nothing to see")
    code, said = generate("--figure", "--image", files / "not.png", "--out", files / "out")
    assert (code, "can't" in said) == (1, True)
    assert backend.jobs == []


# -- a real backend ----------------------------------------------------------------------------------------------------
