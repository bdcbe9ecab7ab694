"""What the API's role can do with each table. `api_role.py` grants exactly this.

Each model declares its own in `__grants__`, so that append-only and read-only tables cannot be forgotten.
"""

from collections.abc import Mapping, Sequence

from sqlmodel import SQLModel

from app.core.features import modules
from app.core.jobs.grants import JOB_TABLES
from app.core.limits.models import FailedAttempts, MinuteCount, RateWindow
from app.core.mail.models import Mail
from app.core.security.stored_keys import StoredKey

# Only migrations write these. If the API could, it could make the next deployment skip a migration.
_RECORDS = {"alembic_version": ("SELECT",), "applied_migrations": ("SELECT",)}


class MissingGrants(Exception):
    """A model does not declare what the API can do with its table."""


def declared_grants() -> Mapping[str, Sequence[str]]:
    """Return the privileges by table. Raises `MissingGrants`."""
    list(modules("models"))  # the import registers them
    models: set[type[SQLModel]] = {
        *(FailedAttempts, Mail, MinuteCount, RateWindow, StoredKey),
        *(mapper.class_ for mapper in SQLModel._sa_registry.mappers),
    }
    return {**_RECORDS, **JOB_TABLES, **{str(model.__tablename__): grants_of(model) for model in models}}


def grants_of(model: type[SQLModel]) -> Sequence[str]:
    try:
        return vars(model)["__grants__"]  # type: ignore[no-any-return]  # of the model itself, not of a base class
    except KeyError:
        raise MissingGrants(
            f"{model.__module__}.{model.__name__} has no __grants__. Add `__grants__ = READ_WRITE`, or only the "
            'privileges that the API needs, such as ("SELECT", "INSERT").'
        ) from None
