"""Aggregates replayed from the service's own log."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, RowMapping
from sqlalchemy.dialects import postgresql as pg

from shared.aggregate import Aggregate
from shared.delivery.tables import event_log, log_head, outbox
from shared.rebuild.comparison import Audit, CannotCompare, Comparison, OwnProjection, Progress
from shared.rebuild.shadow import Shadow

_BATCH = 500
_TOLD_EVERY = 5000


class OwnLog:
    """One projection of one service. State and events commit together, so any one snapshot of both must agree."""

    def __init__(self, engine: Engine, service: str, projection: OwnProjection, progress: Progress) -> None:
        self._engine = engine
        self._service = service
        self._projection = projection
        self._progress = progress

    def rebuild(self, audit: Audit | None) -> Comparison:
        """Compare; with an audit, also put right what differs. Writers wait only while that is done."""
        with self._engine.connect() as connection:
            connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin() as whole:
                found, _ = self._computed(connection, None)
                whole.rollback()
        return found if audit is None or not found.differences else self._repair(found, audit)

    def _repair(self, found: Comparison, audit: Audit) -> Comparison:
        """Only what differed is computed once more, now with every writer kept away."""
        tables = self._projection.tables
        names = ", ".join(f'public."{computed.table.name}"' for computed in tables if computed.hold is None)
        with self._engine.begin() as connection:
            # Also who has locked a row to write it later: waiting for each other would be a deadlock.
            connection.execute(sa.text(f"LOCK TABLE {names} IN EXCLUSIVE MODE"))
            for computed in tables:
                if computed.hold is not None:
                    connection.execute(sa.text(computed.hold))
            again, shadow = self._computed(connection, found.owners)
            if again.differences:
                shadow.put_right(found.owners)
                audit(connection, again)
            if left := shadow.differences(found.owners):
                raise CannotCompare(f"改正后仍有 {len(left)} 行不一致，没有改动任何数据")
        return replace(found, differences=again.differences, position=again.position, repaired=bool(again.differences))

    def _computed(self, connection: Connection, owners: Sequence[UUID] | None) -> tuple[Comparison, Shadow]:
        head = connection.execute(sa.select(log_head.c.log_id, log_head.c.position)).one()
        unnumbered = connection.execute(sa.select(sa.func.count()).select_from(outbox)).scalar_one()
        shadow = Shadow(connection, self._projection.tables)
        events = self._fill(connection, owners)
        live, made = shadow.counts()
        found = Comparison(
            producer=self._service,
            log_id=head.log_id,
            position=head.position,
            unnumbered=unnumbered,
            events=events,
            rows_live=live,
            rows_computed=made,
            differences=shadow.differences(owners),
        )
        return found, shadow

    def _fill(self, connection: Connection, owners: Sequence[UUID] | None) -> int:
        """How many events were replayed."""
        kinds = [kind for kind in (self._projection.aggregate_type, self._projection.former_type) if kind]
        mine: sa.ColumnElement[bool] = event_log.c.aggregate_type.in_(kinds)
        if owners is not None:
            wanted = sa.any_(sa.cast(list(owners), pg.ARRAY(pg.UUID(as_uuid=True))))
            mine = sa.and_(mine, event_log.c.aggregate_id == wanted)
        total = connection.execute(sa.select(sa.func.count()).select_from(event_log).where(mine)).scalar_one()
        statement = (
            sa.select(*(event_log.c[name] for name in ("aggregate_id", "aggregate_seq", "audience", "type", "payload")))
            .where(mine)
            .order_by(event_log.c.aggregate_id, event_log.c.aggregate_seq)
            .execution_options(stream_results=True, yield_per=_BATCH)
        )
        waiting: list[Aggregate] = []
        done = told = 0
        for aggregate in self._replayed(connection.execute(statement).mappings()):
            waiting.append(aggregate)
            done += aggregate.version
            if len(waiting) == _BATCH:
                self._projection.store.insert_many(connection, waiting)
                waiting.clear()
            if done - told >= _TOLD_EVERY:
                told = done
                self._progress(done, total)
        self._projection.store.insert_many(connection, waiting)
        return done

    def _replayed(self, rows: Iterable[RowMapping]) -> Iterator[Aggregate]:
        for id_, events in groupby(rows, key=lambda row: row["aggregate_id"]):
            aggregate: Aggregate | None = None
            for row in events:
                aggregate = aggregate or self._projection.blank(id_, row["audience"])
                self._apply(aggregate, row)
            if aggregate is not None:
                yield aggregate

    def _apply(self, aggregate: Aggregate, row: RowMapping) -> None:
        kind: Any = self._projection.events.get(row["type"])
        if kind is None:
            raise CannotCompare(f"日志里有本程序不认识的事件 {row['type']}，先升级程序")
        if row["aggregate_seq"] != aggregate.version + 1:
            raise CannotCompare(f"日志里 {aggregate.id} 缺第 {aggregate.version + 1} 条事件")
        aggregate.apply(kind.model_validate(row["payload"]))
        aggregate.version += 1
