"""The log's part of the story of a request."""

from httpx2 import AsyncClient
from sqlmodel.ext.asyncio.session import AsyncSession

from app.audit.story import read_story
from app.core.database.session import autocommit_session
from tests.auth.factories import signed_in_superuser
from tests.users.factories import create_user

REQUEST = "the-id-of-this-request"


async def test_story_names_what_the_request_changed(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_superuser(session)
    user = await create_user(session)
    for request_id, name in ((REQUEST, "Grace"), ("another-request", "Ada")):
        sent = {**headers, "X-Correlation-ID": request_id}
        response = await client.patch(f"/api/v1/users/{user.id}", headers=sent, json={"full_name": name})
        assert response.status_code == 200
    [event] = await read_story(session=autocommit_session, request_id=REQUEST)
    assert (event.kind, event.title, event.event) == ("audit", "user", "user.update")
    assert str(event.link).startswith("/audit?event=")
