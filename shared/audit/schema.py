"""The audit's tables in a migration, and what keeps them: nobody changes an entry, nobody forgets a young one."""

from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy import Connection

from shared.audit.links import GENESIS
from shared.audit.tables import AUDIT, audit_head

KEPT_DAYS = 183
"""The least, in days; a setting may only keep longer."""

# A trigger's own function holds for whoever asks, the owner of the tables too: an entry goes when it is old and lies
# before a checkpoint that was old by then, and only together with all before it.
_KEEP = f"""
CREATE FUNCTION tianwei_audit_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'DELETE' OR TG_LEVEL <> 'ROW' THEN
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF OLD.at > now() - interval '{KEPT_DAYS} days' OR NOT EXISTS (
        SELECT FROM audit_checkpoint c
        WHERE c.access_position >= OLD.position AND c.recorded_at <= now() - interval '{KEPT_DAYS} days'
    ) THEN
        RAISE EXCEPTION 'audit entry % is kept', OLD.position USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN OLD;
END $$;

CREATE FUNCTION tianwei_audit_whole() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE first bigint := (SELECT min(position) FROM audit_entry);
BEGIN
    IF first IS NOT NULL AND EXISTS (SELECT FROM gone) AND (
        first < (SELECT max(position) FROM gone)
        OR NOT EXISTS (SELECT FROM audit_checkpoint c WHERE c.access_position = first - 1)
    ) THEN
        RAISE EXCEPTION 'only whole segments are forgotten' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION tianwei_audit_recorded() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.recorded_at := now();
    RETURN NEW;
END $$;

CREATE TRIGGER audit_entry_unchanged BEFORE UPDATE OR TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION tianwei_audit_keep();
CREATE TRIGGER audit_entry_kept BEFORE DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION tianwei_audit_keep();
CREATE TRIGGER audit_entry_whole AFTER DELETE ON audit_entry REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION tianwei_audit_whole();
CREATE TRIGGER audit_checkpoint_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION tianwei_audit_keep();
CREATE TRIGGER audit_checkpoint_recorded BEFORE INSERT ON audit_checkpoint
    FOR EACH ROW EXECUTE FUNCTION tianwei_audit_recorded();
"""

# With the owner's rights, since the run-time role may delete nothing: the oldest closed segment that is old enough.
_FORGET = f"""
CREATE FUNCTION tianwei_audit_forget(keep_days int, OUT first bigint, OUT last bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    first := (SELECT min(position) FROM audit_entry);
    last := (SELECT min(c.access_position) FROM audit_checkpoint c
             WHERE c.access_position >= first
               AND c.recorded_at <= now() - make_interval(days => greatest(keep_days, {KEPT_DAYS})));
    IF last IS NOT NULL THEN
        DELETE FROM audit_entry WHERE position <= last;
    END IF;
END $$;
REVOKE ALL ON FUNCTION tianwei_audit_forget(int) FROM PUBLIC;
"""


def create_audit(connection: Connection) -> None:
    """Tables, triggers and an empty chain with a fresh log_id."""
    AUDIT.create_all(connection)
    connection.execute(sa.text(_KEEP))
    connection.execute(sa.text(_FORGET))
    connection.execute(sa.insert(audit_head).values(id=1, log_id=uuid4(), position=0, hash=GENESIS))


def grant_audit(connection: Connection, quoted_role: str) -> None:
    """What the run-time role may do beside reading and adding; nothing where there is no audit."""
    if sa.inspect(connection).has_table(audit_head.name):
        connection.execute(sa.text(f"GRANT EXECUTE ON FUNCTION tianwei_audit_forget(int) TO {quoted_role}"))
