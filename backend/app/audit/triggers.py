"""The triggers that write the audit log, one for each table of a feature. Runs after the migrations.

Features do not know the log, so their migrations cannot create its triggers.
"""

import re

from sqlalchemy import Connection, text
from sqlmodel import SQLModel

from app.audit.config import settings

ALWAYS = ("users", "user_sessions", "api_tokens", "passkeys")
"""Tables of which every change is recorded. Of the others, the changes by superusers. A declined feature has none."""
NEVER = (
    *("audit_events", "recent_writes", "refresh_tokens", "security_events", "session_uses"),
    *("api_token_uses", "passkey_uses", "used_passkey_challenges"),
)

_EXISTS = text("SELECT to_regprocedure('count_deleted_rows()') IS NOT NULL")
_COVERED = text("SELECT relname FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid WHERE tgname = :trigger")
_PRESENT = text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
_TRIGGERS = {
    "audit": ("AFTER INSERT OR UPDATE OR DELETE", "write_audit_event"),
    "audit_deleted_rows": ("BEFORE DELETE", "count_deleted_rows"),
}
# Not the rows that a foreign key deletes: the event of the record that they belonged to counts them, and a record can
# have very many.
_DIRECTLY = "pg_trigger_depth() = 0"
_BY_SUPERUSER = "current_setting('app.by_superuser', true) = 'on'"


def create_triggers(connection: Connection) -> None:
    """Create the missing triggers, and set the retention. Needs the owner of the tables."""
    if not connection.scalar(_EXISTS):
        return  # after a downgrade
    connection.exec_driver_sql(
        "CREATE OR REPLACE FUNCTION audit_retention() RETURNS interval LANGUAGE sql IMMUTABLE "
        f"AS $$ SELECT interval '{settings.AUDIT_RETENTION_DAYS} days' $$"
    )
    tables = audited_tables()
    for trigger, (events, function) in _TRIGGERS.items():
        missing = set(connection.scalars(_PRESENT)) - set(connection.scalars(_COVERED, {"trigger": trigger}))
        for table, arguments in tables.items():
            if table in missing:
                condition = _DIRECTLY if table in ALWAYS else f"{_DIRECTLY} AND {_BY_SUPERUSER}"
                connection.exec_driver_sql(
                    f"CREATE TRIGGER {trigger} {events} ON {table} FOR EACH ROW "
                    f"WHEN ({condition}) EXECUTE FUNCTION {function}({arguments})"
                )


def audited_tables() -> dict[str, str]:
    """Return the tables of all features with the arguments of their triggers: record type and primary key."""
    found = {}
    for mapper in SQLModel._sa_registry.mappers:
        model = mapper.class_
        if model.__tablename__ not in NEVER and not model.__module__.startswith("app.core."):
            record_type = re.sub(r"(?<!^)(?=[A-Z])", "_", model.__name__).lower()
            names = [record_type, *(column.name for column in mapper.primary_key)]
            found[str(model.__tablename__)] = ", ".join(f"'{name}'" for name in names)
    return found
