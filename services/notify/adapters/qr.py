"""The QR code by which a copy on paper is verified: one symbol, as SVG for the PDF and as PNG for the DOCX."""

import io

import segno

_DOTS = 8  # pixels a module, of the PNG


def svg(url: str) -> str:
    """Without a border: the page around it is white."""
    made = io.BytesIO()
    _symbol(url).save(made, kind="svg", border=0, xmldecl=False, nl=False)
    return made.getvalue().decode()


def png(url: str) -> bytes:
    """The same bytes for the same address."""
    made = io.BytesIO()
    _symbol(url).save(made, kind="png", border=0, scale=_DOTS)
    return made.getvalue()


def _symbol(url: str) -> segno.QRCode:
    """Level M: a seventh of it may be dirty."""
    return segno.make_qr(url, error="m", boost_error=False)
