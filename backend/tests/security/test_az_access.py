"""Authorization: clients cannot set server fields, and strangers have no access (AZ-01..03)."""

import uuid
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from httpx2 import AsyncClient
from sqlmodel import SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.deps import Anyone, anyone, get_current_superuser, get_current_user
from app.core.ids import new_id
from app.main import app
from app.users.models import User
from tests.auth.factories import signed_in_user
from tests.core.answers import problem
from tests.examples import operations, parameters, row_of
from tests.rules import assert_none
from tests.users.factories import PASSWORD

# Operations that need no session. Adding one is a deliberate decision.
PUBLIC = operations("PUBLIC")
# Operations that need a superuser. Every other one needs a session, and shows the user's own data.
SUPERUSERS = operations("SUPERUSERS")


def api_routes() -> list[APIRoute]:
    routes = [route for route in app.routes if isinstance(route, APIRoute)]
    assert len(routes) >= 20
    return routes


def methods(route: APIRoute) -> list[str]:
    return sorted(route.methods or ())


def dependencies(dependant: Dependant) -> Iterator[Any]:
    for each in dependant.dependencies:
        yield each.call
        yield from dependencies(each)


def test_az03_routes_have_the_declared_policy() -> None:
    def policy(route: APIRoute) -> tuple[bool, bool]:
        calls = set(dependencies(route.dependant))
        return get_current_user in calls, get_current_superuser in calls

    declared = {route.name: (route.name not in PUBLIC, route.name in SUPERUSERS) for route in api_routes()}
    assert_none(
        f"{route.name}: (session, superuser) is {policy(route)}, declared as {declared[route.name]}"
        for route in api_routes()
        if policy(route) != declared[route.name]
    )


def without_policy(routes: Iterable[APIRoute]) -> list[str]:
    """Return the routes that do not declare exactly one of the two: a known caller, or anyone."""
    policies = [(route, {anyone, get_current_user}.intersection(dependencies(route.dependant))) for route in routes]
    return [f"{route.name}: take a policy of auth/deps.py" for route, found in policies if len(found) != 1]


def test_az03_each_route_declares_its_policy() -> None:
    assert_none(without_policy(api_routes()))


def test_az03_route_without_a_policy_is_found() -> None:
    async def handler() -> None: ...

    routes = [APIRoute("/none", handler), APIRoute("/anyone", handler, dependencies=[Anyone])]
    assert without_policy(routes) == ["handler: take a policy of auth/deps.py"]


def test_az03_declared_policies_name_existing_routes() -> None:
    names = {route.name for route in api_routes()}
    assert names.issuperset(PUBLIC | SUPERUSERS)


@pytest.mark.parametrize("route", [r for r in api_routes() if r.name not in PUBLIC], ids=lambda route: route.name)
async def test_az03_route_refuses_anonymous_requests(client: AsyncClient, route: APIRoute) -> None:
    path = route.path.format(id=uuid.uuid4(), user_id=uuid.uuid4(), email="ada@example.com", **parameters())
    for method in methods(route):
        response = await client.request(method, path)
        assert problem(response) == (401, "AUTH_001")
        assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("route", [r for r in api_routes() if r.name in SUPERUSERS], ids=lambda route: route.name)
async def test_az03_route_refuses_ordinary_users(client: AsyncClient, session: AsyncSession, route: APIRoute) -> None:
    user, headers = await signed_in_user(session)
    path = route.path.format(user_id=user.id, email=user.email, **parameters())
    for method in methods(route):
        assert problem(await client.request(method, path, headers=headers, json={})) == (403, "AUTH_002")


def routes_with_an_id() -> list[tuple[str, APIRoute]]:
    return [
        (method, route)
        for route in api_routes()
        for method in methods(route)
        if any(name != "email" for name in route.param_convertors)
    ]


@pytest.mark.parametrize(
    ("method", "route"), [pytest.param(*each, id=f"{each[0]}-{each[1].name}") for each in routes_with_an_id()]
)
async def test_az02_route_with_an_id_refuses_strangers(
    client: AsyncClient, session: AsyncSession, method: str, route: APIRoute
) -> None:
    owner, own_headers = await signed_in_user(session, full_name="Owner")
    owned, values, body = "/api/v1/users/me", {"user_id": str(owner.id)}, {"full_name": "Taken", "is_superuser": True}
    if "id" in route.param_convertors:
        made_by = row_of(route.path)
        assert made_by, f"add {route.path} to ROWS in tests/<feature>/examples.py of its feature"
        collection, row = made_by
        values["id"] = (await client.post(collection, headers=own_headers, json=row)).json()["id"]
        owned, body = f"{collection}{values['id']}", row
    before = (await client.get(owned, headers=own_headers)).json()
    _, headers = await signed_in_user(session)
    response = await client.request(method, route.path.format(**parameters(), **values), headers=headers, json=body)
    assert response.status_code in (403, 404)
    assert "Owner" not in response.text
    session.expunge_all()
    assert (await client.get(owned, headers=own_headers)).json() == before
    stored = await session.get_one(User, owner.id)
    assert (stored.full_name, stored.is_superuser) == ("Owner", False)


CHOSEN: dict[str, Any] = {
    "id": str(new_id()),
    "owner_id": str(new_id()),
    "org_id": str(new_id()),
    "user_id": str(new_id()),
    "is_superuser": True,
    "is_active": False,
    "is_verified": True,
    "role": "owner",
    "hashed_password": "chosen",
    "version": 1_000,
    "created_at": "2001-01-01T00:00:00Z",
}


def chosen_values(row: SQLModel) -> set[str]:
    """Return the fields that have the value of the request."""
    return {name for name, value in row.model_dump(mode="json").items() if CHOSEN.get(name, object()) == value}


async def test_az01_signup_sets_only_its_own_fields(client: AsyncClient, session: AsyncSession) -> None:
    body = {**CHOSEN, "email": "ada@example.com", "password": PASSWORD}
    assert (await client.post("/api/v1/users/signup", json=body)).status_code == 200
    [user] = (await session.exec(select(User))).all()
    assert chosen_values(user) == set()
    assert (user.is_active, user.is_superuser) == (True, False)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/v1/users/me", {"full_name": "Ada"}),
        ("/api/v1/users/me/password", {"current_password": PASSWORD, "new_password": "another horse battery"}),
    ],
)
async def test_az01_profile_sets_only_its_own_fields(
    client: AsyncClient, session: AsyncSession, path: str, body: dict[str, Any]
) -> None:
    user, headers = await signed_in_user(session)
    assert (await client.patch(path, headers=headers, json={**CHOSEN, **body})).status_code == 200
    await session.refresh(user)
    assert chosen_values(user) == set()
    assert (user.is_active, user.is_superuser) == (True, False)


async def test_az01_reset_sets_only_the_password(client: AsyncClient, session: AsyncSession) -> None:
    user, _ = await signed_in_user(session)
    body = {**CHOSEN, "token": "x", "new_password": "another horse battery", "email": user.email}
    assert problem(await client.post("/api/v1/reset-password/", json=body)) == (400, "AUTH_005")
    await session.refresh(user)
    assert chosen_values(user) == set()


async def test_az01_superuser_cannot_set_hash_id_or_date(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_user(session, is_superuser=True)
    body = {**CHOSEN, "email": "ada@example.com", "password": PASSWORD}
    user_id = (await client.post("/api/v1/users/", headers=headers, json=body)).json()["id"]
    await client.patch(f"/api/v1/users/{user_id}", headers=headers, json=CHOSEN)
    stored = await session.get_one(User, uuid.UUID(user_id))
    assert chosen_values(stored) == {"is_superuser", "is_active"}
