"""One connection to PostgreSQL."""

import asyncio
import select
from typing import Any

import psycopg
import psycopg.errors as pg
from psycopg import AsyncConnection
from psycopg.rows import Row

GRACE_SECONDS = 0.2


class PoolTimeout(psycopg.OperationalError):
    """All connections stayed in use, or the database could not be reached, for as long as a request can wait."""


def has_ended(connection: AsyncConnection[Any]) -> bool:
    """Return whether the server has closed the idle connection, without a round trip (about 1 us).

    On an idle connection the server sends data only when it closes it, so the socket becomes readable only then.
    """
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))


class Connection(AsyncConnection[Row]):
    def has_ended(self) -> bool:
        """Return whether the server has closed the idle connection, without a round trip."""
        return has_ended(self)

    async def cancel_safe(self, *, timeout: float = 0) -> None:  # noqa: ASYNC109  # psycopg's own parameter
        """When the waiting task is cancelled, close the connection unless the statement ends within `GRACE_SECONDS`.

        It usually does when a client leaves during a stream, and the pool then keeps the connection. On a request
        timeout it does not. psycopg would send a cancel request and wait up to ten more seconds, which is useless if
        the server is unreachable. A reachable server has ended the statement by then: `statement_timeout` is shorter
        than the request timeout.
        """
        loop, file, responded = asyncio.get_running_loop(), self.fileno(), asyncio.Event()
        loop.add_reader(file, responded.set)
        try:
            async with asyncio.timeout(GRACE_SECONDS):
                await responded.wait()
        except TimeoutError:
            await self.close()
        finally:
            loop.remove_reader(file)


def is_outdated(error: BaseException | None) -> bool:
    """Return whether the connection is why the server refused a statement, before it ran. A new one can succeed.

    The server no longer has a prepared statement (`DISCARD ALL`), the columns of its result have changed (`ALTER
    TABLE`), or it has become a read-only standby (failover).
    """
    if isinstance(error, pg.InvalidSqlStatementName | pg.ReadOnlySqlTransaction):
        return True
    # "cached plan must not change result type", a message that is translated.
    return isinstance(error, psycopg.Error) and error.diag.source_function == "RevalidateCachedQuery"
