"""A certificate as a kit writes it when every check passed, for who must have one before it can go on."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from services.agencies.domain.conformance import checks_of
from services.agencies.kit.paper import certificate
from services.agencies.kit.trial import Result
from shared.contracts.agency_certificates import CertificateSoftware

SOFTWARE = CertificateSoftware(vendor="测试厂商", name="业务系统", version="1.2.3")


def certificate_of(kit: Mapping[str, Any], *, ended_at: datetime | None = None, failed: str = "") -> dict[str, Any]:
    """kit: what agency.issue-kit answered. ended_at: default when it was issued. failed: a check that did not pass."""
    ended = ended_at or datetime.fromisoformat(kit["made_at"])
    results = [Result(one.id, one.id != failed, "没有发现问题") for one in checks_of(kit["protocol"])]
    packed = {**kit, "contract_sha256": "0" * 64}
    return certificate(packed, SOFTWARE, results, ended - timedelta(minutes=1), ended).model_dump(mode="json")


def certify(order: Callable[[str, dict[str, Any]], dict[str, Any]], agency: str, protocol: str) -> None:
    """Through the public door. order: issue-kit and certify with their bodies, as an administrator."""
    kit = order("issue-kit", {"agency": agency, "protocol": protocol})
    order("certify", {"agency": agency, "certificate": certificate_of(kit)})


def certify_by(post: Callable[[str, dict[str, Any]], Any], agency: str, protocol: str) -> None:
    """The same by the API. post: an administrator's, of paths below /api/v1."""
    kit = post(f"/agencies/{agency}/kits", {"protocol": protocol})
    post(f"/agencies/{agency}/certificates", {"certificate": certificate_of(kit)})
