"""Proving who somebody is by what the house itself knows: password and second factor. Blocks, computes: use a thread.

A provider's proof (OpenID Connect) comes from elsewhere; what follows is the same, `Sessions.open`.
"""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Engine

from gateway.auth import account_log, accounts, attempts, password_rules, passwords
from gateway.auth.accounts import Account
from gateway.auth.codes import AccountAct
from gateway.auth.errors import AccountDisabled, LoginRefused, PasswordWrong, SecondFactorNeeded, SecondFactorRefused
from gateway.auth.second_factors import SecondFactors
from gateway.storage.tables import password_history
from shared.clock import Clock
from shared.principal import Actor


class Proofs:
    def __init__(self, engine: Engine, second_factors: SecondFactors, clock: Clock) -> None:
        self._engine = engine
        self._second_factors = second_factors
        self._clock = clock

    def of_person(self, login: str, password: str, otp: str | None, address: str) -> Account:
        """Raises LoginRefused, whatever was wrong; SecondFactorNeeded, SecondFactorRefused after a right password;
        TooOften for an address that has guessed too often.
        """
        found = self._prove(login, password, otp, address)
        if found.is_system:
            raise LoginRefused
        return found

    def of_system(self, client_id: str, client_secret: str, address: str) -> Account:
        """Raises LoginRefused, whatever was wrong, TooOften."""
        found = self._prove(client_id, client_secret, None, address)
        if not found.is_system:
            raise LoginRefused
        return found

    def change_password(self, by: Actor, present: str, new: str, session_id: UUID | None) -> Account:
        """The owner's own choice; all other sessions end.

        Raises PasswordWrong, for a locked login too, and PasswordWeak.
        """
        account_id = UUID(by.account_id)
        self.again(by, present)
        with self._engine.connect() as connection:
            held = accounts.by_id(connection, account_id)
            former = connection.scalars(
                sa.select(password_history.c.digest)
                .where(password_history.c.account_id == account_id)
                .order_by(password_history.c.id.desc())
                .limit(password_rules.REMEMBERED)
            ).all()
        password_rules.check(new, held.login, list(former), "new_password")
        digest, now = passwords.digest(new), self._clock.now()
        with self._engine.begin() as connection:
            accounts.lock(connection, account_id)
            accounts.set_password(connection, account_id, digest, now, known=False)
            accounts.end_sessions(connection, account_id, now, but=session_id)
            account_log.record(connection, AccountAct.PASSWORD_CHANGED, account_id, held.login, now, by)
            return accounts.by_id(connection, account_id)

    def again(self, by: Actor, password: str) -> None:
        """The present password once more, before something that matters. Raises PasswordWrong."""
        with self._engine.begin() as connection:
            login = accounts.by_id(connection, UUID(by.account_id)).login
            key = attempts.key_of_login(login)
            allowed, _ = attempts.begin(connection, key, self._clock.now())
            found = accounts.by_login(connection, login)
        if not (passwords.matches(password, found[1] if found else None) and allowed):
            raise PasswordWrong
        with self._engine.begin() as connection:
            attempts.forget(connection, key)

    def reset_password(self, account_id: UUID, digest: str, by: Actor, expected: int | None = None) -> Account:
        """A password that `by` knows: its owner changes it first. Sessions end, the login is not locked any more.

        Raises NotFound, StaleVersion, OwnAccount, AccountDisabled, ResetByAnother.
        """
        now = self._clock.now()
        with self._engine.begin() as connection:
            held = accounts.lock(connection, account_id, by, expected)
            if held.disabled_at is not None:
                raise AccountDisabled(held.login)
            accounts.require_another(connection, held, by, AccountAct.SECOND_FACTOR_RESET, now)
            accounts.set_password(connection, account_id, digest, now, known=not held.is_system)
            accounts.end_sessions(connection, account_id, now)
            attempts.forget(connection, attempts.key_of_login(held.login))
            account_log.record(connection, AccountAct.PASSWORD_RESET, account_id, held.login, now, by)
            return accounts.by_id(connection, account_id)

    def _prove(self, login: str, password: str, otp: str | None, address: str) -> Account:
        """The same work for a login that does not exist, is locked or disabled as for one with a wrong password."""
        login, now = login.strip().lower(), self._clock.now()
        key = attempts.key_of_login(login)
        with self._engine.begin() as connection:
            attempts.begin_from(connection, address, now)
            allowed, locks = attempts.begin(connection, key, now)
            found = accounts.by_login(connection, login)
        right = passwords.matches(password, found[1] if found else None)
        good = found is not None and allowed and right and found[0].disabled_at is None
        if found is None or not good:
            if locks and found is not None:
                self._tell_locked(found[0], address)
            raise LoginRefused
        owner = found[0]
        try:
            with self._engine.begin() as connection:
                if owner.second_factor:
                    self._show(connection, owner, otp)
                attempts.succeeded(connection, key, address)
        except SecondFactorRefused:
            if locks:
                self._tell_locked(owner, address)
            raise
        return owner

    def _show(self, connection: sa.Connection, owner: Account, otp: str | None) -> None:
        """An attempt without the code, or with a wrong one, stays counted: five of them lock."""
        if otp is None:
            raise SecondFactorNeeded
        self._second_factors.prove(connection, owner, otp)

    def _tell_locked(self, owner: Account, address: str) -> None:
        with self._engine.begin() as connection:
            account_log.record(
                connection, AccountAct.LOGIN_LOCKED, owner.id, owner.login, self._clock.now(), None, address=address
            )
