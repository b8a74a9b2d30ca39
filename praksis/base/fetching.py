"""Fetching what somebody has given the address of, without becoming their way into our own network.

Only http and https, on the ports of those; every address that a name has must be a public one, and the connection goes to the
very address that was checked (a name may answer otherwise the next time). So is each redirect. Size and time are limited.
An operator may name machines of one's own that may be asked all the same: `PRAKSIS_FETCH_INSIDE=tp.example.no:443`.
"""

import http.client
import ipaddress
import socket
import ssl
import time
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

SECONDS = 60
CONNECT_SECONDS = 10
MOST_REDIRECTS = 3
PORTS = {"http": 80, "https": 443}
REDIRECTS = {301, 302, 303, 307, 308}


class NotFetchedError(Exception):
    """Nothing was fetched; the text says why, and what to do."""


def fetch(address: str, *, most_bytes: int) -> bytes:
    """What lies at an address. Raises NotFetchedError."""
    ends = time.monotonic() + SECONDS
    for _turn in range(MOST_REDIRECTS + 1):
        status, location, content = _ask(address, most_bytes, ends)
        if status == 200:
            return content
        if status not in REDIRECTS or not location:
            raise NotFetchedError(_("Nettadressen svarte med feil (%d). Se i nettleseren om den er riktig.") % status)
        address = urljoin(address, location)
    raise NotFetchedError(_("Nettadressen sender videre for mange ganger. Bruk adressen den ender på."))


def _ask(address: str, most_bytes: int, ends: float) -> tuple[int, str, bytes]:
    parts = _checked(address)
    port = parts.port or PORTS[parts.scheme]
    connection = _connected(parts.scheme, str(parts.hostname), port)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request(
            "GET", path, headers={"Accept": "application/json, text/csv;q=0.9, */*;q=0.1", "User-Agent": "Praksistorget"}
        )
        with connection.getresponse() as answer:
            content = _read(answer, most_bytes, ends) if answer.status == 200 else b""
            return answer.status, answer.getheader("Location", "") or "", content
    except (OSError, http.client.HTTPException, ValueError) as problem:
        raise NotFetchedError(
            _("Nettadressen svarer ikke. Prøv igjen senere, eller last filen ned og last den opp her.")
        ) from problem
    finally:
        connection.close()


def _no_answer() -> NotFetchedError:
    return NotFetchedError(_("Nettadressen svarer ikke. Prøv igjen senere, eller last filen ned og last den opp her."))


def _checked(address: str) -> Any:
    """The parts of an address that may be asked."""
    try:
        parts = urlsplit(address.strip())
        port = parts.port
    except ValueError as problem:
        raise NotFetchedError(_("Dette er ikke en nettadresse. Skriv en som begynner med https://.")) from problem
    if parts.scheme not in PORTS or not parts.hostname or parts.username or parts.password:
        raise NotFetchedError(_("Bare nettadresser som begynner med http:// eller https://, kan hentes."))
    if not _is_inside(parts.hostname, port or PORTS[parts.scheme]) and port not in (None, PORTS[parts.scheme]):
        raise NotFetchedError(_("Nettadressen har et portnummer som ikke kan hentes. Bruk den vanlige adressen."))
    return parts


def _is_inside(host: str, port: int) -> bool:
    return f"{host}:{port}" in settings.FETCH_INSIDE


def _connected(scheme: str, host: str, port: int) -> http.client.HTTPConnection:
    """A connection to an address that was checked, under the name that was asked for."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as problem:
        raise NotFetchedError(_("Ingen svarer til navnet %s. Se om nettadressen er skrevet riktig.") % host) from problem
    addresses = [str(one[4][0]) for one in found]
    if not _is_inside(host, port) and not all(_is_public(one) for one in addresses):
        raise NotFetchedError(_("Nettadressen hører til et lukket nett og kan ikke hentes herfra."))
    connection = http.client.HTTPConnection(host, port, timeout=CONNECT_SECONDS)
    try:
        held = socket.create_connection((addresses[0], port), timeout=CONNECT_SECONDS)
        connection.sock = ssl.create_default_context().wrap_socket(held, server_hostname=host) if scheme == "https" else held
    except OSError as problem:
        raise NotFetchedError(
            _("Nettadressen svarer ikke. Prøv igjen senere, eller last filen ned og last den opp her.")
        ) from problem
    return connection


def _is_public(address: str) -> bool:
    """Neither this machine, nor its network, nor what only looks like IPv6 around one of those."""
    one = ipaddress.ip_address(address.partition("%")[0])
    inner = (
        getattr(one, "ipv4_mapped", None) or getattr(one, "sixtofour", None) or (getattr(one, "teredo", None) or (None, None))[1]
    )
    return one.is_global and not one.is_multicast and (inner is None or inner.is_global)


def _read(answer: http.client.HTTPResponse, most_bytes: int, ends: float) -> bytes:
    content = b""
    while part := answer.read1(65_536):
        content += part
        if len(content) > most_bytes:
            raise NotFetchedError(_("Det som ligger på nettadressen, er større enn %d MB.") % (most_bytes // 1_000_000))
        if time.monotonic() > ends:
            raise NotFetchedError(_("Nettadressen svarer for langsomt. Last filen ned, og last den opp her."))
    return content
