"""Command line of the doctor: `python -m app.doctor`. It works even if invalid settings keep the application down."""

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


def main(as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False) -> None:
    """Check this installation. The exit status is 1 if a check failed."""
    report = find()
    if as_json:
        typer.echo(report.model_dump_json(indent=2))
    else:
        for finding in report.findings:
            typer.echo(f"{finding.state:<8} {finding.code:<20} {finding.title}: {finding.detail}")
            if finding.fix:
                typer.echo(f"{'':<30}{finding.fix}")
    raise typer.Exit(any(finding.state == "failed" for finding in report.findings))


def find() -> DoctorReport:
    try:
        import_module("app.core.settings")
        list(modules("config"))
    except SystemExit as error:
        return DoctorReport(checked_at=utc_now(), findings=unusable_settings(str(error)))
    return asyncio.run(_check_all())


async def _check_all() -> DoctorReport:
    # Imported here, because these modules read the settings at import time.
    from app.core.database.session import connections
    from app.core.runtime import health
    from app.core.settings import settings
    from app.doctor.service import check_all

    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    async with aclosing(health.database), connections(replica_url=settings.database_replica_url):
        return await check_all()


if __name__ == "__main__":
    typer.run(main)
