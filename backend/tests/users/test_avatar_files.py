"""Which files are accepted as a user's picture, and how others are refused."""

import zlib

import pytest
from httpx2 import AsyncClient
from sqlmodel.ext.asyncio.session import AsyncSession

from app.users import avatars
from tests.auth.factories import signed_in_user
from tests.core.answers import fields, problem
from tests.users.pictures import (
    AVATAR,
    HTML,
    SVG,
    picture,
    png_bomb,
    png_with,
    several_pictures,
    slow_jpeg,
    slow_several_pictures,
    stored,
    upload,
)

BAD_FILES = {
    "text": b"hello",
    "SVG with a script": SVG,
    "HTML": HTML,
    "nothing": b"",
    "truncated JPEG": picture("JPEG", (900, 900))[:-2000],
    "truncated PNG": picture("PNG")[:60],
    "PNG's first bytes before HTML": b"\x89PNG\r\n\x1a\n" + HTML,
    "another format": picture("BMP"),
    "PNG bomb": png_bomb(),
    "slow JPEG": slow_jpeg(),
    "several pictures": several_pictures(),
    "slow JPEG with the marker of several pictures": slow_several_pictures(),
    "TIFF": picture("TIFF"),
    "PPM": picture("PPM"),
    "PNG with a text bomb": png_with((b"zTXt", b"bomb\0\0" + zlib.compress(bytes(50_000_000), 9))),
    "PNG with a profile bomb": png_with((b"iCCP", b"bomb\0\0" + zlib.compress(bytes(50_000_000), 9))),
    "too long a side": picture("PNG", (10_001, 1)),
    "too many pixels": picture("PNG", (4200, 4000), "1"),
}


@pytest.mark.parametrize("content", BAD_FILES.values(), ids=BAD_FILES.keys())
@pytest.mark.parametrize("name", ["me.png", "me.jpg", "../../etc/passwd\0.png"])
async def test_unusable_picture_is_refused(
    client: AsyncClient, session: AsyncSession, content: bytes, name: str
) -> None:
    user, headers = await signed_in_user(session)
    response = await upload(client, headers, content, name)
    assert problem(response) == (422, "VAL_001")
    assert fields(response) == ["file"]
    await session.refresh(user)
    assert (user.avatar_url, user.version, stored()) == (None, 1, [])


async def test_content_decides_and_not_the_name(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_user(session)
    file = ("me.html", picture("PNG"), "text/html")
    response = await client.put(AVATAR, headers=headers, files={"file": file})
    shown = await client.get(response.json()["avatar_url"], headers=headers)
    assert shown.headers["content-type"] == "image/webp"


async def test_form_must_contain_one_file(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_user(session)
    two = [("file", ("a.png", picture())), ("file", ("b.png", picture()))]
    for request in (
        {"files": two},
        {"files": {"picture": ("a.png", picture())}},
        {"data": {"file": "text"}},
        {"json": {"file": "text"}},
        {"files": {"file": (None, b"text")}},
        {},
    ):
        response = await client.put(AVATAR, headers=headers, **request)
        assert problem(response) == (422, "VAL_001")
        assert fields(response) == ["file"]
    assert stored() == []


async def test_largest_allowed_file_is_accepted(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_user(session)
    content = picture("JPEG")
    assert (await upload(client, headers, content.ljust(avatars.MAX_BYTES, b"\0"))).status_code == 200


@pytest.mark.parametrize(("more", "named"), [(1, ["file"]), (1024 * 1024, [])])
async def test_larger_file_is_refused(client: AsyncClient, session: AsyncSession, more: int, named: list[str]) -> None:
    _, headers = await signed_in_user(session)
    response = await upload(client, headers, picture("JPEG").ljust(avatars.MAX_BYTES + more, b"\0"))
    assert problem(response) == (413, "BODY_001")
    assert "2 MiB" in response.json()["detail"]
    assert fields(response) == named
    assert stored() == []


async def test_other_routes_keep_their_body_limit(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_user(session)
    for method, path in (("POST", "/api/v1/users/signup"), ("PATCH", "/api/v1/users/me")):
        response = await client.request(method, path, headers=headers, content=b"x" * 1_500_000)
        assert problem(response) == (413, "BODY_001")
        assert "64 KiB" in response.json()["detail"]
