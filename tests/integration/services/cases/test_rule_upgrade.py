"""Rules as a former release shipped them, brought to today: rows of a former shape are believed no longer."""

import sqlalchemy as sa
from pydantic import SecretStr

from services.cases.storage.migrate import MIGRATIONS
from services.cases.storage.rules import read_register
from shared.contracts.codes import RuleRegister
from shared.migration import upgrade
from tests.integration.services.cases.conftest import ROLE
from tests.integration.services.cases.office import Office
from tests.support.nodes import PostgresNode

_FORMER = """
INSERT INTO rule_seed (row_id, register, key, digest, value, valid_from, mark, unsure, source, origin, recorded_at)
VALUES (gen_random_uuid(), 'required_evidence', 'all.acceptance', 'x', '{"stage": "acceptance", "items": []}',
        '2020-01-01', 'custom', false, '{"text": "旧"}', 'seed', now()),
       (gen_random_uuid(), 'closed_list', 'listing_level.region', 'x',
        '{"list_name": "listing_level", "code": "region", "title": "自治区", "order": 2}',
        '2020-01-01', 'custom', false, '{"text": "旧"}', 'seed', now())
"""


def test_rows_of_a_former_shape_make_room_for_those_of_today(office: Office, postgres: PostgresNode) -> None:
    dsn = postgres.dsn(str(office.parts.engine.url.database))
    owner = sa.create_engine(dsn)
    with owner.begin() as connection:
        connection.execute(sa.text(_FORMER))
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0012'"))
        assert read_register(connection)[1] == 1, "this release cannot read it"
    upgrade(MIGRATIONS, SecretStr(dsn), ROLE)
    with owner.connect() as connection:
        entries, unreadable = read_register(connection, RuleRegister.REQUIRED_EVIDENCE, RuleRegister.CLOSED_LIST)
    owner.dispose()
    keys = {entry.key for entry in entries}
    assert unreadable == 0
    assert "E01" in keys
    assert not {"all.acceptance", "listing_level.region"} & keys
