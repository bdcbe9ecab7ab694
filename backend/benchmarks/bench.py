"""One complete run of the benchmark, from starting PostgreSQL to printing the tables."""

import argparse
import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median

from benchmarks.baseline import baseline_file, read_baseline, write_baseline
from benchmarks.endpoints import CONNECTIONS, NAMES
from benchmarks.jobs import measure_jobs
from benchmarks.load import generator
from benchmarks.measure import LoginEffect, check_responses, measure, measure_login_effect
from benchmarks.middleware import measure_middleware
from benchmarks.profile import profile
from benchmarks.recovery import measure_recovery
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
    """Run the benchmark. Returns the exit status: 1 if `--check` found an endpoint over its budget."""
    if options.middleware:
        print_block(measure_middleware())
        return 0
    if options.recovery:
        print_block(measure_recovery(options.recovery))
        return 0
    if options.jobs:
        show_progress("starting PostgreSQL, an API process and a worker")
        print_block(measure_jobs(idle_seconds=10 if options.quick else 60).table())
        return 0
    load_average = os.getloadavg()[0]
    show_progress("starting PostgreSQL, migrating and seeding")
    with open_rig() as rig:
        if options.profile:
            show_progress(f"profiling {options.profile}")
            print_block(profile(rig, options.profile, seconds=options.seconds * options.rounds))
            return 0
        print_block(_describe(rig, options, load_average))
        return _compare(rig, options)


def _compare(rig: Rig, options: argparse.Namespace) -> int:
    budgets = read_budgets()
    show_progress("starting the servers")
    servers = [_start(rig, name, 1 if options.quick else STARTS) for name in (APP, FLOOR)]
    names = _names(options, budgets)
    endpoints = {name: endpoint for name, endpoint in rig.make_endpoints(servers[0]).items() if name in names}

    check_responses(rig, list(endpoints.values()), *servers)
    measuring = {"rounds": options.rounds, "seconds": options.seconds}
    samples = measure(rig, servers, list(endpoints.values()), **measuring, show_progress=show_progress)
    effects: dict[str, list[LoginEffect]] = {}
    if {"users_me", "login"} <= endpoints.keys():
        for server in servers:
            show_progress(f"users_me during logins: {server.name}")
            effects[server.name] = measure_login_effect(
                rig, server, endpoints["users_me"], endpoints["login"], **measuring
            )

    last = read_baseline(baseline_file())
    figures, shares = floor_figures(samples, budgets), endpoint_figures(samples, budgets)
    show_progress("")
    print_block(endpoints_table(samples, figures, last))
    print_block(floor_table(samples))
    if shares:
        print_block(shares_table(shares, budgets, last))
    if effects:
        print_block(logins_table(effects, login_figures(effects, budgets)))
    print_block(servers_table([(s.name, s.ready_ms, s.ready_bytes, s.memory) for s in servers]))
    write_baseline(baseline_file(), figures, shares)

    if options.check and (failed := failures([*figures, *shares])):
        print_block(f"More than {TOLERANCE} x the budget: {', '.join(failed)}")
        return 1
    return 0


def _names(options: argparse.Namespace, budgets: Budgets) -> set[str]:
    """Return the selected endpoints and those that they are compared with."""
    names = set(options.endpoint or NAMES)
    for name in NAMES[::-1]:  # endpoints are compared with earlier ones, so this finds comparisons of comparisons too
        if name in names and options.endpoint and name in budgets.endpoint:
            names.add(budgets.endpoint[name].than)
    return names


def _start(rig: Rig, name: str, times: int) -> Server:
    """Start a server several times. Returns it with the median of its start times."""
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
        "Values are medians of the rounds."
    )


def _lines(file: str) -> Sequence[str]:
    return Path(file).read_text(encoding="utf-8").splitlines()


def print_block(text: str) -> None:
    sys.stdout.write(f"{text}\n\n")
    sys.stdout.flush()


def show_progress(text: str) -> None:
    """Replace the progress line, if stderr is a terminal."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{text}")
        sys.stderr.flush()
