"""The floor: a bare Nameko RPC that commits two rows. python -m benchmarks.floor_service BUS_URL DSN"""

import os

os.environ.setdefault("EVENTLET_NO_GREENDNS", "yes")

import eventlet

eventlet.monkey_patch()

from psycogreen.eventlet import patch_psycopg  # noqa: E402

patch_psycopg()

import sys  # noqa: E402
from typing import Any  # noqa: E402

import sqlalchemy as sa  # noqa: E402
from nameko.rpc import rpc  # noqa: E402
from nameko.runners import ServiceRunner  # noqa: E402

from shared.database import open_engine  # noqa: E402
from shared.host.nameko_settings import nameko_config, prepare_nameko  # noqa: E402

ENGINE = open_engine(sys.argv[2], pool_size=20)


class FloorService:
    name = "floor"

    @rpc  # type: ignore[untyped-decorator]
    def commit_two_rows(self, request: dict[str, Any]) -> dict[str, Any]:
        with ENGINE.begin() as connection:
            connection.execute(sa.text("INSERT INTO floor_a (body) VALUES (:body)"), request)
            connection.execute(sa.text("INSERT INTO floor_b (body) VALUES (:body)"), request)
        return {"ok": True}


def main() -> None:
    with ENGINE.begin() as connection:
        for table in ("floor_a", "floor_b"):
            connection.execute(
                sa.text(f"CREATE TABLE IF NOT EXISTS {table} (id bigserial PRIMARY KEY, body text NOT NULL)")
            )
    prepare_nameko(sys.argv[1])
    runner = ServiceRunner(nameko_config(sys.argv[1]))
    runner.add_service(FloorService)
    runner.start()
    print("ready", flush=True)
    runner.wait()


main()
