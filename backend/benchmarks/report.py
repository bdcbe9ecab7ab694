"""Turns samples into ratios, compares these with the budgets, and formats the tables."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.measure import LoginEffect, Sample, Samples

TOLERANCE = 1.25
"""How far an endpoint can exceed its budget before `--check` fails, because CPU time varies between runs."""

APP, FLOOR = "app", "floor"


@dataclass(frozen=True)
class Share:
    """Budget of an endpoint: `share` times the cost of another endpoint of the application."""

    than: str
    share: float


@dataclass(frozen=True)
class Budgets:
    floor: Mapping[str, float]
    endpoint: Mapping[str, Share]
    p99_while_logins: Mapping[str, float]


def read_budgets() -> Budgets:
    document = tomllib.loads(Path(__file__).with_name("budgets.toml").read_text(encoding="utf-8"))
    shares = {name: Share(**share) for name, share in document["endpoint"].items()}
    return Budgets(document["floor"], shares, document["p99_while_logins"])


@dataclass(frozen=True)
class Figure:
    """A measured ratio with its budget."""

    name: str
    ratio: float
    budget: float | None
    checked: bool = True

    @property
    def verdict(self) -> str:
        """`ok`, `over` if it exceeds the budget, or `FAIL` if it exceeds the tolerance too, so that `--check` fails."""
        if self.budget is None:
            return ""
        if self.ratio <= self.budget:
            return "ok"
        return "FAIL" if self.checked and self.ratio > TOLERANCE * self.budget else "over"


def failures(figures: Iterable[Figure]) -> list[str]:
    """Return the endpoints that make `--check` fail."""
    return [figure.name for figure in figures if figure.verdict == "FAIL"]


def ratio(samples: Sequence[Sample], reference: Sequence[Sample]) -> float:
    """Return the ratio of CPU time per request: the median of the ratios of the rounds."""
    return median(sample.total_us / other.total_us for sample, other in zip(samples, reference, strict=True))


def medians(samples: Sequence[Sample]) -> Sample:
    """Return the median of each value."""
    columns = zip(*((s.rps, s.p50_ms, s.p99_ms, s.server_us, s.postgres_us) for s in samples), strict=True)
    return Sample(*(median(column) for column in columns))


def floor_figures(samples: Samples, budgets: Budgets) -> list[Figure]:
    names = [name for name, server in samples if server == APP]
    return [Figure(name, ratio(samples[name, APP], samples[name, FLOOR]), budgets.floor.get(name)) for name in names]


def endpoint_figures(samples: Samples, budgets: Budgets) -> list[Figure]:
    measured = {name for name, _ in samples}
    return [
        Figure(name, ratio(samples[name, APP], samples[share.than, APP]), share.share)
        for name, share in budgets.endpoint.items()
        if {name, share.than} <= measured
    ]


def login_figures(effects: Mapping[str, Sequence[LoginEffect]], budgets: Budgets) -> list[Figure]:
    """Return the ratios of application and floor. The floor's has no budget; it shows the effect of the machine."""
    return [
        Figure(
            server,
            median(effect.with_logins_ms / effect.alone_ms for effect in series),
            budgets.p99_while_logins["users_me"] if server == APP else None,
            checked=False,
        )
        for server, series in effects.items()
    ]


def endpoints_table(samples: Samples, figures: Sequence[Figure], last: Mapping[str, float]) -> str:
    columns = ("rps", "p50 ms", "p99 ms", "app us", "PG us", "total us", "floor total us")
    header = ["endpoint", *columns, "ratio", "last", "budget", "verdict"]
    rows = []
    for figure in figures:
        app, floor = (medians(samples[figure.name, server]) for server in (APP, FLOOR))
        rows.append(
            [
                figure.name,
                *(f"{app.rps:,.0f}", f"{app.p50_ms:.2f}", f"{app.p99_ms:.2f}"),
                *(f"{us:,.0f}" for us in (app.server_us, app.postgres_us, app.total_us, floor.total_us)),
                *_verdict_cells(figure, last.get(figure.name)),
            ]
        )
    return table(header, rows)


def floor_table(samples: Samples) -> str:
    header = ["floor", "rps", "p50 ms", "p99 ms", "app us", "PG us", "total us"]
    rows = []
    for name in (name for name, server in samples if server == FLOOR):
        sample = medians(samples[name, FLOOR])
        cpu = (f"{us:,.0f}" for us in (sample.server_us, sample.postgres_us, sample.total_us))
        rows.append([name, f"{sample.rps:,.0f}", f"{sample.p50_ms:.2f}", f"{sample.p99_ms:.2f}", *cpu])
    return table(header, rows)


def shares_table(figures: Sequence[Figure], budgets: Budgets, last: Mapping[str, float]) -> str:
    rows = [
        [figure.name, budgets.endpoint[figure.name].than, *_verdict_cells(figure, last.get(f"{figure.name} share"))]
        for figure in figures
    ]
    return table(["endpoint", "compared with", "ratio", "last", "budget", "verdict"], rows)


def logins_table(effects: Mapping[str, Sequence[LoginEffect]], figures: Sequence[Figure]) -> str:
    rows = []
    for figure in figures:
        series = effects[figure.name]
        alone, disturbed, rate = (
            median(column)
            for column in zip(*((e.alone_ms, e.with_logins_ms, e.logins_per_second) for e in series), strict=True)
        )
        _, _, *verdict = _verdict_cells(figure, None)
        rows.append([figure.name, f"{alone:.2f}", f"{disturbed:.2f}", f"{rate:.1f}", f"{figure.ratio:.2f}", *verdict])
    header = ["users_me", "p99 ms", "p99 ms with logins", "logins/s", "ratio", "budget", "verdict"]
    return table(header, rows)


def _verdict_cells(figure: Figure, last: float | None) -> list[str]:
    budget = "" if figure.budget is None else f"{figure.budget:.2f}"
    return [f"{figure.ratio:.2f}", "" if last is None else f"{last:.2f}", budget, figure.verdict]


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Format a Markdown table. The first column is left-aligned, the others right-aligned."""
    widths = [max(len(row[n]) for row in (header, *rows)) for n in range(len(header))]

    def line(cells: Sequence[str]) -> str:
        padded = [
            cell.ljust(width) if n == 0 else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ]
        return f"| {' | '.join(padded)} |"

    rule = "|".join("-" * (width + 2) if n == 0 else "-" * (width + 1) + ":" for n, width in enumerate(widths))
    return "\n".join([line(header), f"|{rule}|", *(line(row) for row in rows)])


def servers_table(servers: Sequence[tuple[str, float, int, int]]) -> str:
    """Format each server's name, ms until its first response, and bytes of memory at that time and after the load."""
    rows = [
        [name, f"{ready_ms:,.0f}", f"{ready_bytes / 2**20:.0f}", f"{memory / 2**20:.0f}"]
        for name, ready_ms, ready_bytes, memory in servers
    ]
    return table(["one worker", "ready after ms", "RSS when ready MiB", "RSS after load MiB"], rows)
