"""Grants by two persons, second factors, password history, sessions that can be listed, the account log."""

from alembic import op

from gateway.storage.tables import (
    METADATA,
    account_log,
    password_history,
    recovery_code,
    rights_grant,
    second_factor,
)
from shared.delivery.schema import create_append_only_function, make_append_only

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# A fresh database has the columns since 0001, which creates whatever the tables are now.
_COLUMNS = """
ALTER TABLE account
    ADD COLUMN IF NOT EXISTS must_change boolean NOT NULL DEFAULT false;
ALTER TABLE session
    ADD COLUMN IF NOT EXISTS last_used_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN IF NOT EXISTS method text NOT NULL DEFAULT 'password',
    ADD COLUMN IF NOT EXISTS by_cookie boolean NOT NULL DEFAULT false,
    ADD COLUMN IF NOT EXISTS address text NOT NULL DEFAULT '',
    ADD COLUMN IF NOT EXISTS client text NOT NULL DEFAULT '';
"""
_HISTORY = """
INSERT INTO password_history (account_id, digest, set_at) SELECT id, password_hash, created_at FROM account
"""
_RESETS = """
INSERT INTO account_log (at, act, account_id, login, by_id, by_name, facts)
SELECT r.reset_at, 'password_reset', r.account_id, a.login, r.reset_by, b.name, '{}'
FROM password_reset r JOIN account a ON a.id = r.account_id JOIN account b ON b.id = r.reset_by ORDER BY r.id
"""


def upgrade() -> None:
    bind = op.get_bind()
    op.execute(_COLUMNS)
    METADATA.create_all(
        bind, tables=[password_history, second_factor, recovery_code, rights_grant, account_log], checkfirst=True
    )
    op.execute(_HISTORY)
    op.execute(_RESETS)
    op.execute("DROP TABLE password_reset")
    create_append_only_function(bind)
    make_append_only(bind, account_log.name)


def downgrade() -> None:
    raise NotImplementedError("accounts are kept: restore a backup instead")
