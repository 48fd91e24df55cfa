"""Lay the results of benchmarks/meaning.py out on one sheet.

``uv run python benchmarks/gallery.py FOLDER OUT.png``, where FOLDER is what ``meaning.py --keep FOLDER`` left behind.
"""

import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

TILES = (0, 3, 9)
"""Which tiles of a contact sheet's lower row are shown: front, back at an angle, walking."""

COLUMNS, CAPTION = 4, 26
"""Results per row; room for the prompt under each, pixels."""

LINE = 4
"""Rows between the two rows of tiles of a contact sheet."""


def strip(sheet: Path, prompt: str) -> Image.Image:
    """Cut the chosen tiles out of a contact sheet, the prompt under them."""
    picture = Image.open(sheet).convert("RGB")
    side = (picture.height - LINE) // 2
    result = Image.new("RGB", (side * len(TILES), side + CAPTION), "white")
    for place, tile in enumerate(TILES):
        left, top = tile * side, picture.height - side
        result.paste(picture.crop((left, top, left + side, top + side)), (place * side, 0))
    ImageDraw.Draw(result).text((8, side + 4), prompt, fill="black", font=ImageFont.load_default(size=16))
    return result


def main(folder: Path, out: Path) -> None:
    """Lay out all results of the first seed."""
    sheets = sorted(folder.glob("0-*/contact.png"), key=lambda path: path.stat().st_mtime)
    if not sheets:
        raise SystemExit(f"there is no contact sheet in {folder}; run benchmarks/meaning.py --keep {folder} first")
    strips = [strip(sheet, sheet.parent.name[2:].replace("-", " ")) for sheet in sheets]
    width, height = strips[0].size
    rows = -(-len(strips) // COLUMNS)
    page = Image.new("RGB", (width * COLUMNS, height * rows), "white")
    for index, one in enumerate(strips):
        page.paste(one, (index % COLUMNS * width, index // COLUMNS * height))
    page.resize((page.width // 2, page.height // 2), Image.Resampling.LANCZOS).save(out, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
