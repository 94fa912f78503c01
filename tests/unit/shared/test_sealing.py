"""Rings of keys: what was sealed under an old one opens, what is new is sealed under the new one."""

import base64
import os

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.sealing import AES, SM4, SecretBox, SecretUnreadable, new_sealing_key


@pytest.mark.parametrize("kind", [AES, SM4])
def test_a_sealed_text_opens_with_its_key_and_purpose_alone(kind: str) -> None:
    box = SecretBox(new_sealing_key(kind))
    sealed = box.seal("身份证", "a")
    assert box.open(sealed, "a") == "身份证"
    assert box.seal("身份证", "a") != sealed
    for other, purpose in ((box, "b"), (SecretBox(new_sealing_key(kind)), "a")):
        with pytest.raises(SecretUnreadable):
            other.open(sealed, purpose)


@pytest.mark.parametrize("kind", [AES, SM4])
@pytest.mark.parametrize("place", [0, 8, 15, -1])
def test_one_flipped_bit_is_noticed(kind: str, place: int) -> None:
    box = SecretBox(new_sealing_key(kind))
    head, _, text = box.seal("身份证", "a").rpartition(".")
    raw = bytearray(base64.b64decode(text))
    raw[place] ^= 1
    with pytest.raises(SecretUnreadable):
        box.open(f"{head}.{base64.b64encode(raw).decode()}", "a")


def test_keys_follow_each_other_also_of_another_kind() -> None:
    old, new = new_sealing_key(AES), new_sealing_key(SM4)
    before = SecretBox(old).seal("旧", "a")
    rotated = SecretBox(f"{new}, {old}")
    assert rotated.open(before, "a") == "旧"
    assert not rotated.is_newest(before)
    after = rotated.seal("新", "a")
    assert rotated.is_newest(after)
    assert SecretBox(new).open(after, "a") == "新"
    for box, sealed in ((SecretBox(new), before), (SecretBox(old), after)):
        with pytest.raises(SecretUnreadable):
            box.open(sealed, "a")


def test_what_was_sealed_before_there_were_rings_opens() -> None:
    key, nonce = os.urandom(32), os.urandom(12)
    sealed = "v1." + base64.b64encode(nonce + AESGCM(key).encrypt(nonce, "旧".encode(), b"a")).decode()
    ring = f"{new_sealing_key()},{base64.b64encode(key).decode()}"
    assert SecretBox(ring).open(sealed, "a") == "旧"


@pytest.mark.parametrize("bad", ["", "sm4:", "sm4:" + "A" * 44, "rot13:AAAA", "c2hvcnQ=", f"{new_sealing_key()},"])
def test_a_ring_with_anything_else_in_it_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match=r"base64|key|padding"):
        SecretBox(bad)


@pytest.mark.parametrize("sealed", ["v2.", "v2.x", "v2.0123456789abcdef.AAAA", "v2..AAAA", "v3.a.b"])
def test_what_was_never_sealed_is_unreadable(sealed: str) -> None:
    with pytest.raises(SecretUnreadable):
        SecretBox(new_sealing_key()).open(sealed, "a")
