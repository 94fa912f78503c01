"""`python -m services.<name>.rebuild PROJECTION`: exit status 0 equal or put right, 1 different, 2 not compared."""

import argparse
import getpass
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NoReturn

from pydantic import SecretStr
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from shared.bus.rpc_client import RpcClient
from shared.clock import open_clock
from shared.contracts.envelope import LogPage, LogRequest
from shared.contracts.maintenance import MAINTENANCE_OF
from shared.database import open_engine
from shared.delivery.maintenance import Operator
from shared.errors import TianweiError, from_problem
from shared.rebuild.audit import RepairAudit
from shared.rebuild.comparison import Audit, CannotCompare, Comparison, FeedProjection, Projection
from shared.rebuild.feeds import FeedLog, ReadPage
from shared.rebuild.own_log import OwnLog
from shared.rebuild.telling import json_of, line_of, text_of
from shared.settings import BusSettings

DIFFERENT, NOT_COMPARED = 1, 2
_PAGE = 500
_DEADLINE_S = 10.0
# Long statements are what this is for; an abandoned one still ends.
_LIMITS = (
    "-c statement_timeout=600s -c lock_timeout=3s -c idle_in_transaction_session_timeout=60s -c timezone=UTC "
    "-c default_transaction_isolation='read committed' -c synchronous_commit=on -c jit=off"
)


@dataclass(frozen=True)
class Rebuilder:
    """A service's projections over its database. dsn: of its run-time role."""

    service: str
    projections: Sequence[Projection]
    dsn: SecretStr
    settings: BusSettings

    def main(self) -> NoReturn:
        asked = self._asked()
        if asked.list:
            for projection in self.projections:
                print(line_of(projection, self.service))
            sys.exit(0)
        projection = self._named(asked.projection)
        try:
            found = self._rebuild(projection, self._audit(projection, asked) if asked.repair else None)
        except CannotCompare as error:
            _fail(str(error))
        except TianweiError as error:
            _fail(f"上游没有答复（{error.code}），确认它和消息总线都在运行后再试")
        except SQLAlchemyError as error:
            _fail(f"数据库没有完成（{type(error).__name__}），查看日志后再试")
        print((json_of if asked.json else text_of)(self.service, projection, found))
        sys.exit(DIFFERENT if found.differences and not found.repaired else 0)

    def _rebuild(self, projection: Projection, audit: Audit | None) -> Comparison:
        dsn = self.dsn.get_secret_value()
        engine = open_engine(dsn, pool_size=1, application=f"tianwei-{self.service}-rebuild", limits=_LIMITS)
        try:
            return self._over(engine, projection, audit)
        finally:
            engine.dispose()

    def _over(self, engine: Engine, projection: Projection, audit: Audit | None) -> Comparison:
        if not isinstance(projection, FeedProjection):
            return OwnLog(engine, self.service, projection, _progress).rebuild(audit)
        clock = open_clock(self.settings.training_clock)
        bus_url = self.settings.bus_url.get_secret_value()
        with log_reader(bus_url, self.service, projection.producer) as read:
            return FeedLog(engine, self.service, projection, read, clock, _progress).rebuild(audit)

    def _audit(self, projection: Projection, asked: argparse.Namespace) -> RepairAudit:
        now = open_clock(self.settings.training_clock).now()
        operator = Operator(asked.by, asked.reason, self.settings.county_code, now)
        return RepairAudit(projection.name, operator, MAINTENANCE_OF[self.service].repaired)

    def _asked(self) -> argparse.Namespace:
        parser = _Parser(prog=f"python -m services.{self.service}.rebuild", description="从日志重算投影并与现有的比较")
        parser.add_argument("projection", nargs="?", help="投影名")
        parser.add_argument("--list", action="store_true", help="列出投影")
        parser.add_argument("--repair", action="store_true", help="以日志为准改正")
        parser.add_argument("--reason", default="", help="改正的理由，记入日志")
        parser.add_argument("--by", default=getpass.getuser(), help="执行人的系统账号")
        parser.add_argument("--json", action="store_true", help="输出一行 JSON")
        asked = parser.parse_args()
        asked.reason = asked.reason.strip()
        if asked.repair and not asked.reason:
            parser.error("改正要写明理由：--reason")
        return asked

    def _named(self, name: str | None) -> Projection:
        for projection in self.projections:
            if projection.name == name:
                return projection
        names = "、".join(projection.name for projection in self.projections)
        return _fail(f"{self.service} 没有投影 {name}" if name else "没有指明投影", f"从这些里选：{names}")


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        _fail(message, f"{self.prog} --help")


@contextmanager
def log_reader(bus_url: str, consumer: str, producer: str) -> Iterator[ReadPage]:
    """Pages of the producer's log, as it gives them to anybody who asks. Raises Unavailable."""
    client = RpcClient(bus_url, f"{consumer}-rebuild")
    client.start(_DEADLINE_S)

    def read(after: int, wanted: list[str]) -> LogPage:
        asked = LogRequest(
            consumer=consumer, after=after, limit=_PAGE, wanted=wanted, deadline=time.time() + _DEADLINE_S
        )
        reply = client.call(producer, "read_log", asked.model_dump(mode="json"), _DEADLINE_S)
        if "problem" in reply:
            raise from_problem(reply["problem"])
        return LogPage.model_validate(reply["ok"])

    try:
        yield read
    finally:
        client.close()


def _progress(done: int, total: int) -> None:
    print(f"重算 {done}/{total} 条", file=sys.stderr)


def _fail(what: str, do: str = "") -> NoReturn:
    print(f"失败：{what}" + (f"\n请这样做：{do}" if do else ""), file=sys.stderr)
    sys.exit(NOT_COMPARED)
