"""Finds statements of new migrations that would lock or break the release that runs meanwhile.

Squawk reads the SQL. A migration can allow what was found in it, by a comment of its own:

    # Deploy: allow ban-drop-column after 0012_items_color: no release since then reads it.
    # Deploy: allow require-concurrent-index-creation: the table has one row for each user.

With `after`, only when the running release has that migration already.
"""

import io
import json
import re
import subprocess
import sysconfig
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory

from app.core.config import BACKEND_DIR
from app.core.db import engine

# Up to here migrations belong to the first release, which no other can have run before.
BASELINE = "0010_users_avatar"
SQUAWK_SECONDS = 30

# Matters of taste, and a limit on the time of statements that do not lock.
_EXCLUDED = (
    "ban-char-field",
    "prefer-bigint-over-int",
    "prefer-identity",
    "prefer-robust-stmts",
    "prefer-text-field",
    "prefer-timestamp-tz",
    "require-statement-timeout",
)
_ALLOWANCE = re.compile(r"^# Deploy: allow (?P<rule>[\w-]+)(?: after (?P<after>\w+))?: \S.*$", re.MULTILINE)


class UnknownRevision(Exception):
    """The database has a migration that this release does not know."""


@dataclass(frozen=True)
class Finding:
    """`message` is for people: what the statement does, and what would make it acceptable."""

    migration: str
    rule: str
    statement: str
    message: str

    @property
    def name(self) -> str:
        """By which it can be allowed: `0013_items_color:ban-drop-column`."""
        return f"{self.migration}:{self.rule}"

    def __str__(self) -> str:
        return f"{self.migration}: {self.rule}\n    {self.statement}\n    {self.message}"


def default_config() -> Config:
    return Config(BACKEND_DIR / "alembic.ini")


async def running_revision() -> str | None:
    """The last migration that the database has; None when it has none yet."""
    async with engine.connect() as connection:
        return await connection.run_sync(lambda each: MigrationContext.configure(each).get_current_revision())


def is_newer(revision: str | None, config: Config) -> bool:
    """Whether a later release than this one made the revision: its number is beyond our last."""
    known = [script.revision for script in _chain(config)]
    return revision is not None and revision not in known and revision > known[-1]


def check_before_deploy(config: Config, *, running: str | None, allowed: Collection[str] = ()) -> list[Finding]:
    """What must not be done to a database at revision `running` while its release answers.

    `allowed` has names of findings. Raises `UnknownRevision`.
    """
    chain = _chain(config)
    known = [script.revision for script in chain]
    if running is None or is_newer(running, config):
        return []
    if running not in known:
        raise UnknownRevision(f"The database is at {running}, which this release does not have.")
    new = [script for script in chain[known.index(running) + 1 :] if script.revision > BASELINE]
    found = [finding for script in new for finding in _refused(config, script, running)]
    return [finding for finding in found if finding.name not in allowed]


def check_each(config: Config) -> list[Finding]:
    """What must not be done in any migration since the baseline, when the release before it runs."""
    new = [script for script in _chain(config) if script.revision > BASELINE]
    return [finding for script in new for finding in _refused(config, script, str(script.down_revision))]


def _chain(config: Config) -> list[Script]:
    return list(reversed(list(ScriptDirectory.from_config(config).walk_revisions())))


def _refused(config: Config, script: Script, running: str) -> list[Finding]:
    allowances = {each["rule"]: each["after"] for each in _ALLOWANCE.finditer(Path(script.path).read_text("utf-8"))}
    refused = []
    for finding in _lint(script.revision, sql_of(config, script)):
        after = allowances.get(finding.rule)
        if finding.rule not in allowances:
            refused.append(finding)
        elif after is not None and not after <= running < script.revision:
            message = f"Allowed after {after} only, and the running release is at {running}: deploy that one first."
            refused.append(Finding(finding.migration, finding.rule, finding.statement, message))
    return refused


def sql_of(config: Config, script: Script) -> str:
    """The statements of one migration, with those that Alembic adds."""
    config.output_buffer = output = io.StringIO()
    command.upgrade(config, f"{script.down_revision or 'base'}:{script.revision}", sql=True)
    return output.getvalue()


def _lint(migration: str, sql: str) -> list[Finding]:
    squawk = Path(sysconfig.get_path("scripts")) / "squawk"
    options = ["--reporter=json", "--pg-version=18", f"--exclude={','.join(_EXCLUDED)}"]
    # Its status is 1 for findings as well as for faults.
    done = subprocess.run(
        [squawk, *options], input=sql, capture_output=True, text=True, timeout=SQUAWK_SECONDS, check=False
    )
    try:
        found = json.loads(done.stdout)
    except ValueError:
        raise RuntimeError(f"squawk failed on {migration}: {done.stderr.strip() or done.stdout.strip()}") from None
    lines = sql.splitlines()
    return [
        Finding(migration, each["rule_name"], _statement(lines, each), _sentence(each["message"], each["help"]))
        for each in found
    ]


def _statement(lines: Sequence[str], found: dict[str, int]) -> str:
    return " ".join(line.strip() for line in lines[found["line"] : found["line_end"] + 1])


def _sentence(message: str, help_text: str | None) -> str:
    return f"{message} {help_text}" if help_text else message
