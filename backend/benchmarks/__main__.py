"""The command behind `./scripts/bench`."""

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.endpoints import NAMES  # needs no installed packages, so that --help always works


def read_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/bench",
        description="Measures the CPU time of requests and compares it with the floor: the same endpoints in raw "
        "psycopg. backend/benchmarks/README.md explains the tables.",
        epilog=f"Endpoints: {', '.join(NAMES)}.",
    )
    parser.add_argument("--check", action="store_true", help="fail if an endpoint needs more than 1.25 x its budget")
    parser.add_argument("--quick", action="store_true", help="3 rounds of 1 second, for a rough result")
    parser.add_argument("--endpoint", nargs="+", choices=NAMES, metavar="NAME", help="measure only these endpoints")
    parser.add_argument("--seconds", type=_seconds, metavar="N", help="duration of each measurement (default: 2)")
    parser.add_argument("--rounds", type=_rounds, metavar="N", help="measurements per endpoint (default: 5)")
    parser.add_argument("--profile", choices=NAMES, metavar="NAME", help="profile this endpoint instead")
    parser.add_argument("--jobs", action="store_true", help="measure a worker and trivial jobs instead")
    parser.add_argument("--middleware", action="store_true", help="measure the middleware alone instead")
    parser.add_argument("--recovery", metavar="URL", help="compare recoveries with and without account, on this stack")
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
        sys.exit("error: There is no /proc on this system. Run the benchmark on Linux.")
    signal.signal(signal.SIGINT, signal.default_int_handler)  # asyncio only replaces the default handler
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
