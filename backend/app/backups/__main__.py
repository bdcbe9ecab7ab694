"""Backups by hand and by schedule: `python -m app.backups --help`. `./scripts/backup` and `restore` call it."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Annotated, Any

import psycopg
import typer

from app.backups import database, schedule, service
from app.backups.archive import new_key, open_archive
from app.backups.models import Manifest
from app.backups.programs import BackupError
from app.core.clock import utc_now
from app.core.logging import configure_logging

cli = typer.Typer(no_args_is_help=True, help="Make, check and restore backups.", add_completion=False)

NameArgument = Annotated[str, typer.Argument(help="A name that `list` shows, or `latest`.")]


@cli.command()
def create() -> None:
    """Make a backup, restore it into a scratch database, and compare. Only then it counts."""
    with _readable_errors():
        manifest = service.create_backup(open_archive())
    typer.echo(f"{_line(manifest)}\nIt was restored and is equal. Took {manifest.seconds:.1f} s.")


@cli.command("list")
def list_backups() -> None:
    """Show the backups that count, oldest first."""
    with _readable_errors():
        manifests = open_archive().manifests()
    for manifest in manifests:
        typer.echo(_line(manifest))
    if not manifests:
        typer.echo("There is no backup yet. Make one with: ./scripts/backup create")


@cli.command()
def verify(name: NameArgument = "latest") -> None:
    """Restore a stored backup into a scratch database and compare, as when it was made."""
    with _readable_errors():
        archive = open_archive()
        manifest = service.find_backup(archive, name)
        service.verify_backup(archive, manifest)
    typer.echo(f"{manifest.name} was restored and is equal: {manifest.rows:,} rows.")


@cli.command()
def restore(
    name: NameArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Put the data of a backup in the place of today's, which are kept as another database. Ends all sessions."""
    with _readable_errors():
        archive = open_archive()
        manifest = service.find_backup(archive, name)
        age = _duration(utc_now() - manifest.created_at)
        typer.echo(f"{_line(manifest)}\nWhat has changed in the {age} since is lost to the application.")
        if not yes and typer.prompt("To restore it, type its name") != manifest.name:
            raise BackupError("That is not its name. Nothing was changed.")
        done = service.restore_backup(archive, manifest)
    newest = f"; its newest row is from {manifest.newest_row:%Y-%m-%d %H:%M:%S} UTC" if manifest.newest_row else ""
    typer.echo(
        f"Restored {manifest.rows:,} rows. All users have to sign in again.\n"
        f"  RTO  {done.seconds:.1f} s\n"
        f"  RPO  {_duration(done.lost)}: the data are from {manifest.created_at:%Y-%m-%d %H:%M:%S} UTC{newest}\n"
        f"The data from before are in the database {done.kept_database}. When you need them no more: "
        "./scripts/restore --drop-replaced"
    )


@cli.command()
def prune() -> None:
    """Delete the backups that BACKUP_KEEP_DAILY, _WEEKLY and _MONTHLY do not keep. Each new backup does it, too."""
    with _readable_errors():
        kept = service.prune_backups(open_archive())
    typer.echo(f"{len(kept)} backups are kept.")


@cli.command("drop-replaced")
def drop_replaced() -> None:
    """Drop the databases that restores have kept."""
    with _readable_errors():
        names = database.replaced_databases()
        for name in names:
            database.drop(name)
    typer.echo(f"Dropped: {', '.join(names) or 'there was none'}")


@cli.command("run-schedule")
def run_schedule() -> None:
    """Make a backup at each time of BACKUP_AT, until stopped."""
    schedule.run_forever()


@cli.command()
def key() -> None:
    """Print a new BACKUP_KEY. Who loses it loses the backups: keep a copy away from the server."""
    typer.echo(new_key())


def _line(manifest: Manifest) -> str:
    age, megabytes = _duration(utc_now() - manifest.created_at), manifest.size / 1_000_000
    return f"{manifest.name}  {age:>18} old  {manifest.rows:>12,} rows  {megabytes:>10.1f} MB"


def _duration(duration: timedelta) -> str:
    seconds = int(duration.total_seconds())
    return f"{seconds // 3600} h {seconds // 60 % 60:02} min {seconds % 60:02} s"


@contextmanager
def _readable_errors() -> Iterator[None]:
    try:
        yield
    except (BackupError, psycopg.Error) as error:
        typer.echo(f"error: {str(error).strip()}", err=True)
        raise typer.Exit(1) from None


def _end(*_: Any) -> None:
    """As the first process of a container we have no default; what is temporary is removed on the way."""
    sys.exit(0)


if __name__ == "__main__":
    configure_logging()
    signal.signal(signal.SIGTERM, _end)
    cli(prog_name="python -m app.backups")
