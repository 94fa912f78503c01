"""How a paper reaches the party (送达, domain.md 3.10): every method has its own proof and its own day."""

from collections.abc import Collection
from datetime import date
from typing import Protocol

from services.cases.domain.transitions import DocumentMissing, Forbidden
from shared.contracts.codes import DocumentKind
from shared.contracts.procedure import Paper, Publication

_PROVED_BY = {
    "electronic": (DocumentKind.ELECTRONIC_SERVICE_CONSENT, "APL 61; CPL 90"),
    "entrusted": (DocumentKind.SERVICE_RECEIPT, "CPL 91"),
    "mail": (DocumentKind.SERVICE_RECEIPT, "CPL 91"),
}


class Served(Protocol):
    """A command that serves a paper."""

    @property
    def verb(self) -> str: ...
    @property
    def service_method(self) -> str: ...
    @property
    def witness(self) -> str | None: ...
    @property
    def refusal(self) -> str | None: ...


def check_service(
    cmd: Served,
    paper: Paper | DocumentKind,
    held: Collection[DocumentKind],
    publication: Publication | None,
    served_on: date,
) -> None:
    """held: kinds of documents there are. publication: what was published of the case, if anything.

    left: a witness of village or unit, or photographs, and why the party refused. public: only after its days.
    Raises DocumentMissing, Forbidden.
    """
    method = cmd.service_method
    if method in _PROVED_BY:
        kind, law = _PROVED_BY[method]
        if kind not in held:
            raise DocumentMissing("case", cmd.verb, [kind], law)
    elif method == "left":
        if cmd.refusal is None:
            raise Forbidden("cases.refusal-missing", "refusal", "CPL 89")
        if cmd.witness is None and DocumentKind.SITE_PHOTOS not in held:
            raise Forbidden("cases.witness-missing", "witness", "CPL 89")
    elif method == "public":
        if publication is None or publication.paper != paper:
            raise Forbidden("cases.not-published", "service_method", "CPL 95", paper=paper)
        if served_on < publication.served_on:
            raise Forbidden("cases.publication-running", "served_at", "CPL 95", until=publication.served_on.isoformat())
