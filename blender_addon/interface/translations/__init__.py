"""The interface in other languages: each JSON file here is one, found by its being here.

A file holds ``language`` (its English name), ``locales`` (Blender's names for it, which differ between versions) and
``texts``, English to translated. Blender looks our texts up after its own.
"""

from pathlib import Path

import bpy
import msgspec

FOLDER = Path(__file__).parent

CONTEXTS = ("*", "Operator")
"""Where Blender looks a text up: labels of operators have a context of their own."""


class Language(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file."""

    language: str
    locales: tuple[str, ...]
    texts: dict[str, str]


def languages() -> tuple[Language, ...]:
    """All of them."""
    return tuple(msgspec.json.decode(path.read_bytes(), type=Language) for path in sorted(FOLDER.glob("*.json")))


def table() -> dict[str, dict[tuple[str, str], str]]:
    """All of them as Blender takes them: by locale, then by context and English text."""
    return {
        locale: {(context, text): said for text, said in language.texts.items() for context in CONTEXTS}
        for language in languages()
        for locale in language.locales
    }


def register() -> None:
    """Give Blender the translations."""
    bpy.app.translations.register(__package__ or "", table())


def unregister() -> None:
    """Take them away."""
    bpy.app.translations.unregister(__package__ or "")
