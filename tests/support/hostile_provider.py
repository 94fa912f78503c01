"""An OpenID provider on loopback that says whatever a test wants it to say."""

import json
import threading
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from tests.support.oidc_nodes import new_key

Claims = dict[str, Any]


class HostileProvider:
    """client_id: of the house. key: signs unless a test makes its own token.

    asked: the forms that came to the token endpoint. id_token: made of the form; metadata: what the description adds.
    down: answers 503 to all.
    """

    client_id = "tianwei"

    def __init__(self) -> None:
        self.key: RSAKey = new_key("hostile")
        self.published: list[RSAKey] = [self.key]
        self.asked: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.metadata: Claims = {}
        self.down = False
        self.token_answer: Callable[[Mapping[str, str]], tuple[int, Any]] = lambda _: (200, {})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def claims(self, **changes: Any) -> Claims:
        """Of a good id token but for its nonce; None takes a claim out."""
        now = int(time.time())
        whole = {"iss": self.issuer, "aud": self.client_id, "sub": "wang", "iat": now, "exp": now + 300, **changes}
        return {name: value for name, value in whole.items() if value is not None}

    def signed(self, claims: Claims, header: Claims | None = None, key: RSAKey | None = None) -> str:
        signer = key or self.key
        return jwt.encode({"alg": "RS256", "kid": signer.kid, **(header or {})}, claims, signer)

    def gives(self, id_token: str, **more: Any) -> None:
        """Every code is worth this id token."""
        self.token_answer = lambda _: (
            200,
            {"id_token": id_token, "access_token": "of no use", "token_type": "Bearer", **more},
        )

    def answer(self, path: str, form: Mapping[str, str]) -> tuple[int, Any]:
        self.paths.append(path)
        if self.down:
            return 503, {}
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.issuer,
                **{
                    name: f"{self.issuer}/{place}"
                    for name, place in (
                        ("authorization_endpoint", "authorize"),
                        ("token_endpoint", "token"),
                        ("jwks_uri", "jwks"),
                        ("end_session_endpoint", "bye"),
                    )
                },
                "code_challenge_methods_supported": ["S256"],
                **self.metadata,
            }
        if path == "/jwks":
            return 200, KeySet(list(self.published)).as_dict(private=False)
        if path == "/token":
            self.asked.append(dict(form))
            return self.token_answer(form)
        return 404, {}

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler(provider: HostileProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            self._answer(dict(parse_qsl(body.decode())))

        def _answer(self, form: Mapping[str, str]) -> None:
            status, told = provider.answer(self.path.partition("?")[0], form)
            body = told if isinstance(told, bytes) else json.dumps(told).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing."""

    return Handler
