"""One connection to PostgreSQL."""

import select

from psycopg import AsyncConnection
from psycopg.rows import Row


class Connection(AsyncConnection[Row]):
    def has_ended(self) -> bool:
        """Whether the server has closed it, asked of the operating system: no round trip, about 1 us.

        A server has nothing to say on a connection that nobody uses, until it ends it.
        """
        poll = select.poll()
        poll.register(self.fileno(), select.POLLIN)
        return bool(poll.poll(0))

    async def cancel_safe(self, *, timeout: float = 0) -> None:  # noqa: ASYNC109  # psycopg's own parameter
        """Closes it at once, when what waits for it is cut off, as a request is whose time is over.

        psycopg would ask the server to cancel the statement and wait for ten seconds more: in vain where the server
        does not answer. One that does ends the statement by itself (`statement_timeout`), before a request's time is
        over.
        """
        await self.close()
