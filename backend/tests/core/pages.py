"""What the dashboard's server returns for an address: `app.core.http.spa` and Nginx by the same table."""

from typing import Literal

Result = Literal["page", "file", "not found"]
FILES = {"/index.html", "/favicon.svg", "/.env", "/assets/index-1a2b.js"}

# As sent, not decoded.
ADDRESSES: dict[str, Result] = {
    "/": "page",
    "/admin": "page",
    "/admin/": "page",
    "/settings/password": "page",
    "/settings?q=%E0%A4%A": "page",
    "/settings?q=%ff&x=%zz": "page",
    "/login?x=%00": "page",
    "/a%ff": "page",
    "/%E0%A4%A4": "page",
    "/a%2Fb": "page",
    "/a.b/c": "page",
    "/a.b/": "page",
    "/favicon.svg/": "page",
    "/config.js/": "page",
    "/%61dmin/": "page",
    "/assets": "page",
    "/assets/../admin": "page",
    "/assetsx/a": "page",
    "/index.html": "file",
    "/favicon.svg": "file",
    "/favicon.svg?v=%ff": "file",
    "/assets/index-1a2b.js": "file",
    "/admin/../favicon.svg": "file",
    "//favicon.svg": "file",
    "/assets/": "not found",
    "/assets//": "not found",
    "/assets/admin": "not found",
    "/assets/admin/": "not found",
    "/assets/old-9f9f.js": "not found",
    "/assets/a%ff": "not found",
    "/missing.png": "not found",
    "/admin/missing.png": "not found",
    "/a.b": "not found",
    "/a%ff.png": "not found",
    "/.env": "not found",
    "/%2eenv": "not found",
    "/.git/config": "not found",
    "/admin/.hidden/x": "not found",
    "/api": "not found",
    "/api/": "not found",
    "/api/v1/unknown": "not found",
}
