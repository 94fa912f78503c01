"""A local webhook receiver that only notes when each task arrived."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self


class Receiver:
    """Answers 204 to everything; one that hangs takes everything and answers nothing. Use as a context manager."""

    def __init__(self, *, hangs: bool = False) -> None:
        self._ending = threading.Event()
        self._arrived: dict[str, float] = {}
        self._changed = threading.Condition()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                if hangs:
                    outer._ending.wait()
                    return
                now = time.time()
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(204)
                self.end_headers()
                outer.note(body["data"]["task_id"], now)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/tasks"

    def note(self, task_id: str, at: float) -> None:
        with self._changed:
            self._arrived.setdefault(task_id, at)
            self._changed.notify_all()

    def arrived(self) -> dict[str, float]:
        """Task id -> unix seconds."""
        with self._changed:
            return dict(self._arrived)

    def arrival_of(self, task_id: str, within_s: float = 30) -> float:
        """Unix seconds at which the task's webhook came in."""
        with self._changed:
            if not self._changed.wait_for(lambda: task_id in self._arrived, within_s):
                raise TimeoutError(f"no webhook for task {task_id} in {within_s} s")
            return self._arrived[task_id]

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._server.shutdown()
        self._server.server_close()
