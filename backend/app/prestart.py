"""Prepares the database before the first request: `python -m app.prestart`.

Logs weak settings, waits for the database, migrates it, and creates the API's role, the first signing key and the
first superuser. It can be run at any time; completed steps are not repeated.
"""

import asyncio
import sys

import structlog
from alembic import command
from alembic.util import CommandError
from psycopg.errors import LockNotAvailable
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from tenacity import (
    AsyncRetrying,
    RetryError,
    Retrying,
    retry_if_exception,
    retry_if_exception_type,
    stop_after_attempt,
    stop_after_delay,
    wait_exponential,
    wait_fixed,
)

from app.auth.config import settings as auth_settings
from app.core.database.engine import engine
from app.core.database.session import transaction
from app.core.features import modules
from app.core.logging import configure_logging
from app.core.migrations.applied import REVISIONS
from app.core.migrations.safety import applied_to_database, default_config
from app.core.runtime.api_role import ApiRoleError, prepare_api_role
from app.core.security.passwords import hash_password
from app.core.security.signed_tokens import key_ring
from app.core.security.stored_keys import follow_algorithm, load_keys
from app.core.settings import settings as core_settings
from app.users import crud
from app.users.config import settings
from app.users.models import User

logger = structlog.get_logger(__name__)

WAIT_SECONDS = 60
LOCK_ATTEMPTS = 10


def log_weak_settings() -> None:
    """Log a warning for each weak setting, here rather than in every process of the API."""
    sources = [core_settings, *(module.settings for module in modules("config"))]  # exits if one is invalid
    if core_settings.ENVIRONMENT == "local":
        return
    for source in sources:
        for name, meaning in source.weak_settings():
            logger.warning("weak_setting", name=name, meaning=meaning)


async def wait_for_database() -> None:
    """Wait until the database accepts connections. Raises `RetryError` after `WAIT_SECONDS`."""
    async for attempt in AsyncRetrying(
        retry=retry_if_exception_type(OperationalError),
        stop=stop_after_delay(WAIT_SECONDS),
        wait=wait_exponential(multiplier=0.1, max=2),
    ):
        with attempt:
            async with engine.connect() as connection:
                await connection.execute(text("SELECT 1"))


def migrate() -> None:
    """Apply all migrations. Retries one that cannot get a lock; the ones before it stay committed."""
    for attempt in Retrying(
        retry=retry_if_exception(_is_lock_timeout),
        stop=stop_after_attempt(LOCK_ATTEMPTS),
        wait=wait_fixed(1),
        reraise=True,
    ):
        with attempt:
            command.upgrade(default_config(), "head")


def _is_lock_timeout(error: BaseException) -> bool:
    return isinstance(error, OperationalError) and isinstance(error.orig, LockNotAvailable)


async def create_first_superuser() -> None:
    """Create the first superuser if there is no superuser. An existing account is not changed, not even its role.

    The address and the password of the settings are well known or old by then: they must not give access again.
    """
    async with transaction() as session:
        await crud.lock_superusers(session=session)  # another prestart may be running
        if await crud.has_superuser(session=session):
            logger.info("first_superuser_not_created", reason="There is a superuser")
            return
        if await crud.get_user_by_email(session=session, email=settings.FIRST_SUPERUSER):
            reason = "The address in FIRST_SUPERUSER has an account that is not a superuser. Set another address."
            logger.warning("first_superuser_not_created", reason=reason)
            return
        password = settings.FIRST_SUPERUSER_PASSWORD.get_secret_value()
        if not password:
            raise SystemExit("FIRST_SUPERUSER_PASSWORD is not set. Set it, or run ./scripts/start to generate one.")
        user = User(
            email=settings.FIRST_SUPERUSER,
            hashed_password=await hash_password(password),
            is_superuser=True,
        )
        await crud.create_user(session=session, user=user)
    logger.info("first_superuser_created")


def create_api_role() -> None:
    if core_settings.has_api_role:
        try:
            prepare_api_role(core_settings.database_direct_url)
        except ApiRoleError as error:
            raise SystemExit(str(error)) from None


async def prepare_signing_keys() -> None:
    """Create the first signing key, or follow a change of `JWT_ALGORITHM`."""
    if key_ring.is_fixed:
        return
    await load_keys()
    async with transaction() as session:
        await follow_algorithm(session=session, token_lifetime=auth_settings.access_token_lifetime)


async def prepare() -> None:
    if core_settings.is_api_role:
        raise SystemExit("POSTGRES_PASSWORD is not set. Set it: migrations need the role that owns the tables.")
    log_weak_settings()
    try:
        await wait_for_database()
    except RetryError as error:
        cause = error.last_attempt.exception()
        raise SystemExit(f"The database was unavailable for {WAIT_SECONDS} s: {cause}") from None
    try:
        await asyncio.to_thread(migrate)
    except CommandError as error:
        raise SystemExit(f"The database cannot be migrated: {error}") from None
    newest = max(await applied_to_database())
    if newest > REVISIONS[-1]:
        # This is the case after a rollback to an earlier release.
        logger.warning("schema_newer_than_release", revision=newest)
    await asyncio.to_thread(create_api_role)
    await prepare_signing_keys()
    await create_first_superuser()
    await engine.dispose()


if __name__ == "__main__":
    configure_logging()
    asyncio.run(prepare())
    sys.exit(0)
