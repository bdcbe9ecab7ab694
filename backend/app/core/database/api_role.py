"""The API's role in PostgreSQL: it reads and writes rows, and can change no table, role or database.

`python -m app.prestart` and a restore call this as the owner of the tables.
"""

import psycopg
from psycopg import Connection, sql

from app.core.settings import settings

CONNECT_SECONDS = 5
# What migrations write. A process that could change it could make the next deployment leave one out.
READ_ONLY = ("alembic_version", "applied_migrations")


class ApiRoleError(Exception):
    """The message says what to do."""


def prepare_api_role(url: str) -> None:
    """Makes the role or gives it today's password, and grants it the rows of the database at `url`.

    All of it in one transaction. Raises `ApiRoleError` when the role has or would need more rights than it should.
    """
    name = settings.POSTGRES_API_USER
    with psycopg.connect(url.replace("+psycopg", "", 1), connect_timeout=CONNECT_SECONDS) as connection:
        _refuse_powerful(connection, name)
        try:
            _set_password(connection, name)
            _grant(connection, name)
        except psycopg.errors.InsufficientPrivilege as error:
            raise ApiRoleError(
                f"{connection.info.user} may not make or change the role {name} ({error}). As an administrator of the "
                f'server: ALTER ROLE "{connection.info.user}" CREATEROLE'
            ) from None


def _refuse_powerful(connection: Connection, name: str) -> None:
    """Before its password is changed: the name could be the owner's own."""
    statement = """
        SELECT FROM pg_roles WHERE rolname = %s
        AND (rolsuper OR rolcreatedb OR rolcreaterole OR rolbypassrls OR pg_has_role(oid, current_user, 'MEMBER'))
    """
    if connection.execute(statement, [name]).fetchone() is not None:
        raise ApiRoleError(
            f"POSTGRES_API_USER={name} is a role that may do more than read and write rows. Set a name that is new."
        )


def _set_password(connection: Connection, name: str) -> None:
    """Only the verifier is sent, since a server can log its statements."""
    exists = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [name]).fetchone() is not None
    password = settings.api_role_password.encode()
    verifier = connection.pgconn.encrypt_password(password, name.encode(), b"scram-sha-256").decode()
    statement = sql.SQL("{} ROLE {} LOGIN PASSWORD {}")
    verb = sql.SQL("ALTER" if exists else "CREATE")
    connection.execute(statement.format(verb, sql.Identifier(name), sql.Literal(verifier)))


def _grant(connection: Connection, name: str) -> None:
    role, database = sql.Identifier(name), sql.Identifier(connection.info.dbname)
    for statement in (
        "GRANT CONNECT ON DATABASE {database} TO {role}",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC, {role}",
        "GRANT USAGE ON SCHEMA public TO {role}",
        "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
        "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}",
        "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {role}",
        # For tables that are made between this and the next call.
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO {role}",
    ):
        connection.execute(sql.SQL(statement).format(role=role, database=database))
    tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename = ANY(%s)"
    for (table,) in connection.execute(tables, [list(READ_ONLY)]).fetchall():
        revoke = sql.SQL("REVOKE INSERT, UPDATE, DELETE ON {} FROM {}")
        connection.execute(revoke.format(sql.Identifier("public", table), role))
