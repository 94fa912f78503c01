"""The program that lies in every bundle: standard digests and signatures, and nothing of ours."""

import ast
import base64
import io
import sys

import pytest

from shared import keys
from shared.blobs import digested
from shared.bundles.script import verify_script
from shared.bundles.verifier.digests import Sm3
from shared.bundles.verifier.signatures import key_id, verifies

CONTENT = "一份公文".encode()


def test_our_own_sm3_is_the_standard_one() -> None:
    for content in (b"", b"abc", b"abcd" * 16, b"x" * 1000):
        ours = Sm3()
        for at in range(0, len(content), 7):
            ours.update(content[at : at + 7])
        assert ours.hexdigest() == digested(io.BytesIO(content)).sm3


@pytest.mark.parametrize("kind", [keys.ED25519, keys.SM2])
def test_our_own_signatures_are_the_standard_ones(kind: str) -> None:
    for _ in range(3):
        private = keys.new_key(kind)
        public, signed = keys.public_key(private), keys.sign(private, CONTENT)
        assert verifies(public, kind, signed.value, CONTENT)
        assert key_id(public) == signed.key_id
        assert not verifies(public, kind, signed.value, CONTENT + b".")
        assert not verifies(keys.public_key(keys.new_key(kind)), kind, signed.value, CONTENT)


# RFC 8032, 7.1, tests 1 to 3; and a public key that is none.
RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


def base64_of(raw: str) -> str:
    return base64.b64encode(bytes.fromhex(raw)).decode()


@pytest.mark.parametrize(("public", "content", "value"), RFC_8032)
def test_the_vectors_of_the_standard_hold(public: str, content: str, value: str) -> None:
    assert verifies(f"ed25519:{base64_of(public)}", "ed25519", base64_of(value), bytes.fromhex(content))


@pytest.mark.parametrize("kind", [keys.ED25519, keys.SM2])
def test_what_is_no_signature_or_no_key_is_refused(kind: str) -> None:
    private = keys.new_key(kind)
    public, signed = keys.public_key(private), keys.sign(private, CONTENT)
    for other in ("", "!", base64_of("00" * 64), base64_of("ff" * 64), base64_of("00" * 63), signed.value + "AAAA"):
        assert not verifies(public, kind, other, CONTENT)
    size = 32 if kind == keys.ED25519 else 64
    for key in (
        "rsa:AAAA",
        "",
        f"{kind}:",
        f"{kind}:!",
        *(f"{kind}:{base64_of(byte * size)}" for byte in ("ff", "02")),
    ):
        assert not verifies(key, kind, signed.value, CONTENT)


def test_every_flipped_bit_of_a_signature_is_seen() -> None:
    private = keys.new_key(keys.ED25519)
    public, raw = keys.public_key(private), keys.sign(private, CONTENT).value
    value = base64.b64decode(raw)
    for at in range(0, 512, 37):
        other = bytearray(value)
        other[at // 8] ^= 1 << at % 8
        assert not verifies(public, "ed25519", base64.b64encode(bytes(other)).decode(), CONTENT)


def test_the_script_is_one_file_of_the_standard_library_for_python_3_8() -> None:
    tree = ast.parse(verify_script(), feature_version=(3, 8))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in imported} <= {*sys.stdlib_module_names, "__future__"}
    assert b"from shared" not in verify_script()
