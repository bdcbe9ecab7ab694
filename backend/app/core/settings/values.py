"""Types of hand-written settings: lists, origins, hosts, addresses of services."""

import json
import re
from typing import Annotated, Any
from urllib.parse import SplitResult, parse_qsl, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode

from app.core.settings.hosts import normalize_host

# The characters of RFC 5321's Dot-string.
_LOCAL_PART = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+")
_HOST_AND_PORT = re.compile(r"(\[.*\]|[^:]*):[0-9]+")

Port = Annotated[int, Field(ge=1, le=65535)]


def split(value: object) -> object:
    """Parse a list written as `a, b` or as JSON. Other values are returned unchanged."""
    if isinstance(value, str):
        if value.startswith("["):
            return _json_list(value)
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def _json_list(value: str) -> object:
    try:
        return json.loads(value)
    except ValueError:
        # An IPv6 address starts with a bracket, too.
        return [part.strip() for part in value.split(",") if part.strip()]


def normalize_origin(value: str) -> str:
    """Return the origin as browsers write it: `normalize_host`, without the scheme's default port. Raises an error."""
    try:
        url = urlsplit(value.strip().rstrip("/"))
        if url.scheme not in ("http", "https") or url.path or url.query or url.fragment or "@" in url.netloc:
            raise ValueError
        host, port = normalize_host(_host(url)), url.port
        if port == 0 or "%" in host:
            raise ValueError
    except ValueError:
        raise ValueError(f"{value!r} is not an origin. Write it like https://dashboard.example.com") from None
    shown = "" if port in (None, {"http": 80, "https": 443}[url.scheme]) else f":{port}"
    return f"{url.scheme}://{host}{shown}"


def _host(url: SplitResult) -> str:
    """Return the host with the brackets of an IPv6 address, which `hostname` removes."""
    host = url.hostname or ""
    return f"[{host}]" if url.netloc.startswith("[") else host


def host_of(origin: str) -> str:
    """Return the host of an origin, as in the Host header: without the port, an IPv6 address in brackets."""
    return _host(urlsplit(origin))


def address_literal(host: str) -> str:
    """Return a host as SMTP writes it: an IP address in brackets (RFC 5321, section 4.1.3)."""
    if ":" in host:
        return f"[IPv6:{host.strip('[]')}]"
    return f"[{host}]" if host.replace(".", "").isdigit() else host


def _allowed_host(value: str) -> str:
    """Normalize a host, and remove its port. The doctor reports a value that is not a host."""
    with_port = _HOST_AND_PORT.fullmatch(value)
    try:
        return normalize_host(with_port[1] if with_port else value)
    except ValueError:
        return value.lower()


def _server(value: str) -> str:
    """Normalize the host of a service, without brackets, as programs that connect to it expect."""
    try:
        return value and normalize_host(value).strip("[]")
    except ValueError:
        raise ValueError("Write only a host name or an address, such as smtp.example.com") from None


def _database_server(value: str) -> str:
    """A host, several ones separated by commas, or the directory of a Unix socket."""
    return value if value.startswith(("/", "@")) else ",".join(_server(host.strip()) for host in value.split(","))


def _mail_address(value: str) -> str:
    local_part, _, domain = value.rpartition("@")
    try:
        if value and not _LOCAL_PART.fullmatch(local_part):
            raise ValueError
        return value and f"{local_part}@{normalize_host(domain)}"
    except ValueError:
        raise ValueError("Write only the address, such as noreply@example.com") from None


def _sentry_dsn(value: str) -> str:
    url = urlsplit(value)
    is_dsn = url.scheme in ("http", "https") and url.username and url.hostname and url.path.rpartition("/")[2].isdigit()
    if value and not is_dsn:
        raise ValueError("Write the DSN of your project in Sentry, like https://key@o1.ingest.sentry.io/2, or nothing")
    return value


def _redis_url(value: SecretStr) -> SecretStr:
    url = urlsplit(value.get_secret_value())
    if value.get_secret_value() and not (url.scheme in ("redis", "rediss") and url.hostname):
        raise ValueError("Write it like redis://:password@host:6379/0, or rediss:// for TLS")
    return value


def _storage_url(value: str) -> str:
    url = urlsplit(value)
    is_directory = url.scheme == "file" and not url.netloc and len(url.path) > 1
    is_bucket = url.scheme == "s3" and url.netloc and not {"@", ":"} & set(url.netloc)
    if value and not (is_directory or is_bucket):
        raise ValueError("Write it like file:///var/lib/app or s3://bucket?endpoint=https://s3.example.com")
    if is_bucket:
        _check_bucket(url)
    return value


def _check_bucket(url: SplitResult) -> None:
    # Only settings with a bucket need the library.
    from obstore.exceptions import BaseError
    from obstore.store import S3Store

    options = dict(parse_qsl(url.query))
    config: Any = {"region": "us-east-1", **options}
    try:
        S3Store(url.netloc, config=config)
    except BaseError:
        raise ValueError(f"It has an unknown option: {', '.join(options)}. S3 has endpoint and region") from None
    endpoint = urlsplit(options.get("endpoint", "https://s3.example.com"))
    if endpoint.scheme not in ("http", "https") or not endpoint.hostname:
        raise ValueError("Its endpoint is not a URL. Write it like endpoint=https://s3.example.com")


Origin = Annotated[str, AfterValidator(normalize_origin)]
Origins = Annotated[list[Origin], NoDecode, BeforeValidator(split)]
Hosts = Annotated[list[Annotated[str, AfterValidator(_allowed_host)]], NoDecode, BeforeValidator(split)]
Server = Annotated[str, AfterValidator(_server)]
DatabaseServer = Annotated[str, AfterValidator(_database_server)]
MailAddress = Annotated[str, AfterValidator(_mail_address)]
RedisUrl = Annotated[SecretStr, AfterValidator(_redis_url)]
SentryDsn = Annotated[str, AfterValidator(_sentry_dsn)]
StorageUrl = Annotated[str, AfterValidator(_storage_url)]
