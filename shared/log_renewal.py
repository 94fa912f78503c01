"""`python -m services.<name>.storage.renew_log --reason …`: a restored log gets a new identity (R8)."""

import argparse
import getpass
import sys

from pydantic import SecretStr
from sqlalchemy.exc import SQLAlchemyError

from shared.clock import open_clock
from shared.contracts.maintenance import MAINTENANCE_OF
from shared.database import open_engine
from shared.delivery.maintenance import Operator, Renewal, renew_log
from shared.settings import ProcessSettings

_FOLLOWS = """凡是读过 {service} 旧日志的服务，下次读取时（10 秒左右）发现日志换了编号，停住订阅，各开一项 forked_feed：
  tianwei dead-letters list
没有读过的照常往下走，不会停。每项由两个人弃置，就是承认现在的日志；系统找到新旧日志最后一致的位置，从那里接着走（运维手册第五节）。"""


def main(service: str, dsn: SecretStr, settings: ProcessSettings) -> None:
    """Ends the process: 0 done, 2 used wrongly or not done. dsn: of the service's run-time role."""
    parser = argparse.ArgumentParser(prog=f"python -m services.{service}.storage.renew_log")
    parser.add_argument("--reason", required=True, help="理由，记入日志")
    parser.add_argument("--by", default=getpass.getuser(), help="执行人的系统账号")
    asked = parser.parse_args()
    if not asked.reason.strip():
        parser.error("--reason: 不能为空")
    now = open_clock(settings.training_clock).now()
    operator = Operator(asked.by, asked.reason.strip(), settings.county_code, now)
    try:
        made = _renew(service, dsn, operator)
    except SQLAlchemyError as error:
        print(f"失败：数据库没有完成（{type(error).__name__}），日志编号没有变", file=sys.stderr)
        sys.exit(2)
    print(f"{service} 的日志换了编号：{made.former_log_id} → {made.log_id}；位置从 {made.position} 接着走，已记入日志")
    print(_FOLLOWS.format(service=service))


def _renew(service: str, dsn: SecretStr, operator: Operator) -> Renewal:
    engine = open_engine(dsn.get_secret_value(), pool_size=1, application=f"tianwei-{service}-renew")
    try:
        with engine.begin() as connection:
            return renew_log(connection, operator, MAINTENANCE_OF[service].renewed)
    finally:
        engine.dispose()
