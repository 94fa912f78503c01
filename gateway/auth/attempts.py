"""What is remembered of attempts to log in: by login, whether or not it exists, and by the address they come from."""

import hashlib
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from gateway.auth.lockout import OF_ADDRESS, OF_LOGIN, Attempts, Limit
from gateway.errors import TooOften
from gateway.storage.tables import login_attempts

_FORGET_AFTER = 2 * OF_LOGIN.lock_for


def key_of_login(login: str) -> bytes:
    return hashlib.sha256(login.encode()).digest()


def _key_of_address(address: str) -> bytes:
    # No login has a space in it.
    return hashlib.sha256(f"address {address}".encode()).digest()


def begin(connection: Connection, key: bytes, now: datetime) -> tuple[bool, bool]:
    """Count an attempt on a login. Whether the password is to decide; whether this attempt, if it fails, locks."""
    begun, allowed = _begin(connection, key, now, OF_LOGIN)
    return allowed, allowed and begun.locked_until is not None


def begin_from(connection: Connection, address: str, now: datetime) -> None:
    """Count an attempt from an address. Raises TooOften: that tells of the address, and of no account."""
    begun, allowed = _begin(connection, _key_of_address(address), now, OF_ADDRESS)
    if not allowed and begun.locked_until is not None:
        raise TooOften(int((begun.locked_until - now).total_seconds()) + 1)


def succeeded(connection: Connection, key: bytes, address: str) -> None:
    """The login is known to be its owner's: forget its failures. Of the address only this attempt was none."""
    # The address first, as when an attempt begins: two logins of one account never wait for each other.
    connection.execute(
        sa.update(login_attempts)
        .where(login_attempts.c.login_digest == _key_of_address(address), login_attempts.c.failures > 0)
        .values(failures=login_attempts.c.failures - 1, locked_until=None)
    )
    forget(connection, key)


def forget(connection: Connection, key: bytes) -> None:
    connection.execute(sa.delete(login_attempts).where(login_attempts.c.login_digest == key))


def _begin(connection: Connection, key: bytes, now: datetime, limit: Limit) -> tuple[Attempts, bool]:
    connection.execute(
        insert(login_attempts).values(login_digest=key, failures=0, last_at=now).on_conflict_do_nothing()
    )
    row = connection.execute(
        sa.select(login_attempts).where(login_attempts.c.login_digest == key).with_for_update()
    ).one()
    begun, allowed = Attempts(row.failures, row.last_at, row.locked_until).begin(now, limit)
    connection.execute(
        sa.update(login_attempts)
        .where(login_attempts.c.login_digest == key)
        .values(failures=begun.failures, last_at=begun.last_at or now, locked_until=begun.locked_until)
    )
    # Logins that do not exist leave rows too.
    forgotten = sa.select(login_attempts.c.login_digest).where(login_attempts.c.last_at < now - _FORGET_AFTER)
    connection.execute(
        sa.delete(login_attempts).where(
            login_attempts.c.login_digest.in_(forgotten.limit(100).with_for_update(skip_locked=True))
        )
    )
    return begun, allowed
