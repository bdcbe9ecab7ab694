"""Check what visitors use: DNS names, ports, certificates and responses."""

import hashlib
import http.client
import json
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from scripts.server.doctor.findings import Finding, failed, ok, warning

SECONDS = 5.0
# Traefik renews certificates 30 days before they expire.
RENEWED_DAYS = 14
API_PATH = "/api/v1/health/live"


@dataclass(frozen=True)
class Server:
    """The proxy's address and ports. `trusted` is a file with certificates to trust besides the system's."""

    here: str = "127.0.0.1"
    http: int = 80
    https: int = 443
    trusted: str | None = None


def resolve(host: str) -> list[str]:
    """Return the addresses of a name; none if it has no record."""
    try:
        found = socket.getaddrinfo(host, 443, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(str(address[4][0]) for address in found))


def check_host(
    host: str, path: str, server: Server, resolve: Callable[[str], Sequence[str]] = resolve
) -> list[Finding]:
    """Check one host; a request to `path` must return 200."""
    addresses = resolve(host)
    if not addresses:
        detail = f"{host} has no address: nobody can reach it, and Let's Encrypt issues no certificate."
        fix = f"Create an A record (and AAAA) for {host} with this server's public address."
        return [failed("dns", f"No DNS record for {host}", detail, fix)]
    here = _fingerprint(server.here, host, server)
    if here is None:
        detail = f"Port {server.https} of this server itself accepts no TLS connection for {host}."
        fix = "See docker compose ps proxy and docker compose logs proxy; ss -ltnp shows what else uses the port."
        return [failed("port-443", "Port 443 is closed", detail, fix)]
    return [
        *_check_addresses(host, addresses, here, server),
        _check_certificate(host, server),
        _check_response(host, path, server),
        _check_redirect(host, server),
    ]


def _check_addresses(host: str, addresses: Sequence[str], here: str, server: Server) -> Iterator[Finding]:
    """Check that each address leads to this server: it must show the same certificate."""
    seen = {address: _fingerprint(address, host, server) for address in addresses}
    closed = [address for address, fingerprint in seen.items() if fingerprint is None]
    others = [address for address, fingerprint in seen.items() if fingerprint not in (None, here)]
    if closed:
        detail = f"{host} leads to {', '.join(closed)}, where port {server.https} accepts no connection."
        fix = "Open ports 80 and 443 in the firewalls of the server and the hoster. Without IPv6, delete the AAAA "
        fix += "record. If your router does not support hairpin NAT, try from another network."
        yield failed("port-closed", f"{host} cannot be reached", detail, fix)
    for address in others:
        yield _elsewhere(host, address, server)
    if not closed and not others:
        yield ok("dns", f"DNS of {host}", f"{', '.join(addresses)} lead to this server.")


def _elsewhere(host: str, address: str, server: Server) -> Finding:
    try:
        _, body, _ = _get(address, host, API_PATH, server)
        is_ours = bool(json.loads(body)["status"] == "ok")
    except (OSError, http.client.HTTPException, ValueError, LookupError, TypeError):
        is_ours = False
    if is_ours:
        detail = f"{address} serves this site with its own certificate: a CDN, or another proxy."
        fix = "Nothing to do if this is intended. The API then sees that proxy's address for every client."
        return warning("dns-proxy", f"Another proxy is in front of {host}", detail, fix)
    detail = f"{host} leads to {address}, which is another server."
    fix = "Change the record to this server's public address, or delete it (often an old AAAA record). "
    fix += "Caches keep the old record until its TTL ends."
    return failed("dns-elsewhere", f"{host} leads to another server", detail, fix)


def _check_certificate(host: str, server: Server) -> Finding:
    context = ssl.create_default_context()
    if server.trusted:
        context.load_verify_locations(server.trusted)
    try:
        with _connect(server.here, host, server, context) as connection:
            certificate = connection.getpeercert() or {}
    except ssl.SSLCertVerificationError as error:
        return _refused(host, error)
    except OSError as error:
        detail = f"The TLS connection failed ({type(error).__name__})."
        return failed("certificate", f"No certificate for {host}", detail, "See docker compose logs proxy.")
    days = (ssl.cert_time_to_seconds(str(certificate["notAfter"])) - time.time()) / 86400
    issued_by: Any = certificate.get("issuer", ())
    names = {name: value for group in issued_by for name, value in group}
    issuer = names.get("organizationName") or names.get("commonName", "unknown")
    detail = f"Issued by {issuer}, {days:.0f} days left."
    if days < RENEWED_DAYS:
        fix = "See docker compose logs proxy | grep -i acme for the reason: most often port 443 or DNS."
        return warning("certificate-renewal", f"The certificate of {host} expires soon", detail, fix)
    return ok("certificate", f"Certificate of {host}", detail)


# OpenSSL's verification errors, and what they mean here.
_REASONS = {
    10: ("certificate-expired", "has expired"),
    18: ("certificate-self-signed", "is the proxy's own: Let's Encrypt has not issued one yet"),
    62: ("certificate-name", "is for other names"),
}


def _refused(host: str, error: ssl.SSLCertVerificationError) -> Finding:
    code, meaning = _REASONS.get(error.verify_code, ("certificate-untrusted", "is not from a trusted authority"))
    fix = (
        "See docker compose logs proxy | grep -i acme for Let's Encrypt's response. It requires that DNS and port 443 "
    )
    fix += "lead here, and a real address in FIRST_SUPERUSER. After several failures it refuses for an hour."
    return failed(code, f"No valid certificate for {host}", f"The certificate {meaning} ({error.verify_message}).", fix)


def _check_response(host: str, path: str, server: Server) -> Finding:
    try:
        status, body, _ = _get(server.here, host, path, server)
    except (OSError, http.client.HTTPException) as error:
        detail = f"The request to https://{host}{path} failed ({type(error).__name__})."
        fix = "See docker compose logs proxy backend frontend."
        return failed("no-answer", f"{host} does not respond", detail, fix)
    address = f"https://{host}{path} returns {status}"
    if status == 200:
        return ok("answer", f"Response of {host}", f"{address}.")
    if status == 404 and "404 page not found" in body:
        detail = f"{address}, from Traefik: it has no route for this name."
        fix = "A container that is not healthy has no route: see docker compose ps. Check DOMAIN, and PROXY_NETWORK if "
        fix += "another stack's proxy serves this one. docker compose logs proxy shows whether it can read Docker."
        return failed("traefik-404", f"No route to {host}", detail, fix)
    if status in (502, 503, 504):
        fix = "See docker compose ps and docker compose logs backend frontend."
        return failed("gateway", f"Nothing behind {host}", f"{address}: the container does not respond.", fix)
    if status == 400 and "Unknown host" in body:
        fix = "Correct DOMAIN and ALLOWED_HOSTS in .local/server.env, then run docker compose up --detach --wait."
        return failed("unknown-host", f"The API does not know {host}", f"{address}: Unknown host.", fix)
    fix = "See with ss -ltnp what uses port 443: it must be this stack's proxy."
    return failed("other-server", f"Another program serves {host}", f"{address}, but not from this site.", fix)


def _check_redirect(host: str, server: Server) -> Finding:
    connection = http.client.HTTPConnection(server.here, server.http, timeout=SECONDS)
    try:
        connection.request("GET", "/", headers={"Host": host})
        response = connection.getresponse()
        location = response.headers.get("Location", "")
    except (OSError, http.client.HTTPException) as error:
        detail = f"Port {server.http} accepts no request ({type(error).__name__}): http:// addresses do not work."
        return failed("port-80", "Port 80 is closed", detail, "See docker compose ps proxy, and ss -ltnp.")
    finally:
        connection.close()
    if response.status in (301, 302, 307, 308) and location.startswith("https://"):
        return ok("http", f"http://{host}", "It redirects to https.")
    detail = f"http://{host}/ returns {response.status} instead of a redirect: passwords can be sent in clear text."
    fix = "With docker-compose.yml alone, run docker compose up --detach --force-recreate proxy. See also ss -ltnp."
    return failed("http-open", f"http://{host} is not redirected", detail, fix)


def _unverified() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _connect(address: str, host: str, server: Server, context: ssl.SSLContext) -> ssl.SSLSocket:
    raw = socket.create_connection((address, server.https), timeout=SECONDS)
    try:
        return context.wrap_socket(raw, server_hostname=host)
    except BaseException:
        raw.close()
        raise


def _fingerprint(address: str, host: str, server: Server) -> str | None:
    """Return the SHA-256 of the host's certificate at this address; None if there is no TLS connection."""
    try:
        with _connect(address, host, server, _unverified()) as connection:
            return hashlib.sha256(connection.getpeercert(binary_form=True) or b"").hexdigest()
    except OSError:
        return None


def _get(address: str, host: str, path: str, server: Server) -> tuple[int, str, http.client.HTTPMessage]:
    """Return the status, the start of the body, and the headers."""
    connection = http.client.HTTPSConnection(host, timeout=SECONDS)
    connection.sock = _connect(address, host, server, _unverified())
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read(10_000).decode(errors="replace"), response.headers
    finally:
        connection.close()
