"""Checks new migrations for statements that would block or break the running release.

Squawk analyses the SQL. A migration can allow a finding in a comment:

    # Deploy: allow ban-drop-column after 0012_items_color: no release since then reads it.
    # Deploy: allow require-concurrent-index-creation: the table has one row for each user.

With `after`, the finding is allowed only if the running release already has that migration. Afterwards a rollback to a
release without it is refused.
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

# Migrations up to this one belong to the first release, so no earlier release can be running.
BASELINE = "0010_users_avatar"
SQUAWK_SECONDS = 30

# Matters of style, and a timeout for statements that do not lock.
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
    """A statement that must not run. `message` says what it does and how to make it acceptable."""

    migration: str
    rule: str
    statement: str
    message: str

    @property
    def name(self) -> str:
        """Name by which the finding can be allowed, such as `0013_items_color:ban-drop-column`."""
        return f"{self.migration}:{self.rule}"

    def __str__(self) -> str:
        return f"{self.migration}: {self.rule}\n    {self.statement}\n    {self.message}"


def default_config() -> Config:
    return Config(BACKEND_DIR / "alembic.ini")


async def applied_to_database() -> list[str]:
    """Return `applied.applied` for the database of the settings."""
    async with engine.connect() as connection:
        return await connection.run_sync(applied.applied, applied.REVISIONS)


def check_before_deploy(config: Config, *, applied: Collection[str]) -> list[Finding]:
    """Return what the new migrations must not do while the running release, with the migrations `applied`, serves."""
    new = [script for script in _chain(config) if applied and script.revision not in applied]
    return [finding for script in new for finding in _findings(config, script, applied)]


def check_before_rollback(config: Config, *, applied: Collection[str], known: Collection[str]) -> list[Finding]:
    """Return what was done to the database that breaks a release with only the migrations `known`."""
    newer = [script for script in _chain(config) if script.revision in applied and script.revision not in known]
    return [
        Finding(
            script.revision,
            allowance["rule"],
            allowance[0],
            f"It has run, and the previous release does not have {allowance['after']}: it may read what was removed.",
        )
        for script in newer
        for allowance in _allowances(script)
        if allowance["after"] and allowance["after"] not in known
    ]


def check_each(config: Config) -> list[Finding]:
    """Return what each migration since the baseline must not do while the release before it serves."""
    revisions = [script.revision for script in _chain(config)]
    new = [(number, script) for number, script in enumerate(_chain(config)) if script.revision > BASELINE]
    return [finding for number, script in new for finding in _findings(config, script, revisions[:number])]


def _chain(config: Config) -> list[Script]:
    return list(reversed(list(ScriptDirectory.from_config(config).walk_revisions())))


def _findings(config: Config, script: Script, applied: Collection[str]) -> list[Finding]:
    """Return the findings in one migration that it does not allow."""
    allowances = {allowance["rule"]: allowance["after"] for allowance in _allowances(script)}
    findings = []
    for finding in _lint(script.revision, sql_of(config, script)):
        after = allowances.get(finding.rule)
        if finding.rule not in allowances:
            findings.append(finding)
        elif after is not None and after not in applied:
            message = f"Allowed only after {after}, which the running release does not have. Deploy that first."
            findings.append(Finding(finding.migration, finding.rule, finding.statement, message))
    return findings


def _allowances(script: Script) -> Iterator[re.Match[str]]:
    return _ALLOWANCE.finditer(Path(script.path).read_text("utf-8"))


def sql_of(config: Config, script: Script) -> str:
    """Return the SQL of one migration, including the statements that Alembic adds."""
    config.output_buffer = output = io.StringIO()
    command.upgrade(config, f"{script.down_revision or 'base'}:{script.revision}", sql=True)
    return output.getvalue()


def _lint(migration: str, sql: str) -> list[Finding]:
    squawk = Path(sysconfig.get_path("scripts")) / "squawk"
    options = ["--reporter=json", "--pg-version=18", f"--exclude={','.join(_EXCLUDED)}"]
    # The exit status cannot be used: it is 1 for findings as well as for failures.
    done = subprocess.run(
        [squawk, *options], input=sql, capture_output=True, text=True, timeout=SQUAWK_SECONDS, check=False
    )
    try:
        found = json.loads(done.stdout)
    except ValueError:
        raise RuntimeError(f"squawk failed on {migration}: {done.stderr.strip() or done.stdout.strip()}") from None
    lines = sql.splitlines()
    return [
        Finding(migration, item["rule_name"], _statement(lines, item), _sentence(item["message"], item["help"]))
        for item in found
    ]


def _statement(lines: Sequence[str], found: dict[str, int]) -> str:
    return " ".join(line.strip() for line in lines[found["line"] : found["line_end"] + 1])


def _sentence(message: str, help_text: str | None) -> str:
    return f"{message} {help_text}" if help_text else message
