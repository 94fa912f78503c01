"""Of a provider's keys those count that can verify and are strong; whatever is published, nothing breaks."""

import contextlib
import json
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from gateway.auth.oidc_keys import KeysUnreadable, key_for, read_keys
from tests.support.oidc_nodes import new_key

RSA = new_key("rsa")
EC = ECKey.generate_key("P-256", {"kid": "ec"})
WEAK = {"kty": "RSA", "n": "AQAB" * 40, "e": "AQAB", "kid": "weak"}


def _set(*keys: Any) -> bytes:
    return json.dumps({"keys": [key if isinstance(key, dict) else key.as_dict(private=False) for key in keys]}).encode()


def test_every_kind_of_signing_key_is_read() -> None:
    ed = OKPKey.generate_key("Ed25519", {"kid": "ed"})
    assert [(key.kid, key.kind) for key in read_keys(_set(RSA, EC, ed))] == [
        ("rsa", "RSA"),
        ("ec", "EC"),
        ("ed", "OKP"),
    ]


@pytest.mark.parametrize(
    "row",
    [
        OctKey.generate_key(256, {"kid": "secret"}).as_dict(private=True),
        WEAK,
        {**RSA.as_dict(private=False), "n": "AQAB" * 2000},
        {**RSA.as_dict(private=False), "e": "AQAB" * 20},
        {**RSA.as_dict(private=False), "n": "not base64!"},
        {**RSA.as_dict(private=False), "n": 7},
        {**RSA.as_dict(private=False), "use": "enc"},
        {**RSA.as_dict(private=False), "key_ops": ["encrypt"]},
        {**RSA.as_dict(private=False), "alg": "RSA-OAEP"},
        {**RSA.as_dict(private=False), "kid": ["rsa"]},
        {**EC.as_dict(private=False), "x": "AAAA"},
        {**EC.as_dict(private=False), "crv": "P-0"},
        {"kty": "of the future"},
        {},
        7,
    ],
    ids=count(),
)
def test_what_cannot_verify_is_left_out_and_the_others_stay(row: Any) -> None:
    body = json.dumps({"keys": [row, EC.as_dict(private=False)]}).encode()
    assert [key.kid for key in read_keys(body)] == ["ec"]


def test_a_private_key_that_was_published_is_read_as_public() -> None:
    [key] = read_keys(json.dumps({"keys": [RSA.as_dict(private=True)]}).encode())
    assert not key.key.is_private


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"keys": 7}', b"\xff", json.dumps({"keys": [{}] * 101}).encode()]
)
def test_what_is_no_set_of_keys_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(KeysUnreadable):
        read_keys(body)


@given(
    st.binary()
    | st.recursive(
        st.none() | st.text() | st.integers(),
        lambda v: st.lists(v) | st.dictionaries(st.sampled_from(["keys", "kty", "n", "e", "x", "crv"]), v),
    ).map(lambda v: json.dumps(v).encode())
)
def test_no_bytes_do_more_than_be_refused(body: bytes) -> None:
    with contextlib.suppress(KeysUnreadable):
        read_keys(body)


def test_a_token_without_kid_is_of_the_only_key_or_of_none() -> None:
    two = read_keys(_set(RSA, RSAKey.generate_key(2048, {"kid": "other"}), EC))
    assert key_for(two, None, "RS256") is None
    assert key_for(two, None, "ES256") == key_for(two, "ec", "ES256") is not None
    assert key_for(two, "ec", "RS256") is None
    assert key_for(two, "nobody", "RS256") is None
