"""Second factors in the database: enrolled by their owner, proven at login, taken away by a security administrator.

Everything here blocks: async callers use a thread. Secrets are sealed and bound to their account; recovery codes are
digests.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from gateway.auth import account_log, accounts, attempts, totp
from gateway.auth.accounts import Account
from gateway.auth.codes import AccountAct
from gateway.auth.errors import CodeWrong, SecondFactorAbsent, SecondFactorEnrolled, SecondFactorRefused
from gateway.storage.tables import recovery_code, second_factor
from shared.clock import Clock
from shared.principal import Actor
from shared.sealing import SecretBox


@dataclass(frozen=True)
class Enrolment:
    """secret: base32, to type. address: otpauth://, to read as a QR code. Both are shown once."""

    secret: str
    address: str


class SecondFactors:
    def __init__(self, engine: Engine, box: SecretBox, clock: Clock) -> None:
        self._engine = engine
        self._box = box
        self._clock = clock

    def begin(self, by: Actor) -> Enrolment:
        """A fresh secret, in force when confirmed; one begun before is forgotten. Raises SecondFactorEnrolled."""
        secret, account_id = totp.fresh_secret(), UUID(by.account_id)
        with self._engine.begin() as connection:
            held = accounts.lock(connection, account_id)
            if held.second_factor:
                raise SecondFactorEnrolled
            connection.execute(sa.delete(second_factor).where(second_factor.c.account_id == account_id))
            connection.execute(
                sa.insert(second_factor).values(
                    account_id=account_id, sealed=self._box.seal(secret, str(account_id)), begun_at=self._clock.now()
                )
            )
        return Enrolment(secret, totp.address(secret, held.login))

    def confirm(self, shown: str, by: Actor) -> list[str]:
        """In force from now on; ten recovery codes, shown once.

        Raises CodeWrong, SecondFactorAbsent, SecondFactorEnrolled.
        """
        now, account_id = self._clock.now(), UUID(by.account_id)
        with self._engine.begin() as connection:
            held = accounts.lock(connection, account_id)
            if held.second_factor:
                raise SecondFactorEnrolled
            if not self._take(connection, account_id, shown, now):
                raise CodeWrong
            connection.execute(
                sa.update(second_factor).where(second_factor.c.account_id == account_id).values(confirmed_at=now)
            )
            account_log.record(connection, AccountAct.SECOND_FACTOR_ENROLLED, account_id, held.login, now, by)
            return _fresh_codes(connection, account_id)

    def renew_codes(self, shown: str, by: Actor) -> list[str]:
        """Ten new recovery codes for a code of the device; the old ones are good no more. Five wrong codes lock.

        Raises CodeWrong, SecondFactorAbsent.
        """
        now, account_id = self._clock.now(), UUID(by.account_id)
        with self._engine.begin() as connection:  # the count stays, whatever becomes of the rest
            login = accounts.by_id(connection, account_id).login
            allowed, _ = attempts.begin(connection, attempts.key_of_login(login), now)
        with self._engine.begin() as connection:
            held = accounts.lock(connection, account_id)
            if not held.second_factor:
                raise SecondFactorAbsent
            if not (allowed and self._take(connection, account_id, shown, now)):
                raise CodeWrong
            attempts.forget(connection, attempts.key_of_login(login))
            account_log.record(connection, AccountAct.RECOVERY_CODES_MADE, account_id, login, now, by)
            return _fresh_codes(connection, account_id)

    def prove(self, connection: Connection, owner: Account, shown: str) -> None:
        """A code of the device or a recovery code; each is good once. Raises SecondFactorRefused."""
        now = self._clock.now()
        if self._take(connection, owner.id, shown, now):
            return
        spent = connection.execute(
            sa.update(recovery_code)
            .where(
                recovery_code.c.account_id == owner.id,
                recovery_code.c.digest == totp.recovery_digest(shown),
                recovery_code.c.used_at.is_(None),
            )
            .values(used_at=now)
        ).rowcount
        if not spent:
            raise SecondFactorRefused
        account_log.record(connection, AccountAct.RECOVERY_CODE_USED, owner.id, owner.login, now, owner.actor)

    def reset(self, account_id: UUID, by: Actor, expected: int | None = None) -> Account:
        """The account has no second factor any more, its sessions end. Where there was none nothing changes.

        Raises NotFound, StaleVersion, OwnAccount, ResetByAnother.
        """
        now = self._clock.now()
        with self._engine.begin() as connection:
            held = accounts.lock(connection, account_id, by, expected)
            accounts.require_another(connection, held, by, AccountAct.PASSWORD_RESET, now)
            connection.execute(sa.delete(recovery_code).where(recovery_code.c.account_id == account_id))
            gone = connection.execute(sa.delete(second_factor).where(second_factor.c.account_id == account_id)).rowcount
            if gone:
                accounts.change(connection, account_id)
                accounts.end_sessions(connection, account_id, now)
                account_log.record(connection, AccountAct.SECOND_FACTOR_RESET, account_id, held.login, now, by)
            return accounts.by_id(connection, account_id)

    def _take(self, connection: Connection, account_id: UUID, shown: str, now: datetime) -> bool:
        """Whether the device shows this code now and nobody has shown it before; from now on somebody has.

        Raises SecondFactorAbsent.
        """
        row = connection.execute(
            sa.select(second_factor).where(second_factor.c.account_id == account_id).with_for_update()
        ).one_or_none()
        if row is None:
            raise SecondFactorAbsent
        step = totp.step_of(self._box.open(row.sealed, str(account_id)), shown.strip().replace(" ", ""), now)
        if step is None or step <= row.last_step:
            return False
        connection.execute(
            sa.update(second_factor).where(second_factor.c.account_id == account_id).values(last_step=step)
        )
        return True


def _fresh_codes(connection: Connection, account_id: UUID) -> list[str]:
    codes = totp.fresh_recovery_codes()
    connection.execute(sa.delete(recovery_code).where(recovery_code.c.account_id == account_id))
    connection.execute(
        sa.insert(recovery_code),
        [{"account_id": account_id, "digest": totp.recovery_digest(code)} for code in codes],
    )
    return codes
