"""Commands for operators: `python -m app.cli --help`."""

import asyncio
import secrets
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from app.auth import crud as auth_crud
from app.auth.config import settings as auth_settings
from app.auth.events import FactorsReset
from app.auth.factors import factors_changed
from app.core.addresses import normalize_email
from app.core.database.engine import engine
from app.core.database.session import transaction
from app.core.errors import AppError
from app.core.events import emit
from app.core.features import modules
from app.core.mail.messages import templates
from app.core.mail.previews import write_previews
from app.core.migrations import safety
from app.core.migrations.applied import UnknownRevision
from app.core.security import stored_keys
from app.core.security.signed_tokens import key_ring
from app.core.settings import settings
from app.users import crud, service
from app.users.models import UserCreate, UserUpdate

list(modules("config"))  # invalid settings stop every command

cli = typer.Typer(no_args_is_help=True, help="Commands for operators.", add_completion=False)
users = typer.Typer(no_args_is_help=True, help="Create users, set their passwords, end sessions.")
cli.add_typer(users, name="users")
mail = typer.Typer(no_args_is_help=True, help="See the mails that the application sends.")
cli.add_typer(mail, name="mail")
keys = typer.Typer(no_args_is_help=True, help="Rotate the keys that sign tokens.")
cli.add_typer(keys, name="keys")

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


@users.command("reset-factors")
def reset_factors(email: str) -> None:
    """Remove the second factors of a user who has lost them, and end their sessions. They sign in by password."""

    async def run() -> None:
        async with transaction() as session:
            user = await crud.get_user_by_email(session=session, email=normalize_email(email))
            if user is None:
                _fail(f"There is no user {email}.")
            await emit(session, FactorsReset(user.id))
            await factors_changed(session=session, user_id=user.id, event="factors_reset", details={"by": "superuser"})

    _run(run())
    typer.echo(f"Removed the second factors of {email} and ended their sessions.")


@keys.command("list")
def list_keys() -> None:
    """Show all signing keys."""

    async def run() -> None:
        async with transaction() as session:
            for line in stored_keys.describe(await stored_keys.read_keys(session=session)):
                typer.echo(line)

    _check_keys_are_stored()
    _run(run())


@keys.command("rotate")
def rotate_keys(
    now: Annotated[bool, typer.Option("--now", help="Sign with it immediately, because the old one leaked.")] = False,
) -> None:
    """Create a new signing key. It signs in 10 minutes. The old one is valid until its last token has expired."""

    async def run() -> None:
        async with transaction() as session:
            created = await stored_keys.rotate_keys(
                session=session, token_lifetime=auth_settings.access_token_lifetime, now=now
            )
        typer.echo(f"Created the key {created.id}. It signs from {created.signs_from:%Y-%m-%d %H:%M:%S} UTC.")
        if now:
            typer.echo("All processes use it within a minute. Then retire the key that leaked: keys retire KID")

    _check_keys_are_stored()
    _run(run())


@keys.command("retire")
def retire_key(key_id: Annotated[str, typer.Argument(metavar="KID")]) -> None:
    """Refuse the tokens of a key within a minute. Their users sign in again."""

    async def run() -> None:
        async with transaction() as session:
            await stored_keys.retire_key(session=session, key_id=key_id)
        typer.echo(f"Retired the key {key_id}. All processes refuse its tokens within a minute.")

    _check_keys_are_stored()
    _run(run())


def _check_keys_are_stored() -> None:
    if settings.JWT_PRIVATE_KEY.get_secret_value():
        _fail("The keys come from JWT_PRIVATE_KEY. Change that setting instead: see docs/running/keys.md.")
    if key_ring.is_fixed:
        _fail("SECRET_KEY is not set, so no keys are stored. Set it first.")


@mail.command("preview")
def preview_mails(
    name: Annotated[str, typer.Argument(help="One mail, such as auth.welcome. All of them if missing.")] = "",
    to: Annotated[Path | None, typer.Option(help="Folder for the files. A temporary one if missing.")] = None,
    show: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in a browser.")] = True,
) -> None:
    """Write each mail with sample values as HTML and text, and a page that shows them all."""
    found = templates()
    if name and name not in found:
        _fail(f"There is no mail {name!r}. Use one of: {', '.join(found)}.")
    folder = to or Path(tempfile.mkdtemp(prefix="mails-"))
    page = write_previews([found[name]] if name else list(found.values()), folder)
    typer.echo(page.as_uri())
    if show:
        typer.launch(page.as_uri())


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
        _fail("\n".join([*map(str, found), f"See docs/running/updates.md. To continue anyway: {names}"]))


async def _applied_migrations() -> list[str]:
    try:
        return await safety.applied_to_database()
    finally:
        await engine.dispose()


def _run(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine. Errors are reported in one line."""

    async def run_and_close() -> None:
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
