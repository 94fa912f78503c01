"""GB/T 9704-2012 in numbers (domain.md 5.4): what both writers measure by. Names say mm and pt."""

import math
import unicodedata

from services.notify.domain.blocks import Document, Layout

MM = 72 / 25.4  # points a millimetre

PAGE_WIDTH_MM, PAGE_HEIGHT_MM = 210, 297
TOP_MM, LEFT_MM, RIGHT_MM, BOTTOM_MM = 37, 28, 26, 35
AREA_WIDTH_MM, AREA_HEIGHT_MM = 156, 225
LINES, CHARACTERS = 22, 28

# 3号 is 16 pt in word processors; 28 of them need 448 pt and the area has 442: each is set 15.75 pt wide (5.54 mm).
CHARACTER_PT = 15.75
PITCH_PT = 28.95  # a line: 22 of them are 225 mm
BODY_PT, TITLE_PT, TITLE_PITCH_PT, SMALL_PT = 16, 22, 35, 14  # 3号, 2号, 4号
FORM_PT, FORM_PITCH_PT = 12, 20  # 小4, in tables and forms

MARK_BELOW_AREA_TOP_MM = 35  # document and minutes: top of the mark under the top of the type area
LETTER_MARK_TOP_MM = 30  # letter: top of the mark under the top of the page
LINE_BELOW_MM = 4  # red line under the number, in the letter under the mark
LETTER_LINE_MM = 170
LETTER_LINE_BOTTOM_MM = 20  # second double line above the bottom of the page
PAGE_NUMBER_BELOW_MM = 7
THICK_MM, THIN_MM = 0.35, 0.25  # lines of the 版记

# The QR code stands in the lower margin of the first page, left, above a letter's lower double line; its page number is
# at the right.
QR_MM, QR_TOP_MM, QR_GAP_MM, QR_TEXT_PT = 11.5, 262.5, 2, 10.5

DOCUMENT_MARK_PT, LETTER_MARK_PT = 48, 38
RED = "FF0000"

SIGNATURE_GAP_LINES = 2  # between text and signature: the seal's upper half
DATE_INDENT = 4  # characters, at the right
ATTACHMENTS, SIGNER, COPIES, PRINTED, UNIT = "附件：", "签发人：", "抄送：", "印发", "填报单位："
# Words and signs that the writers add; the fonts must have them too.
FIXED = ATTACHMENTS + SIGNER + COPIES + PRINTED + UNIT + "。（）—0123456789. ：年月日"


def verify_words(document: Document) -> str:
    """Beside the QR code: for whoever cannot scan it, the code in fours. Empty for a draft."""
    code = document.verify_url.rpartition("/")[2]
    return f"扫码核验　{'-'.join(code[at : at + 4] for at in range(0, len(code), 4))}" if code else ""


def width(text: str) -> float:
    """In full-width characters: a Latin letter or digit is half of one."""
    return sum(1.0 if unicodedata.east_asian_width(sign) in "WFA" else 0.5 for sign in text)


def balanced(text: str, most: float) -> float:
    """Width in characters within which a centred title breaks into lines of about equal length, at most `most`."""
    lines = math.ceil(width(text) / most)
    return most if lines <= 1 else min(most, math.ceil(width(text) / lines) + 1)


def signature_indents(name: str, dated: str) -> tuple[float, float]:
    """Right indents of the signature and of the date, in characters.

    The date stands four from the right and the name is centred on it; a name too long for that stands two from the
    right and takes the date with it.
    """
    middle = max(DATE_INDENT + width(dated) / 2, 2 + width(name) / 2)
    return middle - width(name) / 2, middle - width(dated) / 2


def has_end_block(document: Document) -> bool:
    """Whether a 版记 closes the document: its lines belong to the document layout, others only name the copies."""
    return bool(document.copies) or (document.layout is Layout.DOCUMENT and document.printed_on is not None)
