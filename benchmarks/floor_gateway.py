"""A bare FastAPI route that calls the bare RPC. python -m benchmarks.floor_gateway BUS_URL PORT

Neither token nor contract nor answer is looked at: what remains is what the processes and the wires between them cost.
"""

import asyncio
import sys
import time
from typing import Any

import orjson
import uvicorn
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from shared.bus.rpc_client import Reply, RpcClient

app = FastAPI()
client = RpcClient(sys.argv[1], "floor-gateway")


@app.post("/floor")
async def floor(request: Request) -> Response:
    body = {"body": (await request.body()).decode()}
    loop = asyncio.get_running_loop()
    arrived: asyncio.Future[Reply] = loop.create_future()

    def on_reply(reply: Reply) -> None:
        loop.call_soon_threadsafe(arrived.set_result, reply)

    client.submit("floor", "commit_two_rows", body, time.time() + 30, on_reply)
    reply = await arrived
    answer: dict[str, Any] | None = reply.result
    return Response(orjson.dumps(answer), 200 if reply.error is None else 503, media_type="application/json")


if __name__ == "__main__":
    client.start()
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="warning", access_log=False)
