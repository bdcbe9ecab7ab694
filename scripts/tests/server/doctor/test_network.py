"""Checks of names, ports, certificates and responses, against real servers on loopback addresses."""

import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from scripts.local.ports import any_free_port
from scripts.server.doctor.findings import Finding
from scripts.server.doctor.network import API_PATH, Server, check_host, resolve

HOST = "api.acme.example"
HERE, ELSEWHERE = "127.0.0.1", "127.0.0.2"
LIVE = (200, '{"status":"ok"}')
REDIRECT = (308, "")

Key = ec.EllipticCurvePrivateKey
Serve = Callable[..., int]


def certificate(
    folder: Path, *, names: tuple[str, ...] = (HOST,), days: float = 60, issuer: tuple[x509.Name, Key] | None = None
) -> tuple[Path, tuple[x509.Name, Key]]:
    """Create a certificate with its key in one file. Without an issuer it is self-signed, like an authority's."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Acme Trust" if issuer is None else names[0])])
    issuer_name, issuer_key = issuer or (name, key)
    now = datetime.now(UTC)
    created = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer_name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=90))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(dns) for dns in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .sign(issuer_key, hashes.SHA256())
    )
    file = folder / f"{created.serial_number}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + created.public_bytes(serialization.Encoding.PEM))
    return file, (name, key)


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start servers that return the same response to every request, and stop them after the test."""
    servers: list[ThreadingHTTPServer] = []

    def start(response: tuple[int, str], address: str = HERE, port: int = 0, file: Path | None = None) -> int:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(response[0])
                if response[0] == 308:
                    self.send_header("Location", f"https://{HOST}/")
                self.send_header("Content-Length", str(len(response[1])))
                self.end_headers()
                self.wfile.write(response[1].encode())

            def log_message(self, format: str, *args: object) -> None:
                pass

        class Quiet(ThreadingHTTPServer):
            def handle_error(self, request: object, client_address: object) -> None:
                """Ignore aborted handshakes: the doctor aborts them after reading the certificate."""

        server = Quiet((address, port), Handler)
        if file is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(file)
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        servers.append(server)
        return int(server.server_port)

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def authority(tmp_path: Path) -> tuple[Path, tuple[x509.Name, Key]]:
    return certificate(tmp_path, names=("Acme Trust",), days=3650)


@pytest.fixture
def site(serve: Serve, authority: tuple[Path, tuple[x509.Name, Key]], tmp_path: Path) -> Server:
    """A site without problems."""
    file, _ = certificate(tmp_path, issuer=authority[1])
    return Server(HERE, serve(REDIRECT), serve(LIVE, file=file), trusted=str(authority[0]))


def examine(server: Server, *addresses: str) -> dict[str, Finding]:
    findings = check_host(HOST, API_PATH, server, lambda host: addresses or (HERE,))
    for finding in findings:
        assert (finding.fix == "") == (finding.state == "ok"), finding
    return {finding.code: finding for finding in findings}


def failures(found: dict[str, Finding]) -> set[str]:
    return {code for code, finding in found.items() if finding.state == "failed"}


def test_good_site_has_no_failure(site: Server) -> None:
    found = examine(site)
    assert {code: finding.state for code, finding in found.items()} == dict.fromkeys(
        ("dns", "certificate", "answer", "http"), "ok"
    )
    assert "Acme Trust" in found["certificate"].detail
    assert "60 days left" in found["certificate"].detail or "59 days left" in found["certificate"].detail


def test_name_without_a_record_fails() -> None:
    found = {finding.code: finding.state for finding in check_host("api.acme.invalid", API_PATH, Server(), resolve)}
    assert found == {"dns": "failed"}


def test_names_are_resolved() -> None:
    assert "127.0.0.1" in resolve("localhost")


def test_closed_port_443_fails() -> None:
    assert failures(examine(Server(HERE, any_free_port(), any_free_port()))) == {"port-443"}


def test_record_to_a_closed_port_fails(site: Server) -> None:
    found = examine(site, HERE, ELSEWHERE)
    assert failures(found) == {"port-closed"}
    assert ELSEWHERE in found["port-closed"].detail


def test_record_to_another_server_fails(serve: Serve, site: Server, tmp_path: Path) -> None:
    serve((200, "<h1>Parked</h1>"), ELSEWHERE, site.https, certificate(tmp_path)[0])
    found = examine(site, HERE, ELSEWHERE)
    assert failures(found) == {"dns-elsewhere"}
    assert ELSEWHERE in found["dns-elsewhere"].detail


def test_proxy_in_front_is_a_warning(serve: Serve, site: Server, tmp_path: Path) -> None:
    serve(LIVE, ELSEWHERE, site.https, certificate(tmp_path)[0])
    found = examine(site, ELSEWHERE)
    assert (found["dns-proxy"].state, failures(found)) == ("warning", set())


@pytest.mark.parametrize(
    ("code", "names", "days", "issued"),
    [
        ("certificate-self-signed", (HOST,), 60, False),
        ("certificate-expired", (HOST,), -1, True),
        ("certificate-name", ("other.example",), 60, True),
    ],
)
def test_certificate_refused_by_browsers_fails(
    serve: Serve,
    authority: tuple[Path, tuple[x509.Name, Key]],
    tmp_path: Path,
    code: str,
    names: tuple[str, ...],
    days: float,
    issued: bool,
) -> None:
    file, _ = certificate(tmp_path, names=names, days=days, issuer=authority[1] if issued else None)
    server = Server(HERE, serve(REDIRECT), serve(LIVE, file=file), trusted=str(authority[0]))
    assert failures(examine(server)) == {code}


def test_certificate_of_an_unknown_authority_fails(serve: Serve, site: Server, tmp_path: Path) -> None:
    assert failures(examine(Server(HERE, site.http, site.https))) == {"certificate-untrusted"}


def test_certificate_that_expires_soon_is_a_warning(
    serve: Serve, authority: tuple[Path, tuple[x509.Name, Key]], tmp_path: Path
) -> None:
    file, _ = certificate(tmp_path, days=5, issuer=authority[1])
    found = examine(Server(HERE, serve(REDIRECT), serve(LIVE, file=file), trusted=str(authority[0])))
    assert (found["certificate-renewal"].state, failures(found)) == ("warning", set())


@pytest.mark.parametrize(
    ("code", "response"),
    [
        ("traefik-404", (404, "404 page not found\n")),
        ("gateway", (502, "Bad Gateway")),
        ("gateway", (503, "no available server")),
        ("unknown-host", (400, '{"detail":"Unknown host. Add it to ALLOWED_HOSTS to serve it."}')),
        ("other-server", (404, "<html>nginx</html>")),
        ("other-server", (403, "")),
    ],
)
def test_wrong_response_fails(
    serve: Serve,
    authority: tuple[Path, tuple[x509.Name, Key]],
    tmp_path: Path,
    code: str,
    response: tuple[int, str],
) -> None:
    file, _ = certificate(tmp_path, issuer=authority[1])
    server = Server(HERE, serve(REDIRECT), serve(response, file=file), trusted=str(authority[0]))
    assert failures(examine(server)) == {code}


def test_http_without_redirect_fails(serve: Serve, site: Server) -> None:
    assert failures(examine(Server(HERE, serve((200, "hello")), site.https, site.trusted))) == {"http-open"}


def test_closed_port_80_fails(site: Server) -> None:
    assert failures(examine(Server(HERE, any_free_port(), site.https, site.trusted))) == {"port-80"}
