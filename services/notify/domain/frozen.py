"""What an issued document has for ever: its number, and what the press froze."""

from dataclasses import dataclass

from shared.contracts.documents import DocumentFile, DocumentSignature


@dataclass(frozen=True)
class Number:
    """发文字号. text: as it stands on paper."""

    series: str
    year: int
    serial: int
    text: str


@dataclass(frozen=True)
class Frozen:
    """What the press made: to be kept as it is. Of a former notice there is the digest of its text alone."""

    issuer: str
    template: str
    content_sha256: str
    files: tuple[DocumentFile, ...]
    signature: DocumentSignature | None
