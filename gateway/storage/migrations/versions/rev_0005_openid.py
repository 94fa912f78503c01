"""Signing in at OpenID providers: linked identities, logins under way, sessions that came by it."""

from alembic import op

from gateway.storage.oidc_tables import oidc_identity, oidc_login, oidc_session
from gateway.storage.tables import METADATA

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    METADATA.create_all(op.get_bind(), tables=[oidc_identity, oidc_login, oidc_session])


def downgrade() -> None:
    raise NotImplementedError("accounts are kept: restore a backup instead")
