"""Small pieces of HTML: escaped text, pictures in the page itself, cards, rows, bars."""

import base64
from collections.abc import Iterable, Sequence
from html import escape
from io import BytesIO

import numpy as np
from PIL import Image

QUALITY = 88
"""Of WebP pictures."""

BARS = 12
"""So many prompts are shown of a ranking, and the one that was asked for."""


def data_url(picture: np.ndarray) -> str:
    """Encode a picture (H, W, 4) uint8 so that it lies within the page."""
    held = BytesIO()
    Image.fromarray(picture, "RGBA").save(held, "WEBP", quality=QUALITY, method=6)
    return f"data:image/webp;base64,{base64.b64encode(held.getvalue()).decode('ascii')}"


def strip(pictures: Iterable[np.ndarray], captions: Iterable[str]) -> str:
    """Lay pictures side by side; the captions are for those who cannot see them."""
    return "".join(
        f'<img src="{data_url(picture)}" alt="{escape(caption)}" title="{escape(caption)}">'
        for picture, caption in zip(pictures, captions, strict=True)
    )


def card(value: str, meaning: str) -> str:
    """A large figure, and what it is."""
    return f'<div class="fact"><b>{value}</b><span>{escape(meaning)}</span></div>'


def row(cells: Sequence[str]) -> str:
    """A table's row of cells that are HTML already."""
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def verdict(text: str, *, good: bool) -> str:
    """Text coloured by whether it is well."""
    return f'<span class="{"good" if good else "bad"}">{escape(text)}</span>'


def bars(ranking: Sequence[tuple[str, float]], asked: str) -> str:
    """The first of a ranking as bars from the least to the greatest similarity, and the one that was asked for."""
    least, most = ranking[-1][1], ranking[0][1]
    lines = []
    for place, (prompt, similarity) in enumerate(ranking, 1):
        if place > BARS and prompt != asked:
            continue
        width = 100 * (similarity - least) / max(most - least, 1e-9)
        mark = ' class="asked"' if prompt == asked else ""
        lines.append(
            f'<li{mark}><span class="dim">{place}</span><span>{escape(prompt)}</span>'
            f'<i style="width:{max(width, 1):.1f}%"></i><span>{similarity:.3f}</span></li>'
        )
    return f'<ol class="bars">{"".join(lines)}</ol>'
