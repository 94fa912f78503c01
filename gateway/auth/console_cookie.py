"""The console's cookie, and the token by which a page of ours shows that it sent a change. Pure but for the answer.

HttpOnly: no script reads it. SameSite=Lax: other sites' forms do not send it, links do, so that a link in a message
opens the console. The synchroniser token is made of the cookie's value: only who was told it, in an answer that no
other site can read, has it. It is needed of every unsafe method that comes by cookie, never of a bearer.
"""

import hashlib
import hmac
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from gateway.auth.errors import CsrfTokenWrong

CSRF_HEADER = "X-CSRF-Token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def name(*, secure: bool) -> str:
    """By its name a browser takes it over TLS alone, from this very host; plain http is for one machine."""
    return "__Host-tianwei-session" if secure else "tianwei-session"


def keep(answer: Response, value: str, until: datetime, *, secure: bool) -> None:
    answer.set_cookie(name(secure=secure), value, expires=until, path="/", secure=secure, httponly=True, samesite="lax")


def drop(answer: Response, *, secure: bool) -> None:
    answer.delete_cookie(name(secure=secure), path="/", secure=secure, httponly=True, samesite="lax")


def csrf_token(value: str) -> str:
    """64 hexadecimal digits; the cookie's value does not follow from it."""
    return hmac.digest(value.encode(), b"tianwei csrf", hashlib.sha256).hex()


def check(request: Request, value: str) -> None:
    """Raises CsrfTokenWrong for a change that does not show the token of this cookie."""
    if request.method in _SAFE:
        return
    shown = request.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(shown.encode(), csrf_token(value).encode()):
        raise CsrfTokenWrong
