"""What is known of a package's attachments before anything is done with them."""

import io

from services.agencies.domain.attachments import Attachment
from shared import media_types
from shared.blobs import digested
from shared.exchange.package import Package


def attachments_of(package: Package) -> tuple[Attachment, ...]:
    """Reads every byte of them."""
    return tuple(_attachment(name, content) for name, content in package.attachments.items())


def _attachment(name: str, content: bytes) -> Attachment:
    told = digested(io.BytesIO(content))
    kind = media_types.sniff(content[: media_types.HEAD_BYTES], content[-media_types.TAIL_BYTES :])
    return Attachment(name, told.sha256, told.sm3, told.size, kind)
