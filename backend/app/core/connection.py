"""One connection to PostgreSQL."""

from psycopg import AsyncConnection
from psycopg.rows import Row


class Connection(AsyncConnection[Row]):
    """Is closed at once when what waits for it is cut off, as a request is whose time is over.

    psycopg would ask the server to cancel the statement and wait for ten seconds more: in vain where the server does
    not answer. One that does ends the statement by itself (`statement_timeout`), before a request's time is over.
    """

    async def cancel_safe(self, *, timeout: float = 0) -> None:  # noqa: ASYNC109  # psycopg's own parameter
        await self.close()
