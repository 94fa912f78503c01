"""What may come with an answer, and what its vendor is told of the rest."""

import pytest

from services.agencies.domain.answers import fault
from services.agencies.domain.attachments import Attachment, digest_of, not_taken, refused


def file(
    name: str = "现场.jpg", media_type: str | None = "image/jpeg", size: int = 10, sha256: str = "a"
) -> Attachment:
    return Attachment(name, sha256 * 64, "b" * 64, size, media_type)


@pytest.mark.parametrize(
    ("verb", "one", "reason"),
    [
        ("report", file(), None),
        ("sign", file("回执.pdf", "application/pdf"), None),
        ("report", file(size=0), "attachment-empty"),
        ("report", file("程序.jpg", None), "attachment-type"),
        ("received", file(), "attachment-without-task"),
        ("resend", file(), "attachment-without-task"),
    ],
)
def test_what_may_come_with_an_answer(verb: str, one: Attachment, reason: str | None) -> None:
    faults = refused(verb, [file("另一.png", "image/png"), one] if verb == "report" else [one])
    assert [(told.field, told.reason) for told in faults] == ([(one.field, reason)] if reason else [])
    assert all("附件" in told.text for told in faults)


def test_of_a_parked_answer_every_file_is_named_once() -> None:
    wrong = fault("attachments/程序.jpg", "attachment-type")
    told = not_taken([file("程序.jpg", None), file()], [wrong, fault("data.form", "missing")])
    assert [(one.field, one.reason) for one in told] == [("attachments/现场.jpg", "attachment-not-taken")]


def test_the_same_words_with_other_files_are_another_answer() -> None:
    raw = b"{}"
    digests = {
        digest_of(raw, files)
        for files in ([], [file()], [file(sha256="c")], [file("改名.jpg")], [file(), file("另一.png")])
    }
    assert len(digests) == 5
    assert digest_of(raw, [file(), file("另一.png")]) == digest_of(raw, [file("另一.png"), file()])


def test_a_name_that_says_another_kind_than_the_content_is_known() -> None:
    assert file("现场.pdf").name_differs
    assert not file("现场.JPEG").name_differs
