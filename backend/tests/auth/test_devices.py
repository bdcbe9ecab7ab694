"""The names of devices in the list of sessions."""

import pytest

from app.auth.devices import Client, device_name

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
)
SAFARI = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1"


def name(user_agent: str = "", **hints: str) -> str | None:
    headers = {"user-agent": user_agent, **{f"sec-ch-ua{key}": value for key, value in hints.items()}}
    return device_name(Client.of(None, headers))


@pytest.mark.parametrize(
    ("user_agent", "expected"),
    [
        (CHROME, "Chrome on Windows"),
        (f"{CHROME} Edg/131.0.0.0", "Edge on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox on Linux"),
        (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {SAFARI} Safari/605.1.15", "Safari on macOS"),
        (
            f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) {SAFARI} Mobile/15E148 Safari/604.1",
            "Mobile Safari on iOS",
        ),
        ("curl/8.5.0", "curl"),
        ("an unknown program", None),
        ("", None),
    ],
)
def test_browser_and_system_come_from_the_user_agent(user_agent: str, expected: str | None) -> None:
    assert name(user_agent) == expected


@pytest.mark.parametrize(
    ("brands", "platform", "expected"),
    [
        ('"Chromium";v="131", "Not_A Brand";v="24", "Google Chrome";v="131"', '"macOS"', "Chrome on macOS"),
        ('"Brave";v="131", "Chromium";v="131", "Not?A_Brand";v="24"', '"Linux"', "Brave on Linux"),
        ('"Not)A;Brand";v="8", "Chromium";v="131"', '"Chrome OS"', "Chromium on ChromeOS"),
        ('"Microsoft Edge";v="131", "Chromium";v="131"', "", "Edge on Windows"),
        ("", '"Android"', "Chrome on Android"),
        ("nonsense", "", "Chrome on Windows"),
    ],
)
def test_client_hints_win(brands: str, platform: str, expected: str) -> None:
    assert name(CHROME, **{"": brands, "-platform": platform}) == expected


def test_long_headers_are_cut() -> None:
    brand = '"' + "x" * 200 + '";v="1"'
    assert len(name("y" * 10_000, **{"": brand, "-platform": '"Linux"'}) or "") == 100
