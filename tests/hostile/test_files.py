"""Files made to break who reads them: refused with a reason, or kept unread; and the house goes on."""

import io
import struct
import zipfile
import zlib
from typing import Any

import pytest

from tests.hostile.conftest import Target
from tests.system import patch_samples
from tests.system.running_house import RunningHouse

FORM = {"kind": "audiovisual", "item": "photo", "title": "现场", "stage": "before", "view": "close", "source": "camera"}
BOOK = (
    b'<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    b'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
    b'<sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>'
)
RELATIONS = (
    b'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    b'<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s" '
    b'Target="%s"/></Relationships>'
)
TYPES = (
    b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    b'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    b'<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" '
    b'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)


def laughs() -> bytes:
    """An entity of ten of ten of ten … of the next: a gigabyte when it is unfolded."""
    entities = b"".join(b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10) for n in range(1, 10))
    return b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "haha">%s]><worksheet>&e9;</worksheet>' % entities


def outside() -> bytes:
    return b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><worksheet>&e;</worksheet>'


def spreadsheet(sheet: bytes) -> bytes:
    return zipped(
        {
            "[Content_Types].xml": TYPES,
            "_rels/.rels": RELATIONS % (b"officeDocument", b"xl/workbook.xml"),
            "xl/workbook.xml": BOOK,
            "xl/_rels/workbook.xml.rels": RELATIONS % (b"worksheet", b"worksheets/sheet1.xml"),
            "xl/worksheets/sheet1.xml": sheet,
        }
    )


def zipped(members: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()


def nested() -> bytes:
    inner = zipped({"a.shp": bytes(1 << 20)})
    return zipped({f"{n}.zip": inner for n in range(20)})


def with_path(name: str) -> bytes:
    return zipped({name: b"x", "a.shp": b"x", "a.dbf": b"x", "a.prj": b"x", "a.shx": b"x"})


def picture(width: int, height: int) -> bytes:
    """A PNG that says so of itself, and holds one row."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1 + 3 * min(width, 100_000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


IMPORTS: dict[str, tuple[str, bytes]] = {
    "zip bomb": ("a.zip", patch_samples.bomb()),
    "zips in a zip": ("a.zip", nested()),
    "a way out": ("a.zip", with_path("../../../../tmp/tianwei-was-here")),
    "a way out of Windows": ("a.zip", with_path("..\\..\\tianwei-was-here")),
    "an absolute way": ("a.zip", with_path("/tmp/tianwei-was-here")),
    "ten thousand members": ("a.zip", zipped({f"{n}.txt": b"" for n in range(10_000)})),
    "a billion laughs": ("a.xlsx", spreadsheet(laughs())),
    "a file of the machine": ("a.xlsx", spreadsheet(outside())),
    "a sheet of a gigabyte": ("a.xlsx", spreadsheet(b"<worksheet>" + b" " * (200 << 20) + b"</worksheet>")),
    "a script": ("a.zip", b"#!/bin/sh\nrm -rf /\n"),
    "geojson without end": ("a.geojson", b'{"type":"FeatureCollection","features":[' + b"[" * 2_000_000),
    "sqlite of nobody": ("a.gpkg", b"SQLite format 3\0" + bytes(4096)),
    "a way to a database elsewhere": (
        "a.geojson",
        b'<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer>'
        b"</OGRVRTDataSource>",
    ),
}


@pytest.mark.timeout(150)
def test_a_file_that_would_break_its_reader_is_refused_with_a_reason(house: RunningHouse) -> None:
    """All at once: one must not hold up another for longer than its reader's limits."""
    jobs = {}
    for name, (file_name, content) in IMPORTS.items():
        for path in ("/clue-imports", "/case-imports") if file_name.endswith(".xlsx") else ("/clue-imports",):
            answer = house.coordinator.ask("POST", path, files={"file": (file_name, content)})
            assert answer.status_code in (202, 413, 422), f"{name}: {answer.text}"
            if answer.status_code == 202:
                jobs[f"{path} {name}"] = f"{path}/{answer.json()['id']}"
    for name, path in jobs.items():
        house.until(lambda path=path: house.coordinator.get(path)["state"] in ("finished", "refused"), name)  # type: ignore[misc]
        ended = house.coordinator.get(path)
        assert ended["state"] == "refused", f"{name}: {ended}"
        assert ended["problem"]["code"].startswith(("file.", "patch.", "import.", "row")), f"{name}: {ended['problem']}"
        assert "passwd" not in str(ended["problem"])
        assert "root:" not in str(ended)


def added(house: RunningHouse, target: Target, name: str, content: bytes) -> Any:
    return house.coordinator.ask(
        "POST", f"/cases/{target.case['id']}/evidence", files={"file": (name, content)}, data=FORM
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jpg", b"MZ\x90\0" + bytes(2000)),
        ("a.jpg", b"\x7fELF" + bytes(2000)),
        ("a.png", b"\0\0\0\0" * 100),
        ("a.jpg", b""),
    ],
)
def test_a_program_by_the_name_of_a_picture_is_not_taken(
    name: str, content: bytes, house: RunningHouse, target: Target
) -> None:
    answer = added(house, target, name, content)
    assert answer.status_code == 422, answer.text


@pytest.mark.parametrize("pixels", [(100_000, 100_000), (2**31 - 1, 2**31 - 1), (0, 0)])
def test_a_picture_of_billions_of_points_is_kept_and_never_unfolded(
    pixels: tuple[int, int], house: RunningHouse, target: Target
) -> None:
    answer = added(house, target, "a.png", picture(*pixels))
    assert answer.status_code == 201, answer.text
    path = f"/evidence/{answer.json()['id']}"
    house.until(lambda: house.coordinator.get(path)["state"] != "unexamined", "the picture examined")
    told = house.coordinator.get(path)
    assert [flag["code"] for flag in told["flags"]], told
    assert not told["thumbnails"]


def test_markup_among_evidence_is_saved_and_never_shown(house: RunningHouse, target: Target) -> None:
    """What a browser would run has no type of its own here; it comes as text, to be saved, in a cage."""
    page = b"<html><script>fetch('/api/v1/me')</script></html>"
    piece = added(house, target, "a.html", page).json()
    path = f"/evidence/{piece['id']}"
    house.until(lambda: house.coordinator.get(path)["state"] != "unexamined", "examined")
    answer = house.coordinator.ask("GET", f"{path}/content", params={"why": "核对"})
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "html" not in answer.headers["content-type"]
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../../../etc/cron.d/x.jpg", "x.jpg"),
        ("..\\..\\windows\\x.jpg", "x.jpg"),
        ("/absolute/x.jpg", "x.jpg"),
    ],
)
def test_a_name_is_only_a_name(given: str, kept: str, house: RunningHouse, target: Target) -> None:
    answer = added(house, target, given, picture(1, 1))
    assert answer.status_code == 201, answer.text
    assert answer.json()["file_name"] == kept


@pytest.mark.parametrize("name", ["照片\u202egpj.exe", "a\u2066b.jpg"])
def test_a_name_that_reads_otherwise_than_it_is_is_refused(name: str, house: RunningHouse, target: Target) -> None:
    assert added(house, target, name, picture(1, 1)).status_code == 422


def test_a_form_of_countless_parts_is_refused(house: RunningHouse, target: Target) -> None:
    files: Any = [("file", ("a.png", picture(1, 1)))] + [(f"f{n}", (None, b"x")) for n in range(2000)]
    answer = house.coordinator.ask("POST", f"/cases/{target.case['id']}/evidence", files=files)
    assert answer.status_code == 400
