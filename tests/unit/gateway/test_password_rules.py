"""What a password may not be."""

import contextlib
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.auth import passwords
from gateway.auth.errors import PasswordWeak
from gateway.auth.password_rules import check
from gateway.fresh_password import fresh_password


def _refused(password: str, login: str = "wang") -> str:
    with pytest.raises(PasswordWeak) as refused:
        check(password, login, [])
    assert refused.value.field == "password"
    return str(refused.value.facts["reason"])


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword",
        "Password2026!",
        "P@ssw0rd2026!",
        "123456789012",
        "qwertyuiop12",
        "1qaz2wsx3edc",
        "1qaz@WSX3edc",
        "!!admin-admin!!",
        "woaini1314520",
        "abcdefghijkl",
        "lkjhgfdsaqwe",
        "876543210987",
        "correct horse battery staple",
        "tianwei-2026-2026",
    ],
)
def test_what_guessers_try_first_is_refused(password: str) -> None:
    assert _refused(password) == "password_common"


@pytest.mark.parametrize("password", ["aaaaaaaaaaaa", "abababababab", "111222111222"])
def test_too_few_characters_are_refused(password: str) -> None:
    assert _refused(password) == "password_few_characters"


@pytest.mark.parametrize(
    ("login", "password"),
    [
        ("wang", "Wang-goes-fishing"),
        ("township-640521100", "village 640521100 x"),
        ("zhang.min", "the river Zhang is wide"),
    ],
)
def test_the_login_is_no_part_of_a_password(login: str, password: str) -> None:
    assert _refused(password, login) == "password_holds_login"


def test_a_login_of_two_letters_forbids_no_words() -> None:
    check("a lively lilac tree", "li", [])


def test_a_password_used_before_is_refused() -> None:
    former = [passwords.digest("correct-horse-battery"), passwords.digest("a lively lilac tree")]
    with pytest.raises(PasswordWeak) as refused:
        check("a lively lilac tree", "wang", former)
    assert refused.value.facts["reason"] == "password_used_before"
    check("a lively lilac bush", "wang", former)


def test_what_the_house_makes_is_never_refused() -> None:
    for _ in range(200):
        check(fresh_password(), "wang", [])


@given(st.text(string.printable, min_size=1, max_size=200))
def test_any_text_is_taken_or_refused_and_nothing_else(password: str) -> None:
    with contextlib.suppress(PasswordWeak):
        check(password, "wang", [])
