"""Every DOCX opens in LibreOffice, as a recipient may open it; where LibreOffice is missing, nobody says so."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from pypdf import PdfReader

from services.notify.adapters.charts import Charts
from services.notify.adapters.docx_writer import DocxWriter
from services.notify.adapters.fonts import FontSet, folders
from services.notify.adapters.registers import read_document_types
from tests.support.wanting import Wanting
from tests.unit.services.notify.paper_facts import document

_WITHIN_S = 150


class LibreOfficeMissing(Wanting):
    what = "LibreOffice"
    required = False


def office() -> str:
    """Its program. Raises LibreOfficeMissing."""
    if (found := shutil.which("soffice") or shutil.which("libreoffice")) is None:
        raise LibreOfficeMissing("LibreOffice is not installed")
    return found


def _with_fonts(folder: Path) -> dict[str, str]:
    """Environment in which it finds ours: a machine without any Chinese font draws, and reads back, boxes."""
    listed = "".join(f"<dir>{one}</dir>" for one in folders())
    settings = folder / "fonts.conf"
    settings.write_text(f"<fontconfig>{listed}<cachedir>{folder}/cache</cachedir></fontconfig>", encoding="utf-8")
    return {**os.environ, "FONTCONFIG_FILE": str(settings)}


def test_every_docx_opens_in_libreoffice_and_says_its_words(tmp_path: Path) -> None:
    program, made = office(), {type_: document(type_) for type_ in read_document_types()}
    writer = DocxWriter(Charts(FontSet(folders())))
    for type_, one in made.items():
        (tmp_path / f"{type_}.docx").write_bytes(writer.write(one))
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    files = sorted(str(file) for file in tmp_path.glob("*.docx"))
    command = [program, profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), *files]
    subprocess.run(command, check=True, capture_output=True, timeout=_WITHIN_S, env=_with_fonts(tmp_path))
    for type_, one in made.items():
        pages = PdfReader(tmp_path / f"{type_}.pdf").pages
        words = re.sub(r"\s", "", "".join(page.extract_text() for page in pages))
        assert re.sub(r"\s", "", one.title)[:10] in words, type_
