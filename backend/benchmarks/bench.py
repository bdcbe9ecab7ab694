"""One run of the benchmark, from the empty folder to the printed tables."""

import argparse
import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median

from benchmarks.baseline import baseline_file, read_baseline, write_baseline
from benchmarks.endpoints import NAMES
from benchmarks.load import CONNECTIONS, generator
from benchmarks.measure import LoginEffect, check_answers, measure, measure_login_effect
from benchmarks.profile import profile
from benchmarks.report import (
    APP,
    FLOOR,
    TOLERANCE,
    Budgets,
    endpoint_figures,
    endpoints_table,
    failures,
    floor_figures,
    floor_table,
    login_figures,
    logins_table,
    read_budgets,
    servers_table,
    shares_table,
)
from benchmarks.rig import Rig, Server, open_rig

STARTS = 3


def run(options: argparse.Namespace) -> int:
    """The exit status: 1 when `--check` found an endpoint beyond its budget."""
    load_average = os.getloadavg()[0]
    tell("starting PostgreSQL, migrating and seeding")
    with open_rig() as rig:
        if options.profile:
            tell(f"profiling {options.profile}")
            say(profile(rig, options.profile, seconds=options.seconds * options.rounds))
            return 0
        say(_describe(rig, options, load_average))
        return _compare(rig, options)


def _compare(rig: Rig, options: argparse.Namespace) -> int:
    budgets = read_budgets()
    tell("starting the servers")
    servers = [_start(rig, name, 1 if options.quick else STARTS) for name in (APP, FLOOR)]
    endpoints = {
        name: each for name, each in rig.make_endpoints(servers[0]).items() if name in _names(options, budgets)
    }

    check_answers(rig, list(endpoints.values()), *servers)
    measuring = {"rounds": options.rounds, "seconds": options.seconds}
    samples = measure(rig, servers, list(endpoints.values()), **measuring, tell=tell)
    effects: dict[str, list[LoginEffect]] = {}
    if {"users_me", "login"} <= endpoints.keys():
        for server in servers:
            tell(f"users_me while others sign in: {server.name}")
            effects[server.name] = measure_login_effect(
                rig, server, endpoints["users_me"], endpoints["login"], **measuring
            )

    last = read_baseline(baseline_file())
    figures, shares = floor_figures(samples, budgets), endpoint_figures(samples, budgets)
    tell("")
    say(endpoints_table(samples, figures, last))
    say(floor_table(samples))
    if shares:
        say(shares_table(shares, budgets, last))
    if effects:
        say(logins_table(effects, login_figures(effects, budgets)))
    say(servers_table([(each.name, each.ready_ms, each.ready_bytes, each.memory) for each in servers]))
    write_baseline(baseline_file(), figures, shares)

    if options.check and (failed := failures([*figures, *shares])):
        say(f"More than {TOLERANCE} x the budget: {', '.join(failed)}")
        return 1
    return 0


def _names(options: argparse.Namespace, budgets: Budgets) -> set[str]:
    """The endpoints asked for, and those that they are compared with."""
    names = set(options.endpoint or NAMES)
    for name in NAMES[::-1]:  # the dearer ones come last, and are compared with the ones before
        if name in names and options.endpoint and name in budgets.endpoint:
            names.add(budgets.endpoint[name].than)
    return names


def _start(rig: Rig, name: str, times: int) -> Server:
    """A running server, with the median of what several starts took."""
    server = rig.start_server(name)
    ready = [server.ready_ms]
    for _ in range(times - 1):
        rig.stop_server(server)
        server = rig.start_server(name)
        ready.append(server.ready_ms)
    return replace(server, ready_ms=median(ready))


def _describe(rig: Rig, options: argparse.Namespace, load_average: float) -> str:
    cpu = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), ""
    )
    return (
        f"{os.cpu_count()} cores ({cpu or platform.machine()}), load average before the run {load_average:.1f}; "
        f"Python {platform.python_version()}, PostgreSQL {rig.postgres_version()}.\n"
        f"{options.rounds} rounds of {options.seconds:g} s, {CONNECTIONS} connections, load by {generator()}. "
        "Medians over the rounds."
    )


def _lines(file: str) -> Sequence[str]:
    return Path(file).read_text(encoding="utf-8").splitlines()


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n\n")
    sys.stdout.flush()


def tell(text: str) -> None:
    """Progress, for people only."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{text}")
        sys.stderr.flush()
