"""Receipt codes: read however they are typed, and no slip of a finger passes."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.notify.domain.errors import ReceiptCodeWrong
from services.notify.domain.receipt_code import ReceiptCode

_IDS = st.uuids()
_TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31), timezones=st.just(UTC), allow_imaginary=False).map(
    lambda at: at.replace(second=0, microsecond=0)
)
_CODES = st.builds(ReceiptCode, _IDS, st.from_regex(r"[a-z]{2,12}(_[a-z]{2,12})?", fullmatch=True), _TIMES)
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ_"


@given(_CODES)
def test_a_code_reads_back(code: ReceiptCode) -> None:
    assert ReceiptCode.parse(str(code)) == code


@given(_CODES)
def test_it_may_be_typed_carelessly(code: ReceiptCode) -> None:
    typed = str(code).lower().replace("0", "o", 1) if str(code)[0] == "0" else str(code).lower()
    wide = "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in typed)
    assert ReceiptCode.parse(f"  {wide}\u3000\n") == code
    assert ReceiptCode.parse(str(code).replace("-", " — ")) == code


@given(_CODES, st.data())
def test_one_wrong_character_shows(code: ReceiptCode, data: st.DataObject) -> None:
    text = str(code)
    at = data.draw(st.sampled_from([place for place, char in enumerate(text) if char != "-"]))
    wrong = data.draw(st.sampled_from([char for char in _SIGNS if char != text[at]]))
    with pytest.raises(ReceiptCodeWrong):
        ReceiptCode.parse(text[:at] + wrong + text[at + 1 :])


@given(_CODES, st.data())
def test_two_swapped_neighbours_show(code: ReceiptCode, data: st.DataObject) -> None:
    text = str(code)
    at = data.draw(st.sampled_from(range(len(text) - 4)))
    assume(text[at] != text[at + 1] and "-" not in text[at : at + 2])
    with pytest.raises(ReceiptCodeWrong):
        ReceiptCode.parse(text[:at] + text[at + 1] + text[at] + text[at + 2 :])


@given(st.text(max_size=250))
def test_anything_else_is_refused_with_the_part_that_is_wrong(text: str) -> None:
    with pytest.raises(ReceiptCodeWrong) as refused:
        ReceiptCode.parse(text)
    assert refused.value.facts["part"] in ("form", "package-id", "time", "check-digits")


def test_time_is_that_of_the_county() -> None:
    code = ReceiptCode(UUID(int=1), "party_committee", datetime(2026, 4, 27, 10, 30, tzinfo=UTC))
    assert str(code).startswith("00000-00000-00000-00000-000001-PARTY_COMMITTEE-202604271830-")
