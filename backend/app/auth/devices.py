"""The name of a device, such as "Firefox on Windows", for the list of sessions.

Without versions: browsers freeze the system's, and the browser's is outdated after its next update.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

MAX_LENGTH = 100
_MAX_HEADER = 300
"""Characters that are parsed. The time for a longer text would grow to tenths of a second."""

_BRANDS = {"Google Chrome": "Chrome", "Microsoft Edge": "Edge"}
_SYSTEMS = {"Mac OS X": "macOS", "Chrome OS": "ChromeOS", "Chromium OS": "ChromeOS"}
_BRAND = re.compile(r'"([^"]+)"\s*;\s*v=')


class Client(NamedTuple):
    """Where a sign-in comes from."""

    address: str | None
    user_agent: str
    brands: str
    """`Sec-CH-UA`, which browsers of the Chromium family send over https."""
    platform: str

    @classmethod
    def of(cls, address: str | None, headers: Mapping[str, str]) -> "Client":
        names = ("user-agent", "sec-ch-ua", "sec-ch-ua-platform")
        return cls(address[:64] if address else None, *(headers.get(name, "")[:_MAX_HEADER] for name in names))


def device_name(client: Client) -> str | None:
    """Return the name of the client's device, or None. Call it in a thread: the first call loads the rules."""
    browser, system = _brand(client.brands), client.platform.strip('"')
    if not browser or not system:
        from ua_parser import parse  # 8 MB, for processes that sign users in

        parsed = parse(client.user_agent)
        browser = browser or (parsed.user_agent.family if parsed.user_agent else "")
        system = system or (parsed.os.family if parsed.os else "")
    names = [name for name in (browser, _SYSTEMS.get(system, system)) if name]
    return " on ".join(names)[:MAX_LENGTH] or None


def _brand(brands: str) -> str:
    """Return the most specific brand. The list also has Chromium, and an invented one such as "Not/A)Brand"."""
    found = [brand for brand in _BRAND.findall(brands) if not re.search("Not.A.Brand", brand)]
    own = [brand for brand in found if brand != "Chromium"] or found
    return _BRANDS.get(own[0], own[0]) if own else ""
