"""Passwords as Argon2id digests. Blocks for some 30 ms of computing: call from a thread."""

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's second choice (19 MiB, 2 passes): a handful of logins at once must not take the machine's memory.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, type=Type.ID)
# Of a password nobody has; costs the same to check as a real one.
_NOBODYS = _HASHER.hash("tianwei: no such account")


def digest(password: str) -> str:
    return _HASHER.hash(password)


def matches(password: str, stored: str | None) -> bool:
    """Whether this is the password of the digest; the same work, and False, when there is none."""
    try:
        return _HASHER.verify(stored or _NOBODYS, password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False
