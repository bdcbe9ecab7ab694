"""Commands for operators: `python -m app.cli --help`."""

import asyncio
import secrets
from collections.abc import Coroutine
from typing import Annotated, Any, NoReturn

import typer
from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from app.auth import crud as auth_crud
from app.auth import mails
from app.core import jobs
from app.core.database.engine import engine
from app.core.database.session import transaction
from app.core.errors import AppError
from app.core.features import modules
from app.core.mail.addresses import normalize_email
from app.core.mail.messages import Mail
from app.core.migrations import safety
from app.core.migrations.applied import UnknownRevision
from app.users import crud, service
from app.users.models import UserCreate, UserUpdate

cli = typer.Typer(no_args_is_help=True, help="Commands for operators.", add_completion=False)
users = typer.Typer(no_args_is_help=True, help="Create users, set their passwords, end sessions.")
cli.add_typer(users, name="users")

PasswordOption = Annotated[
    str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True, help="Prompted for if missing.")
]


@cli.command()
def secret() -> None:
    """Print a random value for SECRET_KEY or a password."""
    typer.echo(secrets.token_urlsafe(32))


@users.command("create")
def create_user(email: str, password: PasswordOption, superuser: bool = False) -> None:
    """Create a user."""

    async def run() -> None:
        async with transaction() as session:
            body = UserCreate(email=email, password=password, is_superuser=superuser)
            await service.create_user(session=session, body=body, by_superuser=False)

    _run(run())
    typer.echo(f"Created {email}. They can sign in now.")


@users.command("set-password")
def set_password(email: str, password: PasswordOption) -> None:
    """Set a user's password and end all of their sessions."""

    async def run() -> None:
        async with transaction() as session:
            user = await crud.get_user_by_email(session=session, email=normalize_email(email))
            if user is None:
                _fail(f"There is no user {email}.")
            body = UserUpdate(password=password)
            await service.update_user(session=session, user_id=user.id, body=body)

    _run(run())
    typer.echo(f"Set the password of {email} and ended their sessions.")


@users.command("end-sessions")
def end_sessions() -> None:
    """End the sessions of all users and invalidate all emailed links, for example after a restore."""

    async def run() -> None:
        async with transaction() as session:
            await auth_crud.end_all_access(session=session)

    _run(run())
    typer.echo("All users have to sign in again.")


@cli.command("mail")
def preview_mail(name: str) -> None:
    """Print the HTML of a mail such as `welcome` or `reset-password`, to preview it in a browser."""
    previews: dict[str, Mail] = {
        "welcome": mails.welcome(email="ada@example.com", name="Ada", token="preview"),
        "reset-password": mails.reset_password(email="ada@example.com", name="Ada", token="preview"),
        "email-changed": mails.email_changed(old_email="ada@example.com"),
        "password-changed": mails.password_changed(email="ada@example.com"),
    }
    if name not in previews:
        _fail(f"There is no mail {name!r}. Use one of: {', '.join(previews)}.")
    typer.echo(previews[name].html)


@cli.command("check-migrations")
def check_migrations(
    before_deploy: Annotated[
        bool, typer.Option(help="Check only the migrations that this database does not have yet.")
    ] = False,
    before_rollback_to: Annotated[
        list[str] | None,
        typer.Option(help="Check whether an earlier release, which has these migrations, can use this database."),
    ] = None,
    allow: Annotated[list[str] | None, typer.Option(help="Ignore the finding MIGRATION:RULE. Can be repeated.")] = None,
) -> None:
    """Find statements in migrations that would block or break the running release."""
    config = safety.default_config()
    try:
        if before_deploy:
            found = safety.check_before_deploy(config, applied=asyncio.run(_applied_migrations()))
        elif before_rollback_to:
            applied = asyncio.run(_applied_migrations())
            found = safety.check_before_rollback(config, applied=applied, known=before_rollback_to)
        else:
            found = safety.check_each(config)
    except UnknownRevision as error:
        _fail(str(error))
    found = [finding for finding in found if finding.name not in (allow or ())]
    if found:
        names = " ".join(f"--allow-migration {name}" for name in dict.fromkeys(finding.name for finding in found))
        _fail("\n".join([*map(str, found), f"See docs/operations/updates.md. To continue anyway: {names}"]))


async def _applied_migrations() -> list[str]:
    try:
        return await safety.applied_to_database()
    finally:
        await engine.dispose()


def _run(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine and the jobs that it defers. Errors are reported in one line."""

    async def run_and_close() -> None:
        async with jobs.workers():
            await work
        await engine.dispose()

    list(modules("listeners"))
    try:
        asyncio.run(run_and_close())
    except AppError as error:
        _fail(error.detail)
    except PydanticCustomError as error:
        _fail(error.message())
    except ValidationError as error:
        _fail("; ".join(details["msg"] for details in error.errors()))


def _fail(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(1)


if __name__ == "__main__":
    cli()
