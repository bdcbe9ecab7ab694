"""Finds statements of new migrations that would lock or break the release that runs meanwhile.

Squawk reads the SQL. A migration can allow what was found in it, by a comment of its own:

    # Deploy: allow ban-drop-column after 0012_items_color: no release since then reads it.
    # Deploy: allow require-concurrent-index-creation: the table has one row for each user.

With `after`, only when the running release has that migration already; then there is no way back to one without it.
"""

import io
import json
import re
import subprocess
import sysconfig
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import Script, ScriptDirectory

from app.core.database.engine import engine
from app.core.migrations import applied
from app.core.settings import BACKEND_DIR

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


async def applied_to_database() -> list[str]:
    """As `applied.applied`, by this process's own connection."""
    async with engine.connect() as connection:
        return await connection.run_sync(applied.applied, applied.REVISIONS)


def check_before_deploy(config: Config, *, applied: Collection[str]) -> list[Finding]:
    """What must not be done to a database that has the migrations `applied` while its release answers."""
    new = [script for script in _chain(config) if applied and script.revision not in applied]
    return [finding for script in new for finding in _refused(config, script, applied)]


def check_before_rollback(config: Config, *, applied: Collection[str], known: Collection[str]) -> list[Finding]:
    """What has been done to a database that a release with no other migrations than `known` does not expect."""
    newer = [script for script in _chain(config) if script.revision in applied and script.revision not in known]
    return [
        Finding(
            script.revision,
            allowance["rule"],
            allowance[0],
            f"It has run, and the release to go back to does not have {allowance['after']}: it may read what is gone.",
        )
        for script in newer
        for allowance in _allowances(script)
        if allowance["after"] and allowance["after"] not in known
    ]


def check_each(config: Config) -> list[Finding]:
    """What must not be done in any migration since the baseline, when the release before it runs."""
    revisions = [script.revision for script in _chain(config)]
    new = [(number, script) for number, script in enumerate(_chain(config)) if script.revision > BASELINE]
    return [finding for number, script in new for finding in _refused(config, script, revisions[:number])]


def _chain(config: Config) -> list[Script]:
    return list(reversed(list(ScriptDirectory.from_config(config).walk_revisions())))


def _refused(config: Config, script: Script, applied: Collection[str]) -> list[Finding]:
    allowances = {each["rule"]: each["after"] for each in _allowances(script)}
    refused = []
    for finding in _lint(script.revision, sql_of(config, script)):
        after = allowances.get(finding.rule)
        if finding.rule not in allowances:
            refused.append(finding)
        elif after is not None and after not in applied:
            message = f"Allowed after {after} only, which the running release does not have: deploy that one first."
            refused.append(Finding(finding.migration, finding.rule, finding.statement, message))
    return refused


def _allowances(script: Script) -> Iterator[re.Match[str]]:
    return _ALLOWANCE.finditer(Path(script.path).read_text("utf-8"))


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
