"""`tianwei up | down | status | doctor`."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.app import DEFAULT_HOME, AsJson, HomeFolder, app, fail, print_json, print_rows
from gateway.cli.stack import accounts, house_report, status, typefaces
from gateway.cli.stack.house import EmbeddedHouse, Wish
from gateway.cli.stack.layout import Home, HomeInUse, HomeLock, State, is_held, read_state, write_state
from gateway.cli.stack.leftovers import find, stop_leftovers
from gateway.cli.stack.supervise import supervise
from gateway.cli.stack.supervisor import StackFailed

_STOP_WITHIN_S = 90.0
_POLL_S = 0.1


@app.command("up", help="启动全部服务（前台；加 -d 在后台）")
def up(
    home: HomeFolder = DEFAULT_HOME,
    detach: Annotated[bool, typer.Option("--detach", "-d", help="在后台运行，就绪后返回")] = False,
    county_demo: Annotated[bool, typer.Option("--county-demo", help="首次启动时装载示范县数据")] = False,
    port: Annotated[int, typer.Option("--port", envvar="TIANWEI_HTTP_PORT", help="网页和接口的端口；0 为自动")] = 0,
    host: Annotated[str, typer.Option("--host", envvar="TIANWEI_HTTP_HOST", help="监听地址")] = "127.0.0.1",
) -> None:
    place = Home.at(home)
    wish = Wish(host, port, county_demo, os.environ.get("TIANWEI_BUS_URL", ""))
    try:
        place.prepare()
    except OSError as error:
        fail(f"无法使用数据目录 {place.root}：{error.strerror}", "用 --home 指定一个可写的目录")
    if detach:
        _up_in_background(place, wish)
    else:
        _up_in_foreground(place, wish)


def _up_in_foreground(home: Home, wish: Wish) -> None:
    try:
        supervise(home, EmbeddedHouse(wish), _say, lambda state: _announce(home, state))
    except HomeInUse:
        fail(f"数据目录 {home.root} 已在运行", "用 tianwei status 查看，用 tianwei down 停止，或用 --home 另选目录")
    except StackFailed as failure:
        for line in failure.lines:
            typer.echo(f"    {line}", err=True)
        fail(str(failure), f"按上面的日志处理后重试；完整日志在 {home.log_of(failure.name)}")


def _up_in_background(home: Home, wish: Wish) -> None:
    if is_held(home):
        fail(f"数据目录 {home.root} 已在运行", "用 tianwei status 查看，用 tianwei down 停止")
    command = [sys.executable, "-m", "gateway.cli", "up", "--home", str(home.root)]
    command += ["--host", wish.http_host, "--port", str(wish.http_port)]
    command += ["--county-demo"] if wish.county_demo else []
    log = home.log_of("supervisor")
    log.unlink(missing_ok=True)
    with open(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as output:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            env={**os.environ, IN_BACKGROUND: "1"},
        )
    if _follow_until_ready(home, child, log):
        _announce(home, read_state(home))
    else:
        raise typer.Exit(1)  # its own words, with what to do, were shown


# With whom one begins; all are in the file.
_ANNOUNCED = ("admin", "security-admin", "audit-admin", "coordinator")
# Set for the background supervisor: its output is a log, and a log holds no passwords.
IN_BACKGROUND = "TIANWEI_IN_BACKGROUND"


def _follow_until_ready(home: Home, child: "subprocess.Popen[bytes]", log: Path) -> bool:
    """Show the supervisor's progress until the stack is ready (True) or has failed (False)."""
    with open(log, encoding="utf-8", errors="replace") as progress:
        while True:
            ended = child.poll() is not None
            state = read_state(home)
            typer.echo(progress.read(), nl=False)
            if ended:
                return False
            if state.phase == "ready" and state.supervisor and state.supervisor.pid == child.pid:
                return True
            time.sleep(_POLL_S)


def _say(text: str) -> None:
    typer.echo(f"{time.strftime('%H:%M:%S')}  {text}")
    sys.stdout.flush()


def _announce(home: Home, state: State) -> None:
    """Where to click and with which account."""
    if os.environ.get(IN_BACKGROUND):
        return
    made = accounts.read(home)
    typer.echo(f"\n田卫已就绪：{state.address}/\n")
    for account in made:
        if account["login"] in _ANNOUNCED:
            typer.echo(f"  {account['name']}  账号 {account['login']}  初始密码 {account['password']}")
    typer.echo(f"  其他 {len(made) - len(_ANNOUNCED)} 个账号（乡镇、部门、收文单位）见 {home.accounts_file}")
    if not typefaces.folders():
        typer.echo(f"  公文字库：{typefaces.MISSING}")
    typer.echo(f"  日志在 {home.logs}；停止：Ctrl-C 或 tianwei down --home {home.root}\n")
    sys.stdout.flush()


@app.command("down", help="停止全部服务，数据保留")
def down(home: HomeFolder = DEFAULT_HOME) -> None:
    place = Home.at(home)
    state = read_state(place)
    supervisor = find(state.supervisor) if state.supervisor else None
    if supervisor and is_held(place):
        supervisor.terminate()
        if not _wait_released(place):
            fail("停止超时", f"查看 {place.log_of('supervisor')}，再运行一次 tianwei down")
        typer.echo("已停止，数据保留在 " + str(place.root))
    else:
        _clean_up(place)


def _wait_released(home: Home) -> bool:
    limit = time.monotonic() + _STOP_WITHIN_S
    while time.monotonic() < limit:
        if not is_held(home):
            return True
        time.sleep(_POLL_S)
    return False


def _clean_up(home: Home) -> None:
    """No supervisor: stop what a killed one may have left."""
    if not home.lock_file.exists():
        typer.echo("没有在运行。")
        return
    try:
        with HomeLock(home):
            state = read_state(home)
            stopped = stop_leftovers(state)
            state.phase, state.supervisor = "down", None
            write_state(home, state)
    except HomeInUse:
        fail("数据目录正在使用，但找不到它的主进程", "稍候再试；仍不行时重启机器后运行 tianwei up")
    typer.echo(f"已停止遗留进程：{'、'.join(stopped)}" if stopped else "没有在运行。")


_PHASES = {
    "down": "未运行",
    "starting": "启动中",
    "ready": "运行中",
    "stopping": "停止中",
    "failed": "启动失败",
    "killed": "主进程被强制结束",
}


@app.command("status", help="查看各进程：运行时长、重启次数、内存、就绪情况")
def show_status(home: HomeFolder = DEFAULT_HOME, as_json: AsJson = False) -> None:
    seen = status.look(Home.at(home))
    if as_json:
        print_json(seen.as_json())
    else:
        _print_status(seen)
    if not seen.ready:
        raise typer.Exit(3 if seen.supervisor_pid is None else 1)


def _print_status(seen: status.StackStatus) -> None:
    typer.echo(f"{_PHASES.get(seen.phase, seen.phase)}，{'已就绪' if seen.ready else '未就绪'}  {seen.address}")
    if seen.problem:
        typer.echo(f"原因：{seen.problem}")
    if seen.supervisor_pid is None:
        typer.echo("启动：tianwei up")
    if seen.processes:
        print_rows([_row(process) for process in seen.processes], _COLUMNS, as_json=False)
        total = sum(process.pss_bytes or process.rss_bytes or 0 for process in seen.processes)
        typer.echo(f"合计内存 {total / 2**20:.0f} MB")
    if services := house_report.rows(seen.readiness):
        typer.echo()
        print_rows(services, house_report.COLUMNS, as_json=False)
    for alert in house_report.alerts(seen.readiness):
        typer.echo(f"须处理：{alert}")
    if not seen.ready and seen.readiness:
        typer.echo(f"就绪检查：{seen.readiness}")


_COLUMNS = {
    "name": "进程",
    "state": "状态",
    "pid": "进程号",
    "uptime": "运行时长",
    "restarts": "重启",
    "memory": "内存 MB",
    "heartbeat": "心跳（秒前）",
}


def _row(process: status.ProcessStatus) -> dict[str, object]:
    memory = process.pss_bytes or process.rss_bytes
    return {
        "name": process.name,
        "state": status.STATE_TITLES.get(process.state, process.state),
        "pid": process.pid,
        "uptime": None if process.uptime_s is None else _duration(process.uptime_s),
        "restarts": process.restarts,
        "memory": None if memory is None else f"{memory / 2**20:.0f}",
        "heartbeat": process.heartbeat_age_s,
    }


def _duration(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"
