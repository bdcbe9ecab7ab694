"""The command behind `./scripts/bench`."""

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.endpoints import NAMES  # only what works before the packages are installed, for --help


def read_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/bench",
        description="Measures what requests cost in CPU time, and holds it against the floor: the same in raw psycopg. "
        "backend/benchmarks/README.md says how to read the tables.",
        epilog=f"Endpoints: {', '.join(NAMES)}.",
    )
    parser.add_argument("--check", action="store_true", help="fail when an endpoint needs more than 1.25 x its budget")
    parser.add_argument("--quick", action="store_true", help="3 rounds of 1 second, for a first impression")
    parser.add_argument("--endpoint", nargs="+", choices=NAMES, metavar="NAME", help="measure only these")
    parser.add_argument("--seconds", type=_seconds, metavar="N", help="load in each measurement (default: 2)")
    parser.add_argument("--rounds", type=_rounds, metavar="N", help="measurements of each endpoint (default: 5)")
    parser.add_argument("--profile", choices=NAMES, metavar="NAME", help="print where the time of this endpoint goes")
    options = parser.parse_args(arguments)
    options.seconds = options.seconds or (1.0 if options.quick else 2.0)
    options.rounds = options.rounds or (3 if options.quick else 5)
    return options


def _seconds(text: str) -> float:
    if not 0.1 <= (value := float(text)) <= 600:
        raise ValueError
    return value


def _rounds(text: str) -> int:
    if not 1 <= (value := int(text)) <= 100:
        raise ValueError
    return value


def main() -> int:
    options = read_arguments(sys.argv[1:])
    if not Path("/proc/self/stat").exists():
        sys.exit("error: CPU time is read from Linux's /proc, which is not here.")
    signal.signal(signal.SIGINT, signal.default_int_handler)  # which asyncio knows how to take over
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))

    from benchmarks.bench import run
    from benchmarks.client import Failed
    from scripts.local.postgres import PostgresError

    try:
        return run(options)
    except (Failed, PostgresError) as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    sys.exit(main())
