"""Serves the built dashboard from the API's own process when `FRONTEND_DIR` is set.

In Compose, Nginx does this by the same rules: hashed assets are immutable, `index.html` is always revalidated, a
missing asset is a 404 instead of `index.html`, and `/config.js` is generated from the settings.
"""

import json
import os
from mimetypes import guess_type
from pathlib import Path

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Receive, Scope, Send

from app.core.http.security_headers import is_api

_ENCODINGS = {"br": ".br", "gzip": ".gz"}
_IMMUTABLE = "public, max-age=31536000, immutable"
_REVALIDATE = "no-cache"


def configuration(project_name: str, *, sign_up: bool = True) -> str:
    """Return the script with the dashboard's configuration for this deployment.

    `<` is escaped, so that it can never end a script element. frontend/docker-entrypoint.sh generates the same script.
    """
    name = json.dumps(project_name, ensure_ascii=False).replace("<", "\\u003c")
    closed = "" if sign_up else ', "signUp": false'
    return f'window.APP_CONFIG = {{"projectName": {name}{closed}}};\n'


class Dashboard(StaticFiles):
    def __init__(self, directory: Path, configuration: str) -> None:
        super().__init__(directory=directory, html=True)
        self.configuration = configuration
        self.assets = directory.resolve() / "assets"

    async def get_response(self, path: str, scope: Scope) -> Response:
        path = "" if path == "." else path
        # Nginx's `$uri`: normalized like `path`, but with the final slash.
        address = f"/{path}/" if path and scope["path"].endswith("/") else f"/{path}"
        if address == "/config.js" and scope["method"] in ("GET", "HEAD"):
            return Response(self.configuration, media_type="text/javascript", headers={"Cache-Control": _REVALIDATE})
        if "/." in address:
            raise HTTPException(404)  # hidden files of the build
        is_page = "." not in os.path.basename(address) and not address.startswith("/assets/")
        try:
            if address.endswith("/"):  # a file has no final slash
                raise HTTPException(404)
            return await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != 404 or not is_page:
                raise
            return await super().get_response("index.html", scope)

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        request_headers = Headers(scope=scope)
        is_asset = Path(full_path).is_relative_to(self.assets)
        headers = {
            "Cache-Control": _IMMUTABLE if is_asset else _REVALIDATE,
            "Vary": "Accept-Encoding",
        }
        media_type, _ = guess_type(full_path)
        accepted = request_headers.get("accept-encoding", "")
        for encoding, suffix in _ENCODINGS.items():
            compressed = Path(f"{os.fspath(full_path)}{suffix}")
            if encoding in accepted and compressed.is_file():
                full_path, stat_result = compressed, compressed.stat()
                headers["Content-Encoding"] = encoding
                break
        response = FileResponse(full_path, status_code, headers, media_type, None, None, stat_result)
        if self.is_not_modified(response.headers, request_headers):
            return NotModifiedResponse(response.headers)
        return response


def serve_dashboard(app: FastAPI, directory: Path, configuration: str) -> None:
    """Serve the dashboard's files, or its `index.html`, for every path that no route matches."""
    if not directory.is_dir():
        raise SystemExit(f"FRONTEND_DIR names {directory}, which is not a folder.")
    dashboard = Dashboard(directory, configuration)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not is_api(scope["path"]):
            return await dashboard(scope, receive, send)
        await not_found(scope, receive, send)

    not_found, app.router.default = app.router.default, serve
