"""Types of hand-written settings: lists, origins, host names, storage URLs."""

import json
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator
from pydantic_settings import NoDecode


def split(value: object) -> object:
    """Parse a list written as `a, b` or as JSON. Other values are returned unchanged."""
    if isinstance(value, str):
        if value.startswith("["):
            return json.loads(value)
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def _origin(value: str) -> str:
    """Return the origin as browsers write it: lower case, without the scheme's default port."""
    url = urlsplit(value.strip().rstrip("/"))
    host = url.hostname or ""
    is_origin = url.scheme in ("http", "https") and url.netloc and not (url.path or url.query or url.fragment)
    if not is_origin or not host or "*" in host or "@" in url.netloc:
        raise ValueError(f"{value!r} is not an origin. Write it like https://dashboard.example.com")
    host = f"[{host}]" if ":" in host else host
    port = "" if url.port in (None, {"http": 80, "https": 443}[url.scheme]) else f":{url.port}"
    return f"{url.scheme}://{host}{port}"


Origin = Annotated[str, AfterValidator(_origin)]
Origins = Annotated[list[Origin], NoDecode, BeforeValidator(split)]
Hosts = Annotated[list[Annotated[str, AfterValidator(str.lower)]], NoDecode, BeforeValidator(split)]


def _storage_url(value: str) -> str:
    url = urlsplit(value)
    is_directory = url.scheme == "file" and not url.netloc and len(url.path) > 1
    is_bucket = url.scheme == "s3" and url.netloc and not {"@", ":"} & set(url.netloc)
    if value and not (is_directory or is_bucket):
        raise ValueError("Write it like file:///var/lib/app or s3://bucket?endpoint=https://s3.example.com")
    return value


StorageUrl = Annotated[str, AfterValidator(_storage_url)]
