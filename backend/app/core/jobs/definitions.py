"""The decorator `@job`, and the jobs that it has registered."""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from string import Formatter
from typing import Any, Generic, ParamSpec

P = ParamSpec("P")

registered: "dict[str, Job[Any]]" = {}


class GiveUp(Exception):
    """Raised by a job that no retry can help. It fails immediately."""


@dataclass(frozen=True)
class Job(Generic[P]):
    """A function that the worker runs. Call it to run it directly."""

    run: Callable[P, Awaitable[None]]
    name: str
    queue: str
    priority: int
    timeout: timedelta
    retry_for: timedelta
    unique: str | None
    every: str | None

    def __call__(self, *args: P.args, **arguments: P.kwargs) -> Awaitable[None]:
        return self.run(*args, **arguments)

    def lock(self, arguments: dict[str, Any]) -> str | None:
        """Return the text that only one waiting job can have, or None."""
        if self.unique is None:
            return None
        bound = inspect.signature(self.run).bind(**arguments)
        bound.apply_defaults()
        return f"{self.name}: {self.unique.format(**bound.arguments)}"


def job(
    *,
    queue: str = "default",
    priority: int = 0,
    timeout: timedelta = timedelta(seconds=60),
    retry_for: timedelta = timedelta(days=1),
    unique: str | None = None,
    every: str | None = None,
) -> Callable[[Callable[P, Awaitable[None]]], Job[P]]:
    """Declare a job: an async function in a feature's `jobs.py`, with keyword arguments that JSON can hold.

    It can run more than once: a run that was killed is repeated. Jobs with a higher `priority` run first. A run that
    fails or exceeds `timeout` is retried with growing waits until `retry_for` has passed since `enqueue`; then the job
    has failed. `unique`, such as `"user {user_id}"`, names jobs of which only one waits in the queue. `every` is a cron
    expression in UTC, such as `"0 2 * * *"`; each tick runs once, however many workers there are.
    """

    def declare(run: Callable[P, Awaitable[None]]) -> Job[P]:
        name = f"{run.__module__.split('.')[-2]}.{run.__name__}"
        _check(name, run, unique, every)
        registered[name] = declared = Job(run, name, queue, priority, timeout, retry_for, unique, every)
        return declared

    return declare


def _check(name: str, run: Callable[..., Awaitable[None]], unique: str | None, every: str | None) -> None:
    parameters = inspect.signature(run).parameters
    used = {field for _, field, _, _ in Formatter().parse(unique or "") if field is not None}
    if not inspect.iscoroutinefunction(run) or any(p.kind is not p.KEYWORD_ONLY for p in parameters.values()):
        raise TypeError(f"The job {name} must be an async function that has only keyword arguments, after a `*`.")
    if unknown := used - parameters.keys():
        raise TypeError(f"The job {name} has no argument {', '.join(sorted(unknown))}, which is in `unique`.")
    if every and any(p.default is p.empty for p in parameters.values()):
        raise TypeError(f"The job {name} runs periodically, so its arguments need defaults.")
