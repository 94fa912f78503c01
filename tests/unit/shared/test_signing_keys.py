"""One signing key takes the place of another: both are good for a while, none is unknown, what is over is over."""

import base64
import time
from pathlib import Path

import jwt
import pytest

from gateway.auth.errors import TokenInvalid
from gateway.auth.tokens import AccessTokens
from shared import signing_keys
from shared.contracts.codes import Role
from shared.errors import Unauthenticated
from shared.ids import new_id
from shared.keys import KeyUnusable
from shared.principal import Actor, PrincipalSigner, PrincipalVerifier
from shared.signing_keys import SigningKeys, Texts, VerifyingKeys, fresh, listed, rotated

NOW = 1_780_000_000.0
ACTOR = Actor("a", "甲", frozenset({Role.COORDINATOR}), "640521", "640521")


class House:
    """A gateway and a service whose keys lie in files; time moves by hand."""

    def __init__(self, folder: Path) -> None:
        self.private, self.public = folder / "signing_key", folder / "public"
        self.ahead = 0.0
        self.steady = 100.0
        self.texts = fresh()
        self.write(self.texts)
        clocks = {"now": self.now, "steady": lambda: self.steady}
        self.signing = SigningKeys(self.private.read_text(), self.private.read_text, **clocks)
        self.verifying = VerifyingKeys(self.public.read_text(), self.public.read_text, **clocks)
        self.tokens = AccessTokens(self.signing)
        self.signer, self.verifier = PrincipalSigner(self.signing), PrincipalVerifier(self.verifying)

    def now(self) -> float:
        return time.time() + self.ahead

    def write(self, texts: Texts) -> None:
        self.texts = texts
        self.public.write_text(texts.public)
        self.private.write_text(texts.private)

    def rotate(self, good_for_s: float = 1200.0) -> None:
        self.write(rotated(self.texts, self.now(), good_for_s))

    def passes(self, seconds: float) -> None:
        self.ahead += seconds
        self.steady += seconds


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_a_new_key_is_at_work_without_a_restart_and_old_tokens_stay_good(house: House) -> None:
    account = new_id()
    token, principal = house.tokens.issue(account, None), house.signer.sign(ACTOR)
    house.rotate()
    house.passes(2.0)
    new_token, new_principal = house.tokens.issue(account, None), house.signer.sign(ACTOR)
    assert _kid(new_token) != _kid(token)
    for each in (token, new_token):
        assert house.tokens.read(each).account_id == account
    for each in (principal, new_principal):
        assert house.verifier.verify(each) == ACTOR


def test_a_service_that_has_just_looked_still_finds_a_key_that_is_new(house: House) -> None:
    """Between the two files lies more time than between two looks for an unknown key."""
    house.verifier.verify(house.signer.sign(ACTOR))
    house.rotate()
    house.steady += signing_keys.BETWEEN_FILES_S
    fresh_principal = PrincipalSigner(house.texts.private).sign(ACTOR)
    assert house.verifier.verify(fresh_principal) == ACTOR


def test_the_old_key_ends_by_itself(house: House) -> None:
    account = new_id()
    token = house.tokens.issue(account, None)
    house.rotate(good_for_s=600.0)
    house.passes(601.0)
    with pytest.raises(TokenInvalid):
        house.tokens.read(token)


def test_a_key_that_leaked_ends_at_once_for_access_tokens(house: House) -> None:
    token, principal = house.tokens.issue(new_id(), None), house.signer.sign(ACTOR)
    house.rotate(good_for_s=0.0)
    house.passes(1.0)
    with pytest.raises(TokenInvalid):
        house.tokens.read(token)
    assert house.verifier.verify(principal) == ACTOR  # under way: it lives for a minute anyhow
    house.passes(66.0)
    forged = PrincipalSigner(house.texts.private.split("\n")[0]).sign(ACTOR)
    assert house.verifier.verify(forged) == ACTOR
    assert house.verifying.public(_kid(principal)) is None


def test_rotating_twice_keeps_no_end_longer_than_it_was() -> None:
    one = fresh()
    two = rotated(one, NOW, 600.0)
    three = rotated(two, NOW + 60.0, 6000.0)
    ends = [until for _, until in listed(three.public)]
    assert ends == [None, NOW + 6060.0, NOW + 600.0]
    assert [until for _, until in listed(rotated(three, NOW + 601.0, 600.0).public)] == [
        None,
        NOW + 1201.0,
        NOW + 1201.0,
    ]


def test_what_cannot_be_read_leaves_the_keys_as_they_were(house: House) -> None:
    account = new_id()
    token = house.tokens.issue(account, None)
    for text in ("", "half a ke", f"{house.texts.private} soon", f"{house.texts.private} 1 2"):
        house.private.write_text(text)
        house.passes(2.0)
        assert house.tokens.read(token).account_id == account
    house.private.unlink()
    house.passes(2.0)
    assert house.tokens.read(house.tokens.issue(account, None)).account_id == account


def test_forged_names_of_keys_are_not_a_reading_each() -> None:
    readings = 0
    texts = fresh()

    def reread() -> str:
        nonlocal readings
        readings += 1
        return texts.public

    verifying = VerifyingKeys(texts.public, reread, steady=lambda: 100.0)
    for number in range(100):
        assert verifying.public(f"forged-{number}") is None
    assert readings == 1


def test_a_token_that_names_no_key_is_of_the_only_one_or_of_none() -> None:
    one = fresh()
    assert VerifyingKeys(one.public).public(None) is not None
    assert VerifyingKeys(rotated(one, NOW, 1e12).public, now=lambda: NOW).public(None) is None


def test_a_name_of_a_key_proves_nothing() -> None:
    """Signed by another key under the house's name of its own."""
    house, thief = fresh(), fresh()
    signer = PrincipalSigner(thief.private)
    _, key = SigningKeys(thief.private).current()
    kid = SigningKeys(house.private).current()[0]
    signer._keys.current = lambda: (kid, key)  # type: ignore[method-assign]
    with pytest.raises(Unauthenticated):
        PrincipalVerifier(house.public).verify(signer.sign(ACTOR))


@pytest.mark.parametrize("text", ["", "\n", "AAAA", "not base64!", base64.b64encode(b"x" * 33).decode()])
def test_what_is_no_key_is_refused_at_start(text: str) -> None:
    for kind in (SigningKeys, VerifyingKeys):
        with pytest.raises(KeyUnusable):
            kind(text)


def _kid(token: str) -> str:
    return str(jwt.get_unverified_header(token)["kid"])
