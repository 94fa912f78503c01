"""The gateway process: `python -m gateway`."""

import uvicorn

from gateway.app import create_app
from gateway.bounds import Limits
from gateway.head_limit import LimitedHead
from gateway.parts import real_parts
from gateway.settings import GatewaySettings
from shared import telemetry


def main() -> None:
    settings = GatewaySettings()
    telemetry.configure("gateway", settings.log_level)
    app = create_app(
        real_parts(settings),
        max_body_bytes=settings.max_body_bytes,
        max_import_bytes=settings.max_import_bytes,
        max_evidence_bytes=settings.max_evidence_bytes,
        limits=Limits(
            account_per_s=settings.rate_account_per_s,
            account_burst=settings.rate_account_burst,
            address_per_s=settings.rate_address_per_s,
            address_burst=settings.rate_address_burst,
            requests=settings.requests_in_work,
            uploads=settings.uploads_in_work,
        ),
    )
    uvicorn.run(
        app,
        host=settings.http_host,
        port=settings.http_port,
        loop="uvloop",
        http=LimitedHead.of(settings.most_connections),
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=5,
    )


if __name__ == "__main__":
    main()
