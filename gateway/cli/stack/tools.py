"""A service's own tools (`python -m services.<name>.…`) run beside the house, told what the service is told."""

import getpass
import os
import subprocess
import sys
from enum import StrEnum
from pathlib import Path

from gateway.cli.app import fail
from gateway.cli.stack.house import settings_of
from gateway.cli.stack.layout import Home, is_held, read_state
from gateway.cli.stack.processes import Settings
from gateway.cli.stack.secrets import load_or_make
from gateway.cli.stack.valkey import Valkey
from shared.contracts.catalogue import SOURCES

_NOT_RUNNING = 3

Service = StrEnum("Service", {name: name for name in SOURCES})  # type: ignore[misc]


def run_tool(folder: Path, service: str, module: str, *arguments: str) -> int:
    """Run services.<service>.<module> and show what it says; its exit status."""
    home = Home.at(folder)
    if not is_held(home):
        fail(
            f"数据目录 {home.root} 没有在运行",
            f"先运行 tianwei up；用外部数据库的，在服务的容器里运行 python -m services.{service}.{module}",
            _NOT_RUNNING,
        )
    program = settings_of_running(home).programs()[service][0]
    command = [sys.executable, "-P", "-m", f"services.{service}.{module}", *arguments]
    return subprocess.run(command, env=dict(program.environment), cwd=home.root, check=False).returncode


def operator() -> str:
    """The system account of whoever sits here."""
    return os.environ.get("SUDO_USER") or getpass.getuser()


def settings_of_running(home: Home) -> Settings:
    """What the processes of a house that runs were told."""
    state, secrets = read_state(home), load_or_make(home)
    bus_url = os.environ.get("TIANWEI_BUS_URL", "")
    if "valkey" in state.programs:
        bus_url = Valkey(home, Path(state.sockets), secrets.bus_password).url
    if not bus_url:
        fail("不知道消息总线在哪里", "用启动时的 TIANWEI_BUS_URL 再运行一次", 2)
    return settings_of(home, state, secrets, bus_url)
