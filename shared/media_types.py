"""What kind of file something is, told by its content and never by its name; which kinds evidence may be."""

import re

HEAD_BYTES = 8 * 1024
TAIL_BYTES = 64 * 1024

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_OLE = "application/x-ole-storage"

# Media type -> the extensions it goes by, its usual one first.
_EXTENSIONS: dict[str, tuple[str, ...]] = {
    "image/jpeg": ("jpg", "jpeg", "jpe"),
    "image/png": ("png",),
    "image/webp": ("webp",),
    "image/tiff": ("tif", "tiff", "dng"),
    "image/heic": ("heic", "heif"),
    "application/pdf": ("pdf",),
    "application/ofd": ("ofd",),
    _WORD: ("docx",),
    _SHEET: ("xlsx",),
    _OLE: ("doc", "xls", "wps", "et", "ppt"),
    "application/zip": ("zip",),
    "video/mp4": ("mp4", "m4v"),
    "video/quicktime": ("mov", "qt"),
    "video/3gpp": ("3gp",),
    "video/x-msvideo": ("avi",),
    "video/x-matroska": ("mkv", "webm"),
    "audio/mp4": ("m4a",),
    "audio/mpeg": ("mp3",),
    "audio/wav": ("wav",),
    "audio/amr": ("amr",),
    "text/plain": ("txt", "csv", "geojson", "json", "log"),
}
ACCEPTED = tuple(_EXTENSIONS)
EXTENSIONS = {type_: names[0] for type_, names in _EXTENSIONS.items()}
# What a browser may show by itself; everything else is only ever saved.
SHOWN = frozenset(
    type_ for type_ in ACCEPTED if type_.partition("/")[0] in ("image", "video", "audio") and type_ != "image/tiff"
) | {"application/pdf"}

_BRANDS = {
    "heic": "image/heic",
    "heix": "image/heic",
    "hevc": "image/heic",
    "mif1": "image/heic",
    "msf1": "image/heic",
    "qt  ": "video/quicktime",
    "M4A ": "audio/mp4",
    "M4B ": "audio/mp4",
}
_RIFF = {b"WEBP": "image/webp", b"AVI ": "video/x-msvideo", b"WAVE": "audio/wav"}
_STARTS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"%PDF-", "application/pdf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _OLE),
    (b"\x1a\x45\xdf\xa3", "video/x-matroska"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"#!AMR", "audio/amr"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def sniff(head: bytes, tail: bytes) -> str | None:
    """The media type of a content, None for what evidence may not be. head, tail: its first and last bytes.

    tail: a ZIP has its list of members at its end.
    """
    for start, type_ in _STARTS:
        if head.startswith(start):
            return type_
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12])
    if head[4:8] == b"ftyp":
        brand = head[8:12].decode("latin-1")
        return "video/3gpp" if brand.startswith("3g") else _BRANDS.get(brand, "video/mp4")
    if head.startswith(b"PK\x03\x04"):
        return _packed(head + tail)
    return "text/plain" if _is_text(head) else None


def agrees(type_: str, file_name: str) -> bool:
    """Whether a file's name says what its content is."""
    _, dot, extension = file_name.rpartition(".")
    return bool(dot) and extension.lower() in _EXTENSIONS[type_]


def _packed(listed: bytes) -> str:
    if b"OFD.xml" in listed:
        return "application/ofd"
    if b"word/document.xml" in listed:
        return _WORD
    if b"xl/workbook.xml" in listed:
        return _SHEET
    return "application/zip"


def _is_text(head: bytes) -> bool:
    for encoding in ("utf-8", "gb18030"):
        for cut in range(4):  # a character may be cut in two at the end of the head
            try:
                text = head[: len(head) - cut].decode(encoding)
            except UnicodeDecodeError:
                continue
            return not _CONTROL.search(text)
    return False
