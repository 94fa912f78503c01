"""The command line's way to the gateway: where it is, who I am, what to tell a person when it fails."""

import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, NoReturn, Self

import httpx

from gateway.cli.app import fail
from gateway.cli.stack.layout import Home, read_state, write_private

_PREFIX = "/api/v1"
_TIMEOUT = httpx.Timeout(35.0, connect=5.0)
# Of a large file, and of an answer that is made of many.
_LONG = httpx.Timeout(300.0, connect=5.0)
_NOT_RUNNING = 3
# Asked for anew this long before it ends.
_EARLY_S = 30.0
_PAGE = 200

_TO_DO = {
    401: "运行 tianwei login <账号> 登录",
    403: "用有权限的账号登录：tianwei login <账号>",
    404: "核对编号；也可能不在当前账号的权限范围内（tianwei whoami 查看当前账号）",
    409: "先查看记录的当前状态，再决定下一步",
    412: "记录已变化，先重新查看再操作",
    413: "把文件拆小后再试",
    422: "按提示修改后重试",
    429: "按提示的秒数等待后重试",
    503: "稍后重试；用 tianwei status 查看各服务",
}


class LoginFailed(Exception):
    """The gateway does not take these credentials. detail: in Chinese, for the person."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


@dataclass
class Token:
    """What a login left in the data folder (mode 0600). expires_at: unix seconds."""

    url: str
    login: str
    access_token: str
    expires_at: float
    refresh_token: str | None

    @property
    def fresh(self) -> bool:
        return time.time() < self.expires_at - _EARLY_S


class Client:
    """One gateway, one person, for one command: `with Client(home) as client`. Every failure ends the command."""

    def __init__(self, home: Path) -> None:
        self._home = Home.at(home)
        self.url = address(self._home)
        # A proxy of the environment is for the outside world, not for one's own machine.
        self._http = httpx.Client(base_url=self.url, timeout=_TIMEOUT, trust_env="TIANWEI_URL" in os.environ)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, path: str, **params: Any) -> Any:
        return self._ask("GET", path, params={k: v for k, v in params.items() if v is not None})

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        return self._ask("POST", path, json=body or {})

    def put(self, path: str, body: dict[str, Any]) -> Any:
        return self._ask("PUT", path, json=body)

    def upload(self, path: str, name: str, stream: BinaryIO, fields: dict[str, str] | None = None) -> Any:
        """fields: of the form, beside the file. A large file takes as long as it takes."""
        return self._ask("POST", path, files={"file": (name, stream)}, data=fields or {}, timeout=_LONG)

    def download(self, path: str, to: Path, **params: Any) -> int:
        """Write an answer to a file, chunk by chunk, and give its size. A file that broke off is not left behind."""
        headers = {"Authorization": f"Bearer {self._token()}"}
        given = {name: value for name, value in params.items() if value is not None}
        part = to.with_name(f"{to.name}.part")
        try:
            with self._http.stream("GET", _PREFIX + path, headers=headers, params=given, timeout=_LONG) as answer:
                if not answer.is_success:
                    answer.read()
                    _explain(answer)
                with part.open("wb") as file:
                    for chunk in answer.iter_bytes():
                        file.write(chunk)
            part.replace(to)
            return to.stat().st_size
        except httpx.TimeoutException:
            fail(f"{self.url} 没有及时答复", "缩小范围后重试；用 tianwei status 查看各服务")
        except httpx.ConnectError:
            fail(f"连接不上 {self.url}", "先运行 tianwei up，或用 TIANWEI_URL 指定地址", _NOT_RUNNING)
        except httpx.TransportError:
            fail("下载中断，收到的内容不完整", "重新下载；证据再次中断的，用 tianwei evidence verify 核对")
        finally:
            part.unlink(missing_ok=True)

    def items(self, path: str, most: int, **params: Any) -> list[dict[str, Any]]:
        """Up to `most` items of a list, over as many pages as it takes."""
        found: list[dict[str, Any]] = []
        for page in self._pages(path, most, params):
            found += page
            if len(found) >= most:
                break
        return found[:most]

    def _pages(self, path: str, most: int, params: dict[str, Any]) -> Iterator[list[dict[str, Any]]]:
        cursor = None
        while True:
            page = self.get(path, **params, limit=min(most, _PAGE), cursor=cursor)
            yield page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def description(self) -> Any:
        """What the gateway says of itself (OpenAPI)."""
        return self._send("GET", "/openapi.json", prefix="").json()

    def _ask(self, method: str, path: str, **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {self._token()}"}
        answer = self._send(method, path, headers=headers, **more)
        if not answer.is_success:
            _explain(answer)
        return answer.json() if answer.content else None

    def _send(self, method: str, path: str, *, prefix: str = _PREFIX, **more: Any) -> httpx.Response:
        try:
            return self._http.request(method, prefix + path, **more)
        except httpx.TimeoutException:
            fail(f"{self.url} 没有及时答复", "稍后重试；用 tianwei status 查看各服务")
        except httpx.TransportError:
            fail(f"连接不上 {self.url}", "先运行 tianwei up，或用 TIANWEI_URL 指定地址", _NOT_RUNNING)

    # who I am

    def log_in(self, login: str, password: str, *, system: bool = False) -> Token:
        """Ask for a token and keep it. Raises LoginFailed."""
        body = (
            {"grant_type": "client_credentials", "client_id": login, "client_secret": password}
            if system
            else {"grant_type": "password", "username": login, "password": password}
        )
        return self._grant(login, body)

    def log_out(self) -> None:
        """End the session and forget its token."""
        token = self._kept()
        if token is not None:
            self._send("POST", "/auth/logout", headers={"Authorization": f"Bearer {token.access_token}"})
        self._file.unlink(missing_ok=True)

    def _token(self) -> str:
        kept, login = self._kept(), os.environ.get("TIANWEI_LOGIN", "")
        token = self._renewed(kept) if kept is not None and login in ("", kept.login) else None
        password = os.environ.get("TIANWEI_PASSWORD", "")
        if token is None and login and password:
            try:
                token = self.log_in(login, password)
            except LoginFailed as refused:
                fail(refused.detail, "检查 TIANWEI_LOGIN 和 TIANWEI_PASSWORD")
        if token is None:
            fail("还没有登录，或登录已过期", _TO_DO[401])
        return token.access_token

    def _renewed(self, kept: Token) -> Token | None:
        """The token as it is or by its refresh token; None when only the password helps."""
        if kept.fresh:
            return kept
        if kept.refresh_token is None:
            return None
        try:
            return self._grant(kept.login, {"grant_type": "refresh_token", "refresh_token": kept.refresh_token})
        except LoginFailed:
            return None

    def _grant(self, login: str, body: dict[str, Any]) -> Token:
        answer = self._send("POST", "/auth/token", json=body)
        if answer.status_code == 401:
            raise LoginFailed(_problem(answer)["detail"])
        if not answer.is_success:
            _explain(answer)
        granted = answer.json()
        until = time.time() + granted["expires_in"]
        token = Token(self.url, login, granted["access_token"], until, granted["refresh_token"])
        self._home.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(self._file, json.dumps(asdict(token)))
        return token

    def _kept(self) -> Token | None:
        try:
            token = Token(**json.loads(self._file.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None
        return token if token.url == self.url else None

    @property
    def _file(self) -> Path:
        return self._home.root / "login.json"


def address(home: Home) -> str:
    """TIANWEI_URL, or where the stack in this data folder answers."""
    if given := os.environ.get("TIANWEI_URL"):
        return given.rstrip("/")
    state = read_state(home)
    if not state.http_port:
        fail(f"数据目录 {home.root} 没有启动过", "先运行 tianwei up，或用 --home、TIANWEI_URL 指定", _NOT_RUNNING)
    return state.address


def _explain(answer: httpx.Response) -> NoReturn:
    problem = _problem(answer)
    faults = [fault["detail"] for fault in problem.get("faults") or ()]
    what = "".join(faults) if len(faults) > 1 else problem["detail"]
    fail(what, _TO_DO.get(answer.status_code, f"把编号 {problem.get('correlation_id')} 告诉系统管理员"))


def _problem(answer: httpx.Response) -> dict[str, Any]:
    try:
        problem: dict[str, Any] = answer.json()
        return {"detail": f"网关答复 {answer.status_code}", **problem}
    except (ValueError, TypeError):
        return {"detail": f"{answer.url} 答复 {answer.status_code}，不像是田卫的网关"}
