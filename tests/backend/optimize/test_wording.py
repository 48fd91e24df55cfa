"""Before a job runs, the artist hears of words that CLIP never saw, and of texts that are longer than it reads."""

import clipmatrix_protocol as protocol
import open_clip
import torch
from clipmatrix.guidance import load_tower
from clipmatrix.guidance.reading import part_read
from clipmatrix.optimize.wording import brief_warnings


def test_unknown_words_are_named_once_wherever_a_prompt_has_them():
    prompts = (protocol.Prompt("a zeppelin", origin="a grey walrus"), protocol.Prompt("a red zeppelin"))
    (warning,) = brief_warnings(protocol.Brief(prompts))
    assert "does not know “zeppelin”, “walrus”: the result will not follow them" in warning
    (warning,) = brief_warnings(protocol.Brief((protocol.Prompt("a red figure", origin="a walrus"),)))
    assert "does not know “walrus”: the result will not follow it" in warning
    assert brief_warnings(protocol.Brief((protocol.Prompt("a red figure", origin="a grey figure"),))) == ()


def warned(text, clip, **more):
    return brief_warnings(protocol.Brief((protocol.Prompt(text, **more),), settings=protocol.Settings(clip=clip)))


def test_it_is_said_where_clip_stops_reading_a_long_prompt():
    """A tokenizer cuts it in silence; what comes last would be missed and never found."""
    begun = "red, blue, " * 18 + "a knight"  # 74 tokens
    assert warned(begun, "ViT-B-32:laion2b_s34b_b79k") == ()
    (warning,) = warned(f"{begun} in a green coat", "ViT-B-32:laion2b_s34b_b79k")
    assert "reads no further than “blue, a knight in”" in warning
    assert "two prompts" in warning


def test_what_is_read_is_what_the_tokenizer_keeps():
    text = "a robot, rusty, with square shoulders and very long arms; " * 5
    tokens = open_clip.get_tokenizer("ViT-B-32")([text, part_read("ViT-B-32:openai", text)])
    assert tokens[0].tolist() == tokens[1].tolist()
    text = "a thin red figure with a blue shirt, " * 6
    tokens = load_tower("embedded", torch.device("cpu")).tokenize([text, part_read("embedded", text)])
    assert tokens[0].tolist() == tokens[1].tolist()


def test_scripts_whose_letters_take_several_tokens_are_cut_between_letters():
    knight = "一个穿着红色盔甲的骑士"
    assert warned(knight, "ViT-B-32:openai") == ()
    begun = part_read("ViT-B-32:openai", knight * 20)
    assert len(knight) < len(begun) < 5 * len(knight)
    assert len(warned(knight * 20, "ViT-B-32:openai")) == 1
    assert len(warned("qz" * 150, "ViT-B-32:openai")) == 1


def test_of_several_models_the_one_that_reads_least_counts():
    text = "a red figure, a blue figure, " * 5
    assert warned(text, "ViT-B-32:openai") == ()
    assert len(warned(text, "ViT-B-32:openai,embedded")) == 1
    assert len(warned("a red figure", "embedded", origin=text)) == 1


def test_models_whose_reading_can_not_be_told_get_no_warning():
    text = "a red knight, " * 20
    for spec in ("ViT-B-16-SigLIP:webli", "local-dir:/nowhere", "no-such-model:openai"):
        assert warned(text, spec) == ()
