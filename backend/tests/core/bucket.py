"""A server for one bucket with the parts of the S3 protocol that we use."""

import asyncio
import re
from urllib.parse import parse_qs, unquote, urlsplit

ERROR = b"<Error><Code>NoSuchKey</Code></Error>"


class Bucket:
    """Stores files by path, and records the requests."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.unfinished: dict[str, dict[int, bytes]] = {}
        """Multipart uploads that were neither completed nor aborted."""
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        method, path, headers = await self._head(reader)
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        self.requests.append((method, path, headers))
        status, content, more = self._answer(method, path, headers, body)
        names = f'ETag: "1"\r\nLast-Modified: Mon, 01 Jan 2024 00:00:00 GMT\r\nContent-Length: {len(content)}{more}'
        writer.write(f"HTTP/1.1 {status} .\r\n{names}\r\nConnection: close\r\n\r\n".encode())
        writer.write(b"" if method == "HEAD" else content)
        await writer.drain()
        writer.close()

    async def _head(self, reader: asyncio.StreamReader) -> tuple[str, str, dict[str, str]]:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
        method, path, _ = first.split(" ")
        return method, path, {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}

    def _answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes, str]:
        url = urlsplit(target)
        path, query = unquote(url.path), parse_qs(url.query, keep_blank_values=True)
        if "uploads" in query or "uploadId" in query:
            return (*self._parts(method, path, query, body), "")
        if "list-type" in query:
            return 200, self._list(path, query["prefix"][0]), ""
        if method == "POST" and "delete" in query:  # the body names the key
            [key] = re.findall(r"<Key>(.+)</Key>", body.decode())
            self.files.pop(f"{path}/{key}", None)
            return 200, f"<DeleteResult><Deleted><Key>{key}</Key></Deleted></DeleteResult>".encode(), ""
        if method == "PUT":
            self.files[path] = body
            return 200, b"", ""
        return self._read(path, headers.get("range"))

    def _parts(self, method: str, path: str, query: dict[str, list[str]], body: bytes) -> tuple[int, bytes]:
        if method == "POST" and "uploads" in query:
            self.unfinished[path] = {}
            return 200, b"<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>"
        if path not in self.unfinished:  # for example a part that was on its way when the upload was aborted
            return 404, b"<Error><Code>NoSuchUpload</Code></Error>"
        if method == "PUT":
            self.unfinished[path][int(query["partNumber"][0])] = body
            return 200, b""
        parts = self.unfinished.pop(path)
        if method == "DELETE":
            return 200, b""
        self.files[path] = b"".join(parts[number] for number in sorted(parts))
        return 200, b'<CompleteMultipartUploadResult><ETag>"1"</ETag></CompleteMultipartUploadResult>'

    def _list(self, path: str, prefix: str) -> bytes:
        start = f"{path.rstrip('/')}/"
        keys = [each.removeprefix(start) for each in sorted(self.files) if each.startswith(start + prefix)]
        entries = "".join(
            f"<Contents><Key>{key}</Key><Size>{len(self.files[start + key])}</Size>"
            '<LastModified>2024-01-01T00:00:00.000Z</LastModified><ETag>"1"</ETag></Contents>'
            for key in keys
        )
        return f"<ListBucketResult><KeyCount>{len(keys)}</KeyCount>{entries}</ListBucketResult>".encode()

    def _read(self, path: str, byte_range: str | None) -> tuple[int, bytes, str]:
        if path not in self.files:
            return 404, ERROR, ""
        content = self.files[path]
        if byte_range is None:
            return 200, content, ""
        first, last = map(int, byte_range.removeprefix("bytes=").split("-"))
        part = content[first : last + 1]
        return 206, part, f"\r\nContent-Range: bytes {first}-{first + len(part) - 1}/{len(content)}"
