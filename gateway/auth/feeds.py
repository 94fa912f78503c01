"""Private addresses of calendar feeds: a calendar program cannot send a token in a header, so the address holds one.

One feed a person, made anew or ended at will; the token is stored as a digest alone. It reads the person's own open
clocks and nothing else. Everything here blocks: async callers use a thread.
"""

import hashlib
import secrets
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql import insert

from gateway.auth import accounts
from gateway.auth.accounts import Account
from gateway.auth.errors import TokenInvalid
from gateway.storage.tables import account, calendar_feed
from shared.principal import PrincipalSigner


class Feeds:
    def __init__(self, engine: Engine, signer: PrincipalSigner) -> None:
        self._engine = engine
        self._signer = signer

    def make(self, account_id: UUID, now: datetime) -> str:
        """A token shown once; the one before is good no more."""
        token = secrets.token_urlsafe(32)
        values = {"digest": _digest(token), "made_at": now}
        with self._engine.begin() as connection:
            connection.execute(
                insert(calendar_feed)
                .values(account_id=account_id, **values)
                .on_conflict_do_update(index_elements=[calendar_feed.c.account_id], set_=values)
            )
        return token

    def end(self, account_id: UUID) -> None:
        """No address is good any more; ending it again changes nothing."""
        with self._engine.begin() as connection:
            connection.execute(sa.delete(calendar_feed).where(calendar_feed.c.account_id == account_id))

    def reader(self, token: str) -> Account:
        """Whose feed it is, while the account is. Raises TokenInvalid."""
        with self._engine.connect() as connection:
            found = connection.execute(
                sa.select(calendar_feed.c.account_id)
                .join(account, account.c.id == calendar_feed.c.account_id)
                .where(calendar_feed.c.digest == _digest(token), account.c.disabled_at.is_(None))
            ).scalar_one_or_none()
            if found is None:
                raise TokenInvalid
            return accounts.by_id(connection, found)

    def principal(self, reader: Account) -> str:
        """What services verify, for one call."""
        return self._signer.sign(reader.actor)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
