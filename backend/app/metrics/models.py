"""What a scrape reads from the database."""

from typing import Literal, NamedTuple


class ActiveJobs(NamedTuple):
    queue: str
    state: Literal["waiting", "running"]
    number: int
    oldest_seconds: float
    """How long the first of those that are due has waited."""


class EndedJobs(NamedTuple):
    """Runs that ended in the last minutes."""

    job: str
    outcome: Literal["succeeded", "failed", "retried"]
    number: int
    median_seconds: float
    p95_seconds: float


class Mails(NamedTuple):
    state: str
    number: int


class Work(NamedTuple):
    active: list[ActiveJobs]
    ended: list[EndedJobs]
    mails: list[Mails]
