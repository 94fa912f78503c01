"""Whether official documents will be set in the typefaces of GB/T 9704, or in the Noto of the pip package."""

import os
from pathlib import Path

from gateway.cli.stack.processes import SOURCE

_SETTINGS = ("TIANWEI_FONT_DIR", "TIANWEI_FREE_FONT_DIR")
_ENDINGS = {".otf", ".ttf", ".ttc"}
MISSING = (
    "没有仿宋、楷体，公文暂用 Noto 字体，人名生僻字印不出；正式印发前请 make fonts，"
    "或用 TIANWEI_FONT_DIR 指定本机关的字库"
)


def folders() -> list[Path]:
    """Folders that hold fonts: an office's own and what `make fonts` has fetched. Empty: documents are set in Noto."""
    told = [Path(os.environ[name]) for name in _SETTINGS if os.environ.get(name)]
    return [folder for folder in (*told, SOURCE / ".fonts") if _holds_fonts(folder)]


def _holds_fonts(folder: Path) -> bool:
    return folder.is_dir() and any(file.suffix.lower() in _ENDINGS for file in folder.iterdir())
