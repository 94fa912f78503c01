"""The gateway's own keys while one takes the place of another: a token names its key, and for a while two are good.

As text: a key a line, base64 of the 32 raw bytes of Ed25519; a line may go on with unix seconds, until which the key is
good. Of private keys the first signs. Where the setting is a file, it is read again once a second, and at once when a
key is asked for that is not known: so a new key is at work in every process without a restart. What cannot be read
leaves the keys as they were.
"""

import base64
import binascii
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shared import keys

log = logging.getLogger(__name__)

LOOK_AGAIN_S = 1.0
# For a key that is not known; forged names must not become a reading each. Between writing the public and the private
# keys lies more than this, so whoever has looked too recently has seen the new one.
UNKNOWN_S = 0.05
BETWEEN_FILES_S = 0.2
# A principal that is under way ends in time, also when the old key ends at once.
_PRINCIPAL_S = 65
Read = Callable[[], str]


@dataclass(frozen=True)
class SigningKey:
    """until: unix seconds, None for one without an end. private: None where only verifying is done."""

    key_id: str
    public: Ed25519PublicKey
    private: Ed25519PrivateKey | None
    until: float | None


class _Keys:
    """text: the keys at start; raises KeyUnusable. reread: the setting's file, as it is now."""

    def __init__(
        self,
        text: str,
        reread: Read | None,
        now: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._reread, self._now, self._steady = reread, now, steady
        self._text, self._keys = text, self._parsed(text)
        self._looked_at = float("-inf")

    def public(self, key_id: str | None) -> Ed25519PublicKey | None:
        """By which to verify what names this key; None for one that is unknown or over.

        Without a name it is the only key, or none.
        """
        self._look_again(LOOK_AGAIN_S)
        found = self._good(key_id)
        if found is None:
            self._look_again(UNKNOWN_S)
            found = self._good(key_id)
        return found.public if found else None

    def _good(self, key_id: str | None) -> SigningKey | None:
        good = [key for key in self._keys if key.until is None or key.until > self._now()]
        if key_id is None:
            return good[0] if len(good) == 1 else None
        return next((key for key in good if key.key_id == key_id), None)

    def _look_again(self, older_than_s: float) -> None:
        if self._reread is None or self._steady() - self._looked_at < older_than_s:
            return
        self._looked_at = self._steady()
        try:
            text = self._reread()
            if text != self._text:
                self._text, self._keys = text, self._parsed(text)
        except (OSError, keys.KeyUnusable) as error:
            log.warning("signing keys stay as they were: %s", error)

    def _parsed(self, text: str) -> tuple[SigningKey, ...]:
        found = tuple(self._key(line.split()) for line in text.splitlines() if line.strip())
        if not found:
            raise keys.KeyUnusable("no key")
        return found

    def _key(self, words: list[str]) -> SigningKey:
        raise NotImplementedError


class VerifyingKeys(_Keys):
    """Public keys: of whoever verifies principals."""

    def __init__(self, text: str, reread: Read | None = None, **clocks: Callable[[], float]) -> None:
        super().__init__(text, reread, **clocks)

    def _key(self, words: list[str]) -> SigningKey:
        raw, until = _raw(words)
        return SigningKey(_key_id(raw), Ed25519PublicKey.from_public_bytes(raw), None, until)


class SigningKeys(_Keys):
    """Private keys: of the gateway."""

    def __init__(self, text: str, reread: Read | None = None, **clocks: Callable[[], float]) -> None:
        super().__init__(text, reread, **clocks)

    def current(self) -> tuple[str, Ed25519PrivateKey]:
        """What signs now: its name and the key."""
        self._look_again(LOOK_AGAIN_S)
        first = self._keys[0]
        assert first.private is not None
        return first.key_id, first.private

    def _key(self, words: list[str]) -> SigningKey:
        raw, until = _raw(words)
        private = Ed25519PrivateKey.from_private_bytes(raw)
        public = private.public_key()
        return SigningKey(_key_id(public.public_bytes_raw()), public, private, until)


@dataclass(frozen=True)
class Texts:
    """Private and public keys of one gateway as their settings hold them; line by line they belong together."""

    private: str
    public: str


def fresh() -> Texts:
    """One new key."""
    private = Ed25519PrivateKey.generate()
    return Texts(_text(private.private_bytes_raw()), _text(private.public_key().public_bytes_raw()))


def rotated(old: Texts, now: float, good_for_s: float) -> Texts:
    """A new key signs; what signed so far stays good for verifying so long; what was over is left out.

    now: unix seconds. good_for_s: 0 ends access tokens at once, principals within the minute. Raises KeyUnusable.
    """
    SigningKeys(old.private)
    VerifyingKeys(old.public)
    new = fresh()
    private = [new.private, *_kept(old.private, now, now + good_for_s)]
    public = [new.public, *_kept(old.public, now, now + max(good_for_s, _PRINCIPAL_S))]
    return Texts("\n".join(private), "\n".join(public))


def listed(public: str) -> list[tuple[str, float | None]]:
    """Names of the keys and until when each is good, the signing one first. Raises KeyUnusable."""
    return [
        (_key_id(raw), until) for raw, until in (_raw(line.split()) for line in public.splitlines() if line.strip())
    ]


def _kept(text: str, now: float, until: float) -> list[str]:
    kept = []
    for line in filter(str.strip, text.splitlines()):
        raw, end = _raw(line.split())
        end = until if end is None else min(end, until)
        if end > now:
            kept.append(f"{_text(raw)} {int(end)}")
    return kept


def _raw(words: list[str]) -> tuple[bytes, float | None]:
    try:
        raw = base64.b64decode(words[0], validate=True)
        until = float(words[1]) if len(words) > 1 else None
    except (binascii.Error, ValueError) as error:
        raise keys.KeyUnusable("a key is base64, and unix seconds may follow") from error
    if len(raw) != 32 or len(words) > 2:
        raise keys.KeyUnusable("a key has 32 bytes")
    return raw, until


def _key_id(public: bytes) -> str:
    return keys.key_id(f"{keys.ED25519}:{_text(public)}")


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
