"""`tianwei keys list | rotate`: the keys by which the gateway signs; changed while everything runs."""

import time
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.cli.app import DEFAULT_HOME, AsJson, HomeFolder, app, fail, print_json, print_rows
from gateway.cli.stack import secrets
from gateway.cli.stack.layout import Home
from shared import signing_keys
from shared.clock import SHANGHAI
from shared.keys import KeyUnusable
from shared.signing_keys import Texts

keys = typer.Typer(no_args_is_help=True, help="网关的签名密钥")
app.add_typer(keys, name="keys")

# Access tokens live for a quarter of an hour, principals for a minute; clocks may differ a little.
GOOD_FOR_S = 20 * 60
_SIGNING, _PUBLIC = "signing_key", "principal_public_key"
_COLUMNS = {"key_id": "密钥编号", "use": "用途", "good_until": "有效至"}
Folder = Annotated[
    Path | None, typer.Option("--folder", help="容器部署时密钥文件所在目录，如 deploy/secrets；不写为本机数据目录")
]


@keys.command("list", help="列出签名密钥：哪把在签，哪把只用于核验、到什么时候")
def list_(home: HomeFolder = DEFAULT_HOME, folder: Folder = None, as_json: AsJson = False) -> None:
    print_rows(_rows(_public(home, folder)), _COLUMNS, as_json)


@keys.command("rotate", help="换一把签名密钥，不用停机、不用重启；原来的再核验 20 分钟")
def rotate(
    home: HomeFolder = DEFAULT_HOME,
    folder: Folder = None,
    now: Annotated[bool, typer.Option("--now", help="密钥可能已泄露：原来的立即作废，所有人要刷新或重新登录")] = False,
    as_json: AsJson = False,
) -> None:
    good_for_s = 0 if now else GOOD_FOR_S
    try:
        if folder is None:
            public = secrets.rotate_signing_key(Home.at(home), time.time(), good_for_s).public_key
        else:
            public = _rotate_files(folder, good_for_s)
    except FileNotFoundError as error:
        fail(f"找不到 {error.filename}", "先用 tianwei up 启动一次；容器部署的用 --folder 指明密钥目录")
    except KeyUnusable as error:
        fail(f"现有密钥读不懂：{error}", "从备份恢复密钥文件，再重试")
    rows = _rows(public)
    if as_json:
        print_json(rows)
        return
    typer.echo(f"已换用密钥 {rows[0]['key_id']}，各进程几秒内生效。")
    for row in rows[1:]:
        typer.echo(f"原密钥 {row['key_id']} 只用于核验，至 {row['good_until']}。")


def _rotate_files(folder: Path, good_for_s: float) -> str:
    """Written where they are: a container has this very file, not its name. Public ones first."""
    signing, public = folder / _SIGNING, folder / _PUBLIC
    made = signing_keys.rotated(Texts(signing.read_text(), public.read_text()), time.time(), good_for_s)
    public.write_text(made.public, encoding="ascii")
    time.sleep(signing_keys.BETWEEN_FILES_S)
    signing.write_text(made.private, encoding="ascii")
    return made.public


def _public(home: Path, folder: Path | None) -> str:
    file = Home.at(home).public_key_file if folder is None else folder / _PUBLIC
    try:
        return file.read_text(encoding="ascii")
    except FileNotFoundError:
        fail(f"找不到 {file}", "先用 tianwei up 启动一次；容器部署的用 --folder 指明密钥目录")


def _rows(public: str) -> list[dict[str, Any]]:
    return [
        {"key_id": key_id, "use": "核验" if number else "签名、核验", "good_until": _day(until)}
        for number, (key_id, until) in enumerate(signing_keys.listed(public))
        if until is None or until > time.time()
    ]


def _day(until: float | None) -> str | None:
    return None if until is None else datetime.fromtimestamp(until, SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
