"""Pictures of documents for README.zh-CN.md: the first pages of some PDFs that the demonstration has left in a folder.

tianwei demo --papers FOLDER
python .ci/pictures.py FOLDER
"""

import sys
from pathlib import Path

import pypdfium2
from PIL import Image, ImageOps

OUT = Path(__file__).resolve().parents[1] / "docs" / "pictures"
# By a part of the file's name, what the picture is called.
SHOWN = {
    "开展联合执法的通知": "joint-action-notice",
    "行政处罚决定书": "penalty-decision",
    "整改销号单": "strike-off-sheet",
}
WIDTH, COLOURS = 620, 24


def picture(pdf: Path) -> Image.Image:
    """The first page, small: black, red and the greys between."""
    page = pypdfium2.PdfDocument(pdf)[0]
    drawn = page.render(scale=2 * WIDTH / page.get_width()).to_pil().convert("RGB")
    small = drawn.resize((WIDTH, round(drawn.height * WIDTH / drawn.width)), Image.Resampling.LANCZOS)
    return ImageOps.expand(small, 1, "#999999").quantize(COLOURS, dither=Image.Dither.NONE)


def main(folder: Path) -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    for part, name in SHOWN.items():
        pdf = next((file for file in sorted(folder.glob("*.pdf")) if part in file.name), None)
        if pdf is None:
            sys.exit(f"{folder} 里没有“{part}”")
        picture(pdf).save(OUT / f"{name}.png", optimize=True)
        print(OUT / f"{name}.png", (OUT / f"{name}.png").stat().st_size)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
