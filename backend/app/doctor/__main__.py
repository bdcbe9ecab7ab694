"""`python -m app.doctor`: the findings also when the settings are such that nothing starts."""

import asyncio
import sys
from contextlib import aclosing
from importlib import import_module
from typing import Annotated

import structlog
import typer

from app.core.clock import utc_now
from app.core.features import modules
from app.doctor.models import DoctorReport
from app.doctor.unusable import unusable_settings


def main(as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Find out what is wrong with this set-up. The status is 1 when something is."""
    report = find()
    if as_json:
        typer.echo(report.model_dump_json(indent=2))
    else:
        for each in report.findings:
            typer.echo(f"{each.state:<8} {each.code:<20} {each.title}: {each.detail}")
            if each.fix:
                typer.echo(f"{'':<30}{each.fix}")
    raise typer.Exit(any(each.state == "failed" for each in report.findings))


def find() -> DoctorReport:
    try:
        import_module("app.core.settings")
        list(modules("config"))
    except SystemExit as error:
        return DoctorReport(checked_at=utc_now(), findings=unusable_settings(str(error)))
    return asyncio.run(_check_all())


async def _check_all() -> DoctorReport:
    # Not above: they read the settings when they are imported.
    from app.core.database.session import connections
    from app.core.runtime import health
    from app.doctor.service import check_all

    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    async with aclosing(health.database), connections():
        return await check_all()


if __name__ == "__main__":
    typer.run(main)
