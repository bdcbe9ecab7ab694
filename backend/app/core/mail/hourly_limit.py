"""A limit of mails per address, so that nobody can flood another user's mailbox or the queue of jobs."""

from collections import OrderedDict
from datetime import datetime, timedelta

from app.core.clock import utc_now

MAX_ADDRESSES = 20_000
_HOUR = timedelta(hours=1)


class HourlyLimit:
    """Counts the mails of the last hour in this process, for the `MAX_ADDRESSES` that were used last."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._times: OrderedDict[str, list[datetime]] = OrderedDict()

    def is_reached(self, address: str) -> bool:
        return len(self._recent(address)) >= self.count

    def add(self, address: str) -> None:
        self._times[address] = [*self._recent(address), utc_now()]
        self._times.move_to_end(address)
        while len(self._times) > MAX_ADDRESSES:
            self._times.popitem(last=False)

    def clear(self) -> None:
        self._times.clear()

    def _recent(self, address: str) -> list[datetime]:
        since = utc_now() - _HOUR
        return [time for time in self._times.get(address, ()) if time > since]
