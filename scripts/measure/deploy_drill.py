"""`./scripts/deploy-drill`: deploy repeatedly under constant load, and count what users would have noticed."""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from scripts.measure.docker_stack import Server, server

if TYPE_CHECKING:
    from scripts.measure.load import Report

MAX_SHOWN = 20

MIGRATION = '''"""Add a column that the previous release does not know."""

import sqlalchemy as sa
from alembic import op

from app.core.migrations.steps import previous, set_lock_timeout

revision = "{name}"
down_revision = previous(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    set_lock_timeout()
    op.add_column("users", sa.Column("{name}", sa.String(20)))


def downgrade() -> None:
    set_lock_timeout()
    op.drop_column("users", "{name}")
'''


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./scripts/deploy-drill",
        description="Deploy a separate stack repeatedly under constant load: first without migrations, then with a "
        "migration in each deployment. Needs Docker.",
        epilog="Exit status: 1 if a request failed, or if an acknowledged write was lost or applied twice. "
        "Example: ./scripts/deploy-drill --deploys 3 --per-second 20",
    )
    parser.add_argument(
        "--deploys", type=int, default=10, metavar="N", help="deployments in a row (default: %(default)s)"
    )
    parser.add_argument(
        "--per-second", type=float, default=40.0, metavar="N", help="requests per second (default: %(default)g)"
    )
    options = parser.parse_args(arguments)
    if options.deploys < 1 or not 1 <= options.per_second <= 1000:
        parser.error("--deploys must be at least 1, and --per-second from 1 to 1000")
    return options


def change_code(target: Server, number: int) -> None:
    (target.root / "backend" / "app" / "drill.py").write_text(f"# {number}\n", encoding="utf-8")


def add_migration(target: Server, number: int) -> None:
    change_code(target, number)
    name = f"{9000 + number}_drill"
    file = target.root / "backend" / "app" / "alembic" / "versions" / f"{name}.py"
    file.write_text(MIGRATION.format(name=name), encoding="utf-8")


def drill(target: Server, deploys: int, per_second: float, change: Callable[[Server, int], None]) -> bool:
    """Deploy repeatedly under load. Returns whether users would have noticed nothing."""
    from scripts.measure.load import load  # imported here, so that --help works without packages

    seconds = []
    with load(target, per_second=per_second) as report:
        for number in range(deploys):
            change(target, number)
            target.commit()
            begun = time.monotonic()
            target.deploy()
            seconds.append(time.monotonic() - begun)
            print(
                f"  ok    deployment {number + 1:<17} {seconds[-1]:5.1f} s  {len(report.failures)} failed", flush=True
            )
    print(f"        {report}\n        {statistics.mean(seconds):.1f} s per deployment, {max(seconds):.1f} s at most")
    for failure in report.failures[:MAX_SHOWN]:
        print(f"        {failure}")
    return not has_failed(report)


def has_failed(report: "Report") -> bool:
    return bool(report.failures or report.lost or report.repeated)


def main() -> int:
    options = parse(sys.argv[1:])
    with server("drill") as target:
        print("Building and starting the stack", flush=True)
        target.deploy()
        print(f"Without migrations, {options.per_second:g} requests per second", flush=True)
        passed = drill(target, options.deploys, options.per_second, change_code)
        print("With a migration in each deployment", flush=True)
        passed &= drill(target, options.deploys, options.per_second, add_migration)
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
