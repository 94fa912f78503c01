"""Connections of blocking clients (SFTP, SMTP): resolved once, judged (urls.py), and that very address connected to."""

import socket
from ipaddress import ip_address

from shared.outgoing.urls import AllowedHosts, check_address


def connect(host: str, port: int, allowed: AllowedHosts, timeout_s: float) -> socket.socket:
    """Every one of a name's addresses must pass. timeout_s: also of each later wait. Raises AddressRefused, OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    listed = allowed.lists(host, port)
    for *_, where in found:
        check_address(ip_address(where[0]), listed=listed)
    failure: OSError = OSError("no address")
    for family, kind, protocol, _, where in found:
        connection = socket.socket(family, kind, protocol)
        connection.settimeout(timeout_s)
        try:
            connection.connect(where)
        except OSError as error:
            connection.close()
            failure = error
        else:
            return connection
    raise failure
