"""Values that a client can send by mistake or on purpose, for each part of a request."""

from typing import Any

_UUID = "018f0000-0000-7000-8000-000000000000"

TEXTS = (
    *("", " ", "null", "true", "True", "yes", "on", "1", " 1", "01", "+1", "-1", "1.0", "1.5", "1e3", "1_0", "0x1"),
    *("9" * 19, "9" * 40, "9" * 4_400, "٣", "NaN", "Infinity", "a", "a" * 256, "a" * 4_001, "é", "e\u0301", "\u202e"),
    *("[]", "[1]", "{}", '"a"', "a,b", "a b", "a+b", "a;b", "a&b", "a=b", "%", "%s", "\\", "'", "\n", "\x7f", "💥"),
    *("-created_at", "2026-01-31", "2026-01-31T00:00:00Z", "2026-02-31", "12.50"),
    *(_UUID, f"urn:uuid:{_UUID}", f"{{{_UUID}}}", _UUID.replace("-", ""), _UUID.upper(), _UUID[:-1]),
)
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 1.0, 1.5, 10**40, -(2**63), 1e308, [], [None], ["a", 1], [[]], {}, {"a": 1}),
    *TEXTS,
)
DOCUMENTS = (
    *(b"", b" ", b"null", b"true", b"1", b'"a"', b"[]", b"[{}]", b"{}", b'{"": 1}', b"{", b'{"a"', b"{'a': 1}", b"a=b"),
    *(b"{}{}", b"{} ", b"\n{}", b"{,}", b'{"a": 1,}', b"// no\n{}", b'{"a": 01}', b'{"a": +1}', b'{"a": NaN}'),
    *(b"\xef\xbb\xbf{}", "{}".encode("utf-16"), "{}".encode("utf-32"), b'{"a": "\xff"}', b'{"a": "\\ud800"}'),
    *(b'{"a": ' + b"9" * 5_000 + b"}", b"[" * 30_000, b'{"a":' * 5_000, b'{"a": 1e999}', b'{"a": "\\u0000"}'),
)
JSON = b"application/json"
CONTENT_TYPES = (
    *(JSON, JSON + b"; charset=utf-8", JSON + b";charset=latin-1", JSON + b";", b" " + JSON + b" ", JSON.upper()),
    *(b"application/vnd.api+json", b"application/merge-patch+json", JSON + b"x", b"text/json", b"text/plain", b"json"),
    *(b"application/x-www-form-urlencoded", b"multipart/form-data; boundary=x", JSON + b", text/plain", b"application"),
    *(b"application/octet-stream", b"a/b; c", b"", b"/", b"\xff"),
)
HEADERS = (
    *((b"accept", b"text/html"), (b"accept", b"application/xml"), (b"accept-language", b"x" * 2_000)),
    *((b"accept-encoding", b"gzip, br"), (b"content-encoding", b"gzip"), (b"expect", b"100-continue")),
    *((b"if-match", b'"1"'), (b"if-match", b"1"), (b"if-none-match", b"*"), (b"if-modified-since", b"now")),
    *((b"origin", b"https://other.example"), (b"sec-fetch-site", b"cross-site"), (b"range", b"bytes=0-1")),
    *((b"cookie", b"session=a"), (b"cookie", b"session"), (b"x-http-method-override", b"DELETE"), (b"x-a", b"\xff")),
    *((b"authorization", value) for value in (b"", b"Basic YTpi", b"Bearer", b"bearer a.b.c", b"Bearer a b")),
)
QUERIES = (
    *(b"a=1", b"&&", b"=", b"=1", b"?", b"a", b"%", b"%zz=%zz", b"%ff=%ff", b"a%00=1", b"a=1&a=2", b"+=+", b"a[]=1"),
)
