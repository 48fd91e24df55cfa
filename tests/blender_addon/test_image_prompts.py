"""Images as prompts: read as the eye sees them, refused where there is nothing to see, kept by name."""

import numpy as np
import pytest
from clipmatrix_protocol import Brief, Prompt

from .strict_layout import StrictLayout


@pytest.fixture
def own(blender, rooms):
    """The scene's properties."""
    return rooms("interface.properties").of(blender.context.scene)


@pytest.fixture
def seen(rooms):
    """An image as it is sent."""
    return rooms("scene.materials.exemplars").exemplar


@pytest.fixture
def picture(blender):
    """Make an image of these numbers, (H, W, 4), row 0 at the bottom."""

    def call(name, pixels, *, deep=False, space=""):
        pixels = np.asarray(pixels, np.float32)
        height, width = pixels.shape[:2]
        image = blender.data.images.new(name, width, height, alpha=True, float_buffer=deep)
        image.colorspace_settings.name = space or image.colorspace_settings.name
        image.pixels.foreach_set(np.ascontiguousarray(pixels).ravel())
        return image

    return call


def plain(colour, size=(4, 6)):
    return np.broadcast_to(np.array(colour, np.float32), (*size, 4))


def test_an_8_bit_image_is_sent_as_it_is_stored_row_0_at_the_bottom(picture, seen):
    stored = np.random.default_rng(0).integers(0, 256, (5, 7, 4)).astype(np.float32) / 255
    stored[..., 3] = 1
    sent = seen(picture("dots", stored))
    assert sent.dtype == np.uint8
    np.testing.assert_array_equal(sent, np.rint(stored[..., :3] * 255))


@pytest.mark.parametrize(("light", "shown"), [(0.0, 0), (0.002, 7), (0.214, 127), (1.0, 255), (7.0, 255)])
def test_a_float_image_is_encoded_and_what_no_screen_shows_is_cut(picture, seen, light, shown):
    assert (abs(seen(picture("light", plain((light, light, light, 1)), deep=True)).astype(int) - shown) <= 1).all()


def test_a_float_image_shows_what_blender_itself_saves_of_it(blender, picture, seen, tmp_path):
    image = picture("light", np.random.default_rng(1).random((8, 8, 4)) * [1, 1, 1, 0] + [0, 0, 0, 1], deep=True)
    scene = blender.context.scene
    scene.view_settings.view_transform, scene.render.image_settings.file_format = "Standard", "PNG"
    scene.render.image_settings.color_mode, scene.render.dither_intensity = "RGB", 0
    image.save_render(str(tmp_path / "light.png"), scene=scene)
    saved = blender.data.images.load(str(tmp_path / "light.png"))
    assert np.abs(seen(image).astype(int) - seen(saved)).max() <= 1


def test_numbers_that_are_no_colours_are_sent_as_they_are(picture, seen):
    for deep in (False, True):
        image = picture("data", plain((0.5, 0.25, 0.0, 1)), deep=deep, space="Non-Color")
        assert np.abs(seen(image)[0, 0].astype(int) - [128, 64, 0]).max() <= 1


def test_an_8_bit_image_that_holds_light_is_encoded_too(picture, seen):
    image = picture("light", plain((0.214, 0, 1, 1)), space="Linear Rec.709")
    assert np.abs(seen(image)[0, 0].astype(int) - [127, 0, 255]).max() <= 1


def test_a_pixel_that_is_no_number_is_black(picture, seen):
    pixels = plain((1, 1, 1, 1)).copy()
    pixels[1, 2, :3] = np.nan
    sent = seen(picture("broken", pixels, deep=True))
    assert sent[1, 2].tolist() == [0, 0, 0]
    assert sent[0, 0].tolist() == [255, 255, 255]


def test_what_is_transparent_lies_on_white(picture, seen):
    assert seen(picture("glass", plain((1, 0, 0, 0))))[0, 0].tolist() == [255, 255, 255]
    assert seen(picture("veil", plain((1, 0, 0, 0.5))))[0, 0].tolist() == [255, 127, 127]
    packed = picture("packed", plain((1, 0, 0, 0)))
    packed.alpha_mode = "CHANNEL_PACKED"
    assert seen(packed)[0, 0].tolist() == [255, 0, 0]


def test_a_large_image_is_made_smaller_by_taking_means(picture, seen):
    halves = np.zeros((300, 1200, 4), np.float32)
    halves[..., 3] = 1
    halves[:, :600, 0] = 1
    halves[:, 600:, 2] = 1
    halves[::2, :, 1] = 1
    sent = seen(picture("halves", halves))
    assert sent.shape == (128, 512, 3)
    assert (sent[:, :256, 0] == 255).all()
    assert (sent[:, 256:, 2] == 255).all()
    assert sent[..., 1].mean() == pytest.approx(127.5, abs=1)
    assert seen(picture("strip", plain((0, 1, 0, 1), (1, 2000)))).shape == (1, 512, 3)


# -- in the list ------------------------------------------------------------------------------------------------------


@pytest.fixture
def red(picture):
    return picture("red", plain((1, 0, 0, 1)))


@pytest.fixture
def blue(picture):
    return picture("blue", plain((0, 0, 1, 1)))


def test_an_image_joins_the_texts_and_each_is_sent_once(blender, own, red, blue, rooms):
    own.prompt = "a knight"
    for name in ("red", "blue", "red"):
        assert blender.ops.clipmatrix.prompt_add_image(image=name) == {"FINISHED"}
    own.prompts[3].weight = -0.5
    properties = rooms("interface.properties")
    assert properties.brief(own).prompts == (
        Prompt("a knight"), Prompt(image=0), Prompt(image=1), Prompt(image=0, weight=-0.5),
    )  # fmt: skip
    sent = properties.exemplars(own)
    assert [image[0, 0].tolist() for image in sent] == [[255, 0, 0], [0, 0, 255]]
    own.prompts[1].mute = own.prompts[3].mute = True
    assert properties.brief(own).prompts == (Prompt("a knight"), Prompt(image=0))
    assert len(properties.exemplars(own)) == 1


def test_an_image_may_be_all_that_is_asked_for(blender, own, red, rooms):
    blender.ops.clipmatrix.prompt_add_image(image="red")
    own.active_prompt = 0
    blender.ops.clipmatrix.prompt_remove()
    properties = rooms("interface.properties")
    assert properties.brief(own).prompts == (Prompt(image=0),)
    assert not properties.nothing_written(own)
    layout = StrictLayout(blender)
    rooms("interface.panels.prompt").show_prompt(layout, blender.context)
    assert "Image" in layout.drawn


def test_a_line_of_an_image_says_its_name(blender, own, red, rooms):
    blender.ops.clipmatrix.prompt_add_image(image="red")
    blender.ops.clipmatrix.prompt_add_image()
    show = rooms("interface.panels.prompt").show_item
    layout = StrictLayout(blender)
    for prompt in own.prompts:
        show(layout, prompt)
    assert [word for word in layout.drawn if word] == ["red", "No Image Yet"]


def test_writing_into_the_line_makes_a_text_of_an_image_that_comes_first(blender, own, red):
    blender.ops.clipmatrix.prompt_add_image(image="red")
    blender.ops.clipmatrix.prompt_move(direction="UP")
    own.prompt = "a knight"
    assert (own.prompts[0].kind, own.prompts[0].text) == ("TEXT", "a knight")


def test_an_image_prompt_without_an_image_is_refused_with_a_remedy(blender, own, rooms):
    blender.ops.clipmatrix.prompt_add_image()
    with pytest.raises(rooms("errors").Refusal, match=r"no image\. Choose one"):
        rooms("interface.properties").brief(own)
    with pytest.raises(RuntimeError, match="There is no image “gone” in this file"):
        blender.ops.clipmatrix.prompt_add_image(image="gone")


def test_a_missing_file_is_refused_with_the_button_that_finds_it(blender, own, red, rooms, tmp_path):
    red.filepath_raw, red.file_format = str(tmp_path / "red.png"), "PNG"
    red.save()
    lost = blender.data.images.load(str(tmp_path / "red.png"))
    lost.name = "lost"
    (tmp_path / "red.png").unlink()
    lost.reload()
    blender.ops.clipmatrix.prompt_add_image(image="lost")
    with pytest.raises(rooms("errors").Refusal, match="file of the image “lost” can't be read") as caught:
        rooms("interface.properties").brief(own)
    category, name = caught.value.fix.operator.split(".")
    assert hasattr(getattr(blender.ops, category), name)
    rooms("interface.paragraph").refusal_box(StrictLayout(blender), caught.value)


def test_a_file_that_is_no_image_is_refused(blender, own, rooms, tmp_path):
    (tmp_path / "not.png").write_text("nothing to see")
    image = blender.data.images.load(str(tmp_path / "not.png"))
    own.prompts.add().kind = "IMAGE"
    own.prompts[0].image = image
    with pytest.raises(rooms("errors").Refusal, match=r"“not\.png” can't be read"):
        rooms("interface.properties").brief(own)


def test_an_image_without_pixels_is_refused(blender, own, rooms):
    own.prompts.add().kind = "IMAGE"
    own.prompts[0].image = blender.data.images.new("empty", 8, 8)
    own.prompts[0].image.source = "MOVIE"
    with pytest.raises(rooms("errors").Refusal, match="“empty” has no pixels"):
        rooms("interface.properties").brief(own)


def test_a_brief_comes_back_with_the_images_it_is_shown(own, red, blue, rooms):
    properties = rooms("interface.properties")
    wanted = Brief((Prompt(image=0, weight=2.0), Prompt("a knight"), Prompt(image=1), Prompt(image=0)))
    properties.restore(own, wanted, [blue, red])
    assert properties.brief(own) == wanted
    assert properties.images(own) == [blue, red]
    properties.restore(own, wanted, [blue, None])
    with pytest.raises(rooms("errors").Refusal, match="no image"):
        properties.brief(own)
