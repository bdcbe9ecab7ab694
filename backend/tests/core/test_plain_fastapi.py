"""A feature written as FastAPI's and SQLModel's own guides teach it works in full, without a word of this project's."""

import uuid
from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, BackgroundTasks, Depends, HTTPException, Query, Response, UploadFile
from fastapi.responses import PlainTextResponse, StreamingResponse
from httpx2 import ASGITransport, AsyncClient
from sqlmodel import Field, SQLModel, col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.deps import CurrentUser
from app.core.database.session import SessionDep
from app.core.http.routing import add_routes
from app.main import create_app
from app.users.models import User
from tests.auth.factories import Headers, signed_in_user
from tests.core.answers import fields, problem
from tests.fixtures import BASE_URL

PEOPLE = "/api/v1/people"


class PersonCreate(SQLModel):
    email: str
    full_name: str | None = None


class PersonUpdate(SQLModel):
    full_name: str | None = None


class Person(SQLModel):
    id: uuid.UUID
    email: str
    full_name: str | None


class People(SQLModel):
    data: list[Person]
    count: int


class Filter(SQLModel):
    prefix: str = ""
    limit: int = Field(default=10, le=100)


router = APIRouter(prefix="/people", tags=["people"])
done: list[str] = []


def send_mail(address: str) -> None:
    done.append(address)


async def get_person(session: SessionDep, id: uuid.UUID) -> User:
    user = await session.get(User, id)
    if user is None:
        raise HTTPException(status_code=404, detail="Person not found")
    return user


PersonDep = Annotated[User, Depends(get_person)]


@router.post("/", response_model=Person, status_code=201)
async def create_person(session: SessionDep, body: PersonCreate, background_tasks: BackgroundTasks) -> User:
    user = User.model_validate(body, update={"hashed_password": "!"})
    session.add(user)
    await session.flush()
    background_tasks.add_task(send_mail, user.email)
    return user


@router.get("/", response_model=People)
async def read_people(session: SessionDep, filter: Annotated[Filter, Query()]) -> dict[str, Any]:
    statement = select(User).where(col(User.email).startswith(filter.prefix)).order_by(col(User.id))
    count = (await session.exec(select(func.count()).select_from(statement.subquery()))).one()
    return {"data": (await session.exec(statement.limit(filter.limit))).all(), "count": count}


@router.get("/list")
async def list_people(session: SessionDep, prefix: str) -> list[Person]:
    users: Sequence[User] = (await session.exec(select(User).where(col(User.email).startswith(prefix)))).all()
    return [Person.model_validate(user, from_attributes=True) for user in users]


@router.get("/me", response_model=Person)
async def read_me(user: CurrentUser) -> Any:
    return user


@router.get("/csv")
async def export_people(session: SessionDep, prefix: str) -> StreamingResponse:
    emails = (await session.exec(select(User.email).where(col(User.email).startswith(prefix)))).all()

    async def lines() -> AsyncIterator[str]:
        for email in emails:
            yield f"{email}\n"

    return StreamingResponse(lines(), media_type="text/plain")


@router.post("/upload")
async def upload(file: UploadFile) -> dict[str, Any]:
    return {"name": file.filename, "size": len(await file.read())}


@router.get("/{id}", response_model=User, response_model_exclude={"hashed_password", "created_at", "version"})
async def read_person(person: PersonDep) -> User:
    return person


@router.patch("/{id}", response_model=Person)
async def update_person(session: SessionDep, person: PersonDep, body: PersonUpdate, response: Response) -> User:
    person.sqlmodel_update(body.model_dump(exclude_unset=True))
    session.add(person)
    await session.commit()
    await session.refresh(person)
    response.headers["X-Changed"] = "yes"
    response.set_cookie("seen", "1")
    return person


@router.delete("/{id}", status_code=204)
async def delete_person(session: SessionDep, person: PersonDep) -> None:
    await session.delete(person)


@router.get("/{id}/name", response_class=PlainTextResponse)
def read_name(person: PersonDep) -> str:
    return person.full_name or ""


@pytest.fixture(scope="module")
def app() -> Any:
    app = create_app()
    add_routes(app, router, "/api/v1")
    return app


@pytest.fixture
async def people(app: Any, session: AsyncSession) -> AsyncIterator[AsyncClient]:
    done.clear()
    async with AsyncClient(transport=ASGITransport(app), base_url=BASE_URL + PEOPLE) as client:
        yield client


async def create(people: AsyncClient, email: str = "ada@example.com") -> dict[str, Any]:
    response = await people.post("/", json={"email": email, "full_name": "Ada"})
    assert response.status_code == 201
    person: dict[str, Any] = response.json()
    return person


async def test_returned_record_is_filtered_by_the_response_model(people: AsyncClient) -> None:
    person = await create(people)
    assert set(person) == {"id", "email", "full_name"}
    assert done == ["ada@example.com"]


async def test_committed_record_is_read_by_the_next_request(people: AsyncClient) -> None:
    person = await create(people)
    expected = {"id": person["id"], "email": "ada@example.com", "full_name": "Ada", "avatar_url": None}
    assert (await people.get(f"/{person['id']}")).json() == expected | {"is_active": True, "is_superuser": False}


async def test_list_of_records(people: AsyncClient) -> None:
    for name in ("list-a", "list-b", "list-c"):
        await create(people, f"{name}@example.com")
    body = (await people.get("/", params={"prefix": "list-", "limit": 2})).json()
    assert ([row["email"] for row in body["data"]], body["count"]) == (["list-a@example.com", "list-b@example.com"], 3)
    assert len((await people.get("/list", params={"prefix": "list-"})).json()) == 3


async def test_handler_can_commit_and_set_headers(people: AsyncClient) -> None:
    person = await create(people)
    response = await people.patch(f"/{person['id']}", json={"full_name": "Ada L."})
    assert response.json() == person | {"full_name": "Ada L."}
    assert (response.headers["x-changed"], response.cookies["seen"]) == ("yes", "1")
    assert (await people.get(f"/{person['id']}/name")).text == "Ada L."


async def test_deletion_without_a_body(people: AsyncClient) -> None:
    person = await create(people)
    response = await people.delete(f"/{person['id']}")
    assert (response.status_code, response.content) == (204, b"")
    assert problem(await people.get(f"/{person['id']}")) == (404, "NOT_001")


async def test_error_rolls_the_transaction_back(people: AsyncClient) -> None:
    await create(people)
    assert problem(await people.post("/", json={"email": "ada@example.com"}))[0] == 409
    assert len((await people.get("/list", params={"prefix": "ada@"})).json()) == 1
    assert done == ["ada@example.com"]


async def test_invalid_values_are_named(people: AsyncClient) -> None:
    response = await people.get("/", params={"limit": 101})
    assert (problem(response)[0], fields(response)) == (422, ["limit"])
    assert fields(await people.get("/nonsense")) == ["id"]


async def test_stream_and_upload(people: AsyncClient) -> None:
    await create(people, "stream@example.com")
    assert (await people.get("/csv", params={"prefix": "stream@"})).text == "stream@example.com\n"
    response = await people.post("/upload", files={"file": ("a.txt", b"four")})
    assert response.json() == {"name": "a.txt", "size": 4}


async def test_signed_in_user(people: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    me: Headers = (await people.get("/me", headers=headers)).json()
    assert me == {"id": str(user.id), "email": user.email, "full_name": None}
    assert problem(await people.get("/me")) == (401, "AUTH_001")


def test_operations_are_documented(app: Any) -> None:
    paths = app.openapi()["paths"]
    assert paths[f"{PEOPLE}/"]["post"]["operationId"] == "create_person"
    assert set(paths[f"{PEOPLE}/{{id}}"]["delete"]["responses"]) >= {"204", "422", "500", "503"}
