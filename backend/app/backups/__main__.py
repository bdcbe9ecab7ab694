"""Command line for backups: `python -m app.backups --help`. `./scripts/backups` calls it."""

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

cli = typer.Typer(no_args_is_help=True, help="Create, verify and restore backups.", add_completion=False)

NameArgument = Annotated[str, typer.Argument(help="A name from `list`, or `latest`.")]


@cli.command()
def create() -> None:
    """Create a backup, restore it into a temporary database, and keep it only if both are identical."""
    with _readable_errors():
        manifest = service.create_backup(open_archive())
    typer.echo(f"{_line(manifest)}\nVerified: the restored copy is identical. Took {manifest.seconds:.1f} s.")


@cli.command("list")
def list_backups() -> None:
    """List the verified backups, oldest first."""
    with _readable_errors():
        manifests = open_archive().manifests()
    for manifest in manifests:
        typer.echo(_line(manifest))
    if not manifests:
        typer.echo("There is no backup yet. Create one with: ./scripts/backups create")


@cli.command()
def verify(name: NameArgument = "latest") -> None:
    """Verify a stored backup again by restoring it into a temporary database."""
    with _readable_errors():
        archive = open_archive()
        manifest = service.find_backup(archive, name)
        service.verify_backup(archive, manifest)
    typer.echo(f"{manifest.name} is verified: the restored copy is identical, {manifest.rows:,} rows.")


@cli.command()
def restore(
    name: NameArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
) -> None:
    """Replace the current data with a backup, and end all sessions. The current data is kept in another database."""
    with _readable_errors():
        archive = open_archive()
        manifest = service.find_backup(archive, name)
        age = _duration(utc_now() - manifest.created_at)
        typer.echo(f"{_line(manifest)}\nThe application loses all changes of the last {age}.")
        if not yes and typer.prompt("To restore this backup, type its name") != manifest.name:
            raise BackupError("The name does not match. Nothing was changed.")
        done = service.restore_backup(archive, manifest)
    newest = f"; its newest row is from {manifest.newest_row:%Y-%m-%d %H:%M:%S} UTC" if manifest.newest_row else ""
    typer.echo(
        f"Restored {manifest.rows:,} rows. All users have to sign in again.\n"
        f"  RTO  {done.seconds:.1f} s\n"
        f"  RPO  {_duration(done.lost)}: the data is from {manifest.created_at:%Y-%m-%d %H:%M:%S} UTC{newest}\n"
        f"The previous data is in the database {done.kept_database}. When you no longer need it: "
        "./scripts/backups drop-replaced"
    )


@cli.command()
def prune() -> None:
    """Delete the backups that BACKUP_KEEP_DAILY, _WEEKLY and _MONTHLY do not keep. Each `create` does this too."""
    with _readable_errors():
        kept = service.prune_backups(open_archive())
    typer.echo(f"Kept {len(kept)} backups.")


@cli.command("drop-replaced")
def drop_replaced() -> None:
    """Drop the databases with the previous data of all restores."""
    with _readable_errors():
        names = database.replaced_databases()
        for name in names:
            database.drop(name)
    typer.echo(f"Dropped: {', '.join(names) or 'none'}")


@cli.command("run-schedule")
def run_schedule() -> None:
    """Create a backup at each time in BACKUP_AT, until stopped."""
    schedule.run_forever()


@cli.command()
def key() -> None:
    """Print a new BACKUP_KEY. Without it the backups are unreadable: keep a copy away from the server."""
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


def _exit(*_: Any) -> None:
    """Exit on SIGTERM, which process 1 of a container ignores by default. This also removes temporary databases."""
    sys.exit(0)


if __name__ == "__main__":
    configure_logging()
    signal.signal(signal.SIGTERM, _exit)
    cli(prog_name="python -m app.backups")
