"""`tianwei doctor`: what this machine has, what each process would be told (no secrets), and what is missing."""

import os
import platform
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import typer

from gateway.cli.app import DEFAULT_HOME, AsJson, HomeFolder, app, print_json, print_rows
from gateway.cli.stack import postgres, typefaces, valkey
from gateway.cli.stack.layout import Home, is_held, read_state
from gateway.cli.stack.processes import Settings, holds_secret
from gateway.cli.stack.secrets import DATABASES, SEALING

_PACKAGES = ("tianwei", "nameko", "kombu", "eventlet", "SQLAlchemy", "psycopg2-binary", "fastapi", "uvicorn")
_FREE_BYTES = 2 * 2**30


@dataclass(frozen=True)
class Finding:
    """One thing looked at. do: what the person should do; empty when all is well."""

    what: str
    found: str
    do: str = ""


@app.command("doctor", help="检查本机环境与各进程的设置（不显示密码密钥）")
def doctor(home: HomeFolder = DEFAULT_HOME, as_json: AsJson = False) -> None:
    place = Home.at(home)
    findings = [*_machine(), *_engines(), _fonts(), *_folder(place)]
    settings = _settings(place)
    if as_json:
        print_json({"findings": [vars(finding) for finding in findings], "settings": settings, "versions": _versions()})
    else:
        _print(findings, settings)
    if any(finding.do for finding in findings):
        raise typer.Exit(1)


def _print(findings: list[Finding], settings: dict[str, dict[str, str]]) -> None:
    print_rows([vars(finding) for finding in findings], {"what": "检查", "found": "结果", "do": "请这样做"}, False)
    typer.echo("\n版本：" + "，".join(f"{name} {number}" for name, number in _versions().items()))
    typer.echo("\n各进程得到的设置：")
    for process, values in settings.items():
        typer.echo(f"  {process}")
        for name, value in values.items():
            typer.echo(f"    {name}={value}")


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "没有安装"
    return found


def _machine() -> list[Finding]:
    right = sys.version_info[:2] == (3, 11)
    missing = [name for name, number in _versions().items() if number == "没有安装"]
    return [
        Finding("Python", platform.python_version(), "" if right else "用 Python 3.11 重建：make clean 后 make run"),
        Finding(
            "依赖", "齐全" if not missing else f"缺 {'、'.join(missing)}", "make run 会重新安装" if missing else ""
        ),
        Finding("处理器", f"{os.cpu_count()} 核"),
    ]


def _engines() -> list[Finding]:
    return [
        _engine("内置数据库", postgres.programs_folder),
        _engine("内置消息总线", valkey.binary),
        *([Finding("消息总线", "由 TIANWEI_BUS_URL 指定，不用内置的")] if os.environ.get("TIANWEI_BUS_URL") else []),
    ]


def _engine(what: str, look: Callable[[], Path]) -> Finding:
    try:
        return Finding(what, str(look()))
    except FileNotFoundError as error:
        return Finding(
            what, f"没有 {error}", "本平台没有内置程序：改用外部 PostgreSQL 和 RabbitMQ（docker-compose.yml）"
        )


def _fonts() -> Finding:
    """Not what a house cannot run without, so nothing that must be done."""
    return Finding("公文字库", "、".join(str(folder) for folder in typefaces.folders()) or typefaces.MISSING)


def _folder(home: Home) -> list[Finding]:
    nearest = next(folder for folder in (home.root, *home.root.parents) if folder.exists())
    free = shutil.disk_usage(nearest).free
    writable = os.access(nearest, os.W_OK)
    return [
        Finding("数据目录", str(home.root), "" if writable else "没有写权限：用 --home 另选目录"),
        Finding("磁盘剩余", f"{free / 2**30:.1f} GB", "" if free > _FREE_BYTES else "请清理磁盘，至少留 2 GB"),
        Finding("运行", "运行中，" + read_state(home).address if is_held(home) else "未运行"),
    ]


def _settings(home: Home) -> dict[str, dict[str, str]]:
    """What the table of processes gives to each, secrets replaced; needs nothing to run."""
    state = read_state(home)
    told = Settings(
        home=home,
        http_host=state.http_host,
        http_port=state.http_port,
        bus_url=_HIDDEN,
        dsn=dict.fromkeys(DATABASES, _HIDDEN),
        owner_dsn=dict.fromkeys(DATABASES, _HIDDEN),
        sealing_keys=dict.fromkeys(SEALING, _HIDDEN),
        office_key=_HIDDEN,
        audit_key=_HIDDEN,
    )
    processes: list[Any] = [program for programs in told.programs().values() for program in programs]
    return {
        entry.name: {
            k: _HIDDEN if holds_secret(k) else v for k, v in entry.environment.items() if k.startswith("TIANWEI_")
        }
        for entry in [*processes, *told.migrations(), told.seed_accounts()]
    }


_HIDDEN = "（已隐藏）"
