"""Closed lists of identity: stored and sent, their Chinese in shared/contracts/codes/titles.toml."""

from enum import StrEnum


class AccountDuty(StrEnum):
    """What an account must do before it may do anything else."""

    CHANGE_PASSWORD = "change_password"
    ENROL_SECOND_FACTOR = "enrol_second_factor"


class LoginMethod(StrEnum):
    """By what the owner of a session was known."""

    PASSWORD = "password"
    SYSTEM_SECRET = "system_secret"
    OPENID = "openid"


class GrantState(StrEnum):
    """Of a grant of rights: proposed until somebody else approves or rejects it, or its term ends."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"


class LargeGround(StrEnum):
    """Why a grant needs two persons (gateway/register/large_grants.toml)."""

    ADMINISTRATOR = "administrator"
    COORDINATOR = "coordinator"
    BEYOND_COUNTY = "beyond_county"


class AccountAct(StrEnum):
    """What the account log records."""

    CREATED = "account_created"
    ENABLED = "account_enabled"
    DISABLED = "account_disabled"
    GRANT_PROPOSED = "grant_proposed"
    GRANT_APPROVED = "grant_approved"
    GRANT_REJECTED = "grant_rejected"
    PASSWORD_RESET = "password_reset"
    PASSWORD_CHANGED = "password_changed"
    SECOND_FACTOR_ENROLLED = "second_factor_enrolled"
    SECOND_FACTOR_RESET = "second_factor_reset"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    RECOVERY_CODE_USED = "recovery_code_used"
    LOGGED_IN = "logged_in"
    LOGIN_LOCKED = "login_locked"
    SESSIONS_REVOKED = "sessions_revoked"
    IDENTITY_PROPOSED = "identity_proposed"
    IDENTITY_CONFIRMED = "identity_confirmed"
    IDENTITY_ENDED = "identity_ended"
