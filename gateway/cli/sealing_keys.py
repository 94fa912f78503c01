"""`tianwei rotate-sealing-keys`: the keys by which the embedded house seals what lies in its databases."""

from typing import Annotated

import typer

from gateway.cli.app import DEFAULT_HOME, HomeFolder, app, fail
from gateway.cli.stack.layout import Home, is_held
from gateway.cli.stack.secrets import keep, load_or_make, rotated
from shared.sealing import AES, KEY_BYTES


@app.command("rotate-sealing-keys", help="换落库加密的密钥：先停机，再启动即生效；旧密钥保留，旧内容仍可打开")
def rotate_sealing_keys(
    kind: Annotated[str, typer.Option("--kind", help="新密钥的算法：aes 或 sm4")] = AES,
    home: HomeFolder = DEFAULT_HOME,
) -> None:
    place = Home.at(home)
    if not place.secrets_file.exists():
        fail(f"{place.root} 里还没有密钥", "先运行一次 tianwei up")
    if kind not in KEY_BYTES:
        fail(f"没有名为 {kind} 的算法", f"用 --kind {' 或 '.join(KEY_BYTES)}", 2)
    if is_held(place):
        fail("系统正在运行", "先运行 tianwei down，换钥后再 tianwei up")
    keep(place, rotated(load_or_make(place), kind))
    typer.echo("已换新密钥：新内容用它加密，旧密钥保留，旧内容仍可打开。运行 tianwei up 生效。")
