"""The API's role in PostgreSQL, which reads and writes rows but cannot change tables, roles or databases.

`python -m app.prestart` and a restore set it up as the owner of the tables.
"""

import psycopg
from psycopg import Connection, sql

from app.core.runtime.grants import declared_grants
from app.core.settings import settings

CONNECT_SECONDS = 5


class ApiRoleError(Exception):
    """The API's role cannot be set up. The message says what to do."""


def prepare_api_role(url: str) -> None:
    """Create the role or update its password, and grant it access to the rows of the database at `url`.

    Runs in one transaction. Raises `ApiRoleError` when the role has too many privileges or the owner too few.
    """
    name = settings.POSTGRES_API_USER
    with psycopg.connect(url.replace("+psycopg", "", 1), connect_timeout=CONNECT_SECONDS) as connection:
        _refuse_privileged(connection, name)
        try:
            _set_password(connection, name)
            _grant(connection, name)
        except psycopg.errors.InsufficientPrivilege as error:
            raise ApiRoleError(
                f"{connection.info.user} is not allowed to create or change the role {name} ({error}). As an "
                f'administrator of the server, run: ALTER ROLE "{connection.info.user}" CREATEROLE'
            ) from None


def _refuse_privileged(connection: Connection, name: str) -> None:
    """Raise `ApiRoleError` for a privileged role. Call it before changing a password: the name could be the owner's."""
    statement = """
        SELECT FROM pg_roles WHERE rolname = %s
        AND (rolsuper OR rolcreatedb OR rolcreaterole OR rolbypassrls OR pg_has_role(oid, current_user, 'MEMBER'))
    """
    if connection.execute(statement, [name]).fetchone() is not None:
        raise ApiRoleError(
            f"The role POSTGRES_API_USER={name} has more privileges than reading and writing rows. Set an unused name."
        )


def _set_password(connection: Connection, name: str) -> None:
    """Set the password by its SCRAM verifier, because the server's log can contain the statement."""
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
        "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}",
        "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {role}",
        # Earlier releases granted everything on later tables, which an append-only one must not have.
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM {role}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON SEQUENCES FROM {role}",
    ):
        connection.execute(sql.SQL(statement).format(role=role, database=database))
    # Tables that this release does not know keep their privileges: another release, which still runs, can need them.
    grants = declared_grants()
    tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename = ANY(%s)"
    for (table,) in connection.execute(tables, [list(grants)]).fetchall():
        privileges = sql.SQL(", ").join(map(sql.SQL, grants[table]))
        names = {"table": sql.Identifier("public", table), "role": role, "privileges": privileges}
        connection.execute(sql.SQL("REVOKE ALL ON {table} FROM {role}").format(**names))
        connection.execute(sql.SQL("GRANT {privileges} ON {table} TO {role}").format(**names))
