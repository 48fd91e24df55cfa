"""A step's time by part, as a picture: SVG that needs nothing from elsewhere."""

from collections.abc import Mapping
from html import escape

from .clock import Timing

LABELS, BARS, FIGURES, ROW = 190, 420, 150, 26
"""Pixels: columns from left to right, and the height of a row."""

INK, MUTED, BAR = "#222222", "#767676", "#3a6ea5"


def plot(title: str, parts: Mapping[str, Timing]) -> str:
    """Draw bars of medians, with quartiles as whiskers, under a title."""
    longest = max(part.high for part in parts.values())
    width, height = LABELS + BARS + FIGURES, ROW * (len(parts) + 2)
    rows = [_row(index + 1, name, part, BARS / longest) for index, (name, part) in enumerate(parts.items())]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
            ' font-family="sans-serif" font-size="13">',
            f'<rect width="{width}" height="{height}" fill="white"/>',
            f'<text x="12" y="{0.75 * ROW}" fill="{INK}" font-weight="bold">{escape(title)}</text>',
            *rows,
            "</svg>\n",
        ]
    )


def _row(row: int, name: str, part: Timing, scale: float) -> str:
    top, middle = row * ROW + 6, row * ROW + 6 + ROW / 2
    low, high = LABELS + scale * part.low, LABELS + scale * part.high
    return (
        f'<text x="{LABELS - 10}" y="{middle + 4}" text-anchor="end" fill="{INK}">{escape(name)}</text>'
        f'<rect x="{LABELS}" y="{top + 4}" width="{scale * part.median:.1f}" height="{ROW - 8}" fill="{BAR}"/>'
        f'<line x1="{low:.1f}" x2="{high:.1f}" y1="{middle}" y2="{middle}" stroke="{INK}"/>'
        f'<text x="{high + 8:.1f}" y="{middle + 4}" fill="{MUTED}">{part.median:.1f} ms</text>'
    )
