"""What visitors meet: names, ports, certificates, and who answers."""

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
# Traefik renews 30 days before the end.
RENEWED_DAYS = 14
API_PATH = "/api/v1/health/live"


@dataclass(frozen=True)
class Server:
    """Where the proxy is. `trusted` is a file with certificates to trust besides the system's."""

    here: str = "127.0.0.1"
    http: int = 80
    https: int = 443
    trusted: str | None = None


def resolve(host: str) -> list[str]:
    """The addresses of a name; none when it has none."""
    try:
        found = socket.getaddrinfo(host, 443, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def check_host(
    host: str, path: str, server: Server, resolve: Callable[[str], Sequence[str]] = resolve
) -> list[Finding]:
    """Findings about one host; `path` is asked for, and its answer has to be 200."""
    addresses = resolve(host)
    if not addresses:
        detail = f"{host} has no address: nobody finds it, and Let's Encrypt makes no certificate."
        fix = f"Make a record A (and AAAA) for {host} that leads to this server's public address."
        return [failed("dns", f"No DNS record for {host}", detail, fix)]
    here = _fingerprint(server.here, host, server)
    if here is None:
        detail = f"Port {server.https} of this server itself takes no TLS connection for {host}."
        fix = "docker compose ps proxy and docker compose logs proxy tell why; ss -ltnp shows who else has the port."
        return [failed("port-443", "Nothing answers on port 443", detail, fix)]
    return [
        *_check_addresses(host, addresses, here, server),
        _check_certificate(host, server),
        _check_answer(host, path, server),
        _check_redirect(host, server),
    ]


def _check_addresses(host: str, addresses: Sequence[str], here: str, server: Server) -> Iterator[Finding]:
    """Whether each address leads to what answers on this server: the same certificate says so."""
    seen = {address: _fingerprint(address, host, server) for address in addresses}
    closed = [address for address, fingerprint in seen.items() if fingerprint is None]
    others = [address for address, fingerprint in seen.items() if fingerprint not in (None, here)]
    if closed:
        detail = f"{host} leads to {', '.join(closed)}, where port {server.https} takes no connection."
        fix = "Open ports 80 and 443 in the server's and the hoster's firewall; delete an AAAA record without IPv6. "
        fix += "Behind a router that does not lead back inside, try from another network."
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
        detail = f"{address} answers as this site does, with a certificate of its own: a CDN, or another proxy."
        fix = "Fine when that is meant; clients' addresses are then those of that proxy."
        return warning("dns-proxy", f"Something stands before {host}", detail, fix)
    detail = f"{host} leads to {address}, and another server answers there."
    fix = "Change the record to this server's public address, or delete it (an old AAAA record is a frequent one). "
    fix += "Records are cached for as long as their TTL says."
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
        detail = f"The TLS connection broke off ({type(error).__name__})."
        return failed("certificate", f"No certificate for {host}", detail, "docker compose logs proxy")
    days = (ssl.cert_time_to_seconds(str(certificate["notAfter"])) - time.time()) / 86400
    issued_by: Any = certificate.get("issuer", ())
    names = {name: value for group in issued_by for name, value in group}
    issuer = names.get("organizationName") or names.get("commonName", "unknown")
    detail = f"Issued by {issuer}, {days:.0f} days left."
    if days < RENEWED_DAYS:
        fix = "docker compose logs proxy | grep -i acme says why it is not renewed; most often port 443 or DNS."
        return warning("certificate-renewal", f"The certificate of {host} ends soon", detail, fix)
    return ok("certificate", f"Certificate of {host}", detail)


# Reasons of OpenSSL, by number: what they mean here.
_REASONS = {
    10: ("certificate-expired", "has expired"),
    18: ("certificate-self-signed", "is the proxy's own: Let's Encrypt has made none yet"),
    62: ("certificate-name", "is for other names"),
}


def _refused(host: str, error: ssl.SSLCertVerificationError) -> Finding:
    code, meaning = _REASONS.get(error.verify_code, ("certificate-untrusted", "is from nobody whom browsers trust"))
    fix = "docker compose logs proxy | grep -i acme says what Let's Encrypt answers. It needs DNS and port 443 to lead "
    fix += "here and a FIRST_SUPERUSER with a real address; after several failures it refuses for an hour."
    return failed(code, f"No good certificate for {host}", f"The certificate {meaning} ({error.verify_message}).", fix)


def _check_answer(host: str, path: str, server: Server) -> Finding:
    try:
        status, body, _ = _get(server.here, host, path, server)
    except (OSError, http.client.HTTPException) as error:
        detail = f"https://{host}{path} broke off ({type(error).__name__})."
        return failed("no-answer", f"{host} does not answer", detail, "docker compose logs proxy backend frontend")
    address = f"https://{host}{path} answers {status}"
    if status == 200:
        return ok("answer", f"Answer of {host}", f"{address}.")
    if status == 404 and "404 page not found" in body:
        detail = f"{address}, and it is Traefik that says so: it has no route for this name."
        fix = (
            "A container that is not healthy has no route: docker compose ps. Compare DOMAIN, and PROXY_NETWORK where "
        )
        fix += "another stack's proxy serves this one; docker compose logs proxy says whether it can read Docker."
        return failed("traefik-404", f"No route to {host}", detail, fix)
    if status in (502, 503, 504):
        fix = "docker compose ps and docker compose logs backend frontend tell why."
        return failed("gateway", f"Nothing behind {host}", f"{address}: the container does not.", fix)
    if status == 400 and "Unknown host" in body:
        fix = "Compare DOMAIN and ALLOWED_HOSTS in .local/server.env, then docker compose up --detach --wait."
        return failed("unknown-host", f"The API does not know {host}", f"{address}: Unknown host.", fix)
    fix = "ss -ltnp shows who has port 443; only this stack's proxy may."
    return failed("other-server", f"Something else answers for {host}", f"{address}, and not this site.", fix)


def _check_redirect(host: str, server: Server) -> Finding:
    connection = http.client.HTTPConnection(server.here, server.http, timeout=SECONDS)
    try:
        connection.request("GET", "/", headers={"Host": host})
        response = connection.getresponse()
        location = response.headers.get("Location", "")
    except (OSError, http.client.HTTPException) as error:
        detail = f"Port {server.http} takes no request ({type(error).__name__}): http:// addresses lead nowhere."
        return failed("port-80", "Nothing answers on port 80", detail, "docker compose ps proxy; ss -ltnp")
    finally:
        connection.close()
    if response.status in (301, 302, 307, 308) and location.startswith("https://"):
        return ok("http", f"http://{host}", "It leads to https.")
    detail = f"http://{host}/ answers {response.status} instead of a redirect: passwords can cross in the clear."
    fix = "docker compose up --detach --force-recreate proxy with docker-compose.yml alone; ss -ltnp shows others."
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
    """Of the certificate that is shown there for the host; None when there is no TLS connection."""
    try:
        with _connect(address, host, server, _unverified()) as connection:
            return hashlib.sha256(connection.getpeercert(binary_form=True) or b"").hexdigest()
    except OSError:
        return None


def _get(address: str, host: str, path: str, server: Server) -> tuple[int, str, http.client.HTTPMessage]:
    """Status, the begin of the body, headers."""
    connection = http.client.HTTPSConnection(host, timeout=SECONDS)
    connection.sock = _connect(address, host, server, _unverified())
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read(10_000).decode(errors="replace"), response.headers
    finally:
        connection.close()
