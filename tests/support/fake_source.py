"""A copy of the source tree with fake services: the real command line and supervisor over processes that only beat."""

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_BEATS = """\
import os, signal, sys, time
from pathlib import Path

signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
heartbeat = Path(os.environ["TIANWEI_HEARTBEAT_FILE"])
while True:
    heartbeat.touch()
    time.sleep(0.05)
"""
_ANSWERS = """\
import os
from http.server import BaseHTTPRequestHandler, HTTPServer

class Ready(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"services": "all"}')

place = os.environ["TIANWEI_HTTP_HOST"], int(os.environ["TIANWEI_HTTP_PORT"])
HTTPServer(place, Ready).serve_forever()
"""
# Writes that it ran, so that a test sees how often.
_MIGRATES = "import os; open(os.path.join(os.environ['TIANWEI_HOME'], 'migrated'), 'a').write('x')"


def make(folder: Path) -> Path:
    """The folder to put on PYTHONPATH."""
    shutil.copytree(ROOT / "shared", folder / "shared", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "services" / "cases" / "register", folder / "services" / "cases" / "register")
    cli = folder / "gateway" / "cli"
    shutil.copytree(ROOT / "gateway" / "cli" / "stack", cli / "stack", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("__init__.py", "__main__.py", "app.py", "usage.py"):
        shutil.copy(ROOT / "gateway" / "cli" / name, cli / name)
    shutil.copy(ROOT / "gateway" / "fresh_password.py", folder / "gateway" / "fresh_password.py")
    modules = {"gateway/__main__": _ANSWERS, "gateway/seed_accounts": "", "gateway/storage/migrate": _MIGRATES}
    for service in ("cases", "agencies", "notify"):
        modules[f"services/{service}/storage/migrate"] = _MIGRATES
        for name in ("__main__", "worker", "evidence_worker", "scheduler", "sender", "receiver"):
            modules[f"services/{service}/{name}"] = _BEATS
    for name, text in modules.items():
        file = folder / f"{name}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    for package in ("services", "gateway"):
        for inside in [folder / package, *(folder / package).rglob("*/")]:
            (inside / "__init__.py").touch()
    return folder
