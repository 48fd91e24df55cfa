"""Every text of the interface is in every language, and nothing else is."""

import json
import string

import pytest

from .said import INTERFACE, constants, of_groups, of_operators, of_panels

FILES = sorted((INTERFACE / "translations").glob("*.json"))


@pytest.fixture
def texts(blender):
    """What the interface says, in English; numbers are the same in all languages."""
    said = [*of_operators(blender), *of_groups(blender), *of_panels(blender)]
    found = {text for one in said for text in (one.label, one.tooltip)}
    found |= {text for _, text in constants("", "text", "heading")}
    return {text for text in found if any(letter.isalpha() for letter in text)}


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def test_there_is_german():
    assert [read(path)["language"] for path in FILES] == ["German"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_text_is_translated(texts, path):
    missing = sorted(texts - set(read(path)["texts"]))
    assert missing == [], f"add to {path.name}:\n" + "\n".join(f"    {json.dumps(text)}: ," for text in missing)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_nothing_is_translated_that_is_not_said(texts, path):
    orphans = sorted(set(read(path)["texts"]) - texts)
    assert orphans == [], f"take these out of {path.name}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_translation_is_no_empty_line_and_keeps_the_style(path):
    for text, said in read(path)["texts"].items():
        assert said.strip() == said != "", text
        assert said.endswith(".") == text.endswith("."), text
        fields = [field for _, field, _, _ in string.Formatter().parse(text) if field]
        assert fields == [field for _, field, _, _ in string.Formatter().parse(said) if field], text


def test_blender_gets_each_text_for_labels_and_for_operators(blender, rooms):
    table = rooms("interface.translations").table()
    assert set(table) == {"de", "de_DE"}
    assert table["de_DE"]["Operator", "Generate"] == table["de"]["*", "Generate"] == "Erzeugen"


def test_translations_come_and_go_with_the_extension(blender, rooms):
    if not blender.app.build_options.international:
        pytest.skip("this Blender is built without translations, as the wheel is")
    translations = rooms("interface.translations")
    with pytest.raises(ValueError, match="already contains"):  # so they are there
        translations.register()
    translations.unregister()
    translations.register()
