"""A user's picture: upload, conversion, access and deletion."""

import asyncio
import uuid
from io import BytesIO

import pytest
from httpx2 import AsyncClient
from PIL import Image
from sqlalchemy import update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core import storage
from app.core.database import session as db
from app.users import avatars
from app.users.models import User
from tests.auth.factories import Headers, signed_in_superuser, signed_in_user
from tests.core.answers import problem
from tests.fixtures import RunJobs
from tests.users.factories import create_user
from tests.users.pictures import AVATAR, BLUE, RED, picture, stored, upload


async def shown(client: AsyncClient, headers: Headers, url: str) -> Image.Image:
    response = await client.get(url, headers=headers)
    assert response.status_code == 200
    return Image.open(BytesIO(response.content))


def is_nearly(pixel: object, colour: tuple[int, int, int]) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(got - wanted) < 30 for got, wanted in zip(pixel, colour, strict=False))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
@pytest.mark.parametrize("size", [(600, 400), (400, 600), (256, 256), (1, 1), (3000, 2000)])
async def test_picture_becomes_a_square_in_one_format(
    client: AsyncClient, session: AsyncSession, kind: str, size: tuple[int, int]
) -> None:
    user, headers = await signed_in_user(session)
    response = await upload(client, headers, picture(kind, size))
    assert response.status_code == 200
    url = response.json()["avatar_url"]
    assert url.startswith(f"/api/v1/users/{user.id}/avatar?v=")
    image = await shown(client, headers, url)
    assert (image.format, image.size) == ("WEBP", (256, 256))


@pytest.mark.parametrize(
    ("kind", "mode"), [("PNG", "L"), ("PNG", "LA"), ("PNG", "P"), ("PNG", "1"), ("JPEG", "L"), ("JPEG", "CMYK")]
)
async def test_picture_can_use_other_colour_modes(
    client: AsyncClient, session: AsyncSession, kind: str, mode: str
) -> None:
    _, headers = await signed_in_user(session)
    assert (await upload(client, headers, picture(kind, mode=mode))).status_code == 200


async def test_middle_of_the_picture_is_kept(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_user(session)
    response = await upload(client, headers, picture(size=(800, 200)))
    image = (await shown(client, headers, response.json()["avatar_url"])).convert("RGB")
    assert is_nearly(image.getpixel((10, 128)), BLUE)
    assert is_nearly(image.getpixel((245, 128)), RED)


async def test_transparency_is_kept(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_user(session)
    output = BytesIO()
    Image.new("RGBA", (300, 300), (0, 0, 0, 0)).save(output, "PNG")
    response = await upload(client, headers, output.getvalue())
    image = await shown(client, headers, response.json()["avatar_url"])
    assert image.convert("RGBA").getpixel((128, 128)) == (0, 0, 0, 0)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_picture_is_rotated_and_loses_its_metadata(client: AsyncClient, session: AsyncSession, kind: str) -> None:
    _, headers = await signed_in_user(session)
    exif = Image.Exif()
    exif[0x0112] = 6  # portrait orientation: the left side is the top
    exif[0x010E] = "taken at home"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 0.0)
    content = picture(kind, (400, 400), exif=exif, icc_profile=b"a profile", xmp=b"<a>packet</a>")
    assert b"taken at home" in content
    response = await upload(client, headers, content)
    raw = (await client.get(response.json()["avatar_url"], headers=headers)).content
    image = Image.open(BytesIO(raw))
    assert is_nearly(image.convert("RGB").getpixel((128, 20)), BLUE)
    assert is_nearly(image.convert("RGB").getpixel((128, 235)), RED)
    assert not image.getexif()
    for chunk in (b"EXIF", b"ICCP", b"XMP ", b"taken at home", b"packet"):
        assert chunk not in raw


async def test_new_picture_replaces_the_old_one(client: AsyncClient, session: AsyncSession, run_jobs: RunJobs) -> None:
    _, headers = await signed_in_user(session)
    first = (await upload(client, headers, picture())).json()["avatar_url"]
    second = (await upload(client, headers, picture())).json()["avatar_url"]
    await run_jobs()
    assert first != second
    assert [avatars.version(second) in name for name in stored()] == [True]


async def test_deleted_picture_is_gone(client: AsyncClient, session: AsyncSession, run_jobs: RunJobs) -> None:
    _, headers = await signed_in_user(session)
    url = (await upload(client, headers, picture())).json()["avatar_url"]
    response = await client.delete(AVATAR, headers=headers)
    await run_jobs()
    assert response.json()["avatar_url"] is None
    assert problem(await client.get(url, headers=headers)) == (404, "NOT_001")
    assert stored() == []
    assert (await client.delete(AVATAR, headers=headers)).status_code == 200  # again


@pytest.mark.parametrize("way", ["own account", "superuser", "bulk delete"])
async def test_deleted_users_picture_is_gone(
    client: AsyncClient, session: AsyncSession, run_jobs: RunJobs, way: str
) -> None:
    _, admin = await signed_in_superuser(session)
    user, headers = await signed_in_user(session)
    await upload(client, headers, picture())
    if way == "own account":
        response = await client.delete("/api/v1/users/me", headers=headers)
    elif way == "superuser":
        response = await client.delete(f"/api/v1/users/{user.id}", headers=admin)
    else:
        other = await create_user(session)
        ids = [str(user.id), str(other.id)]
        response = await client.post("/api/v1/users/bulk-delete", headers=admin, json={"ids": ids})
    assert response.status_code == 200
    assert len(stored()) == 1  # the job runs after the commit
    await run_jobs()
    assert stored() == []


async def test_every_signed_in_user_sees_the_picture(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_user(session)
    url = (await upload(client, headers, picture())).json()["avatar_url"]
    _, other = await signed_in_user(session)
    assert (await client.get(url, headers=other)).status_code == 200
    assert problem(await client.get(url)) == (401, "AUTH_001")


async def test_anonymous_cannot_change_a_picture(client: AsyncClient) -> None:
    assert problem(await upload(client, {}, picture())) == (401, "AUTH_001")
    assert problem(await client.delete(AVATAR)) == (401, "AUTH_001")


@pytest.mark.parametrize("id", [str(uuid.UUID(int=0)), "me"])
async def test_missing_user_or_picture_is_a_problem(client: AsyncClient, session: AsyncSession, id: str) -> None:
    _, headers = await signed_in_user(session)
    expected = (422, "VAL_001") if id == "me" else (404, "NOT_001")
    assert problem(await client.get(f"/api/v1/users/{id}/avatar", headers=headers)) == expected


async def test_only_the_url_with_a_version_is_cacheable(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    url = (await upload(client, headers, picture())).json()["avatar_url"]
    response = await client.get(url, headers=headers)
    assert response.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in response.headers["content-security-policy"]
    for other in (f"/api/v1/users/{user.id}/avatar", f"/api/v1/users/{user.id}/avatar?v=older"):
        assert (await client.get(other, headers=headers)).headers["cache-control"] == "private, no-cache"


async def test_lists_include_the_picture_url(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_superuser(session)
    url = (await upload(client, headers, picture())).json()["avatar_url"]
    assert (await client.get("/api/v1/users/me", headers=headers)).json()["avatar_url"] == url
    assert (await client.get("/api/v1/users/", headers=headers)).json()["data"][0]["avatar_url"] == url


async def test_users_cannot_set_their_picture_url(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_user(session)
    response = await client.patch("/api/v1/users/me", headers=headers, json={"avatar_url": "https://evil.example"})
    assert response.json()["avatar_url"] is None


async def test_failing_storage_is_503_and_changes_nothing(
    client: AsyncClient, session: AsyncSession, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, headers = await signed_in_user(session)
    url = (await upload(client, headers, picture())).json()["avatar_url"]
    # Nothing listens on port 1.
    unreachable = storage.open_store("s3://bucket?endpoint=http://127.0.0.1:1", ("a", "b"), request_seconds=1)
    with monkeypatch.context() as patch:
        patch.setattr(storage, "_store", lambda: unreachable)
        for response in (await upload(client, headers, picture()), await client.get(url, headers=headers)):
            assert problem(response) == (503, "UNAV_001")
            assert response.headers["retry-after"]
    await run_jobs()
    assert (await client.get("/api/v1/users/me", headers=headers)).json()["avatar_url"] == url
    assert (await client.get(url, headers=headers)).status_code == 200


async def test_user_deleted_during_the_upload_is_404(
    client: AsyncClient, session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, headers = await signed_in_user(session)
    render = avatars.render

    async def delete_then_render(upload: bytes) -> bytes:
        await client.delete("/api/v1/users/me", headers=headers)
        return await render(upload)

    monkeypatch.setattr(avatars, "render", delete_then_render)
    assert problem(await upload(client, headers, picture())) == (404, "NOT_001")
    assert stored() == []


async def test_concurrent_uploads_leave_one_picture(live: AsyncClient, run_jobs: RunJobs) -> None:
    async with db.WriteSession() as session:
        _, headers = await signed_in_user(session)
    responses = await asyncio.gather(*(upload(live, headers, picture()) for _ in range(2)))
    assert {response.status_code for response in responses} == {200}
    url = (await live.get("/api/v1/users/me", headers=headers)).json()["avatar_url"]
    assert (await live.get(url, headers=headers)).status_code == 200
    await run_jobs()
    assert [avatars.version(url) in name for name in stored()] == [True]


async def test_url_without_a_file_is_404(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    url = avatars.new_url(user.id)
    await session.exec(update(User).where(col(User.id) == user.id).values(avatar_url=url))
    await session.commit()
    assert problem(await client.get(url, headers=headers)) == (404, "NOT_001")
