"""Migrations are refused when the previous release, which still runs, cannot cope with them (R18)."""

import re
from pathlib import Path

import pytest
from alembic.config import Config
from typer.testing import CliRunner

from app.cli import cli
from app.core.migrations import safety
from app.core.migrations.safety import BASELINE, check_before_deploy, check_before_rollback, check_each, default_config
from tests.core.test_migrations import config, copy_without, revisions

REFUSED = {
    "ban-drop-column": 'op.drop_column("users", "full_name")',
    "renaming-column": 'op.alter_column("users", "full_name", new_column_name="name")',
    "renaming-table": 'op.rename_table("users", "people")',
    "ban-drop-table": 'op.drop_table("one_time_tokens")',
    "adding-required-field": 'op.add_column("users", sa.Column("rank", sa.Integer(), nullable=False))',
    "adding-not-nullable-field": 'op.alter_column("users", "full_name", nullable=False)',
    "changing-column-type": 'op.alter_column("users", "version", type_=sa.BigInteger())',
    "require-concurrent-index-creation": 'op.create_index("ix_users_rank", "users", ["created_at"])',
    "require-lock-timeout": 'op.execute("RESET lock_timeout"); op.execute("ALTER TABLE users ADD COLUMN rank integer")',
}
ACCEPTED = {
    "a column that can be null": 'op.add_column("users", sa.Column("rank", sa.Integer()))',
    "a column with a fixed default": (
        'op.add_column("users", sa.Column("rank", sa.Integer(), nullable=False, server_default="0"))'
    ),
    "a table with an index": 'op.create_table("ranks", sa.Column("id", sa.Uuid(), primary_key=True, index=True))',
    "an index that is built concurrently": """
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = '2s'")
        op.create_index("ix_users_rank", "users", ["created_at"], postgresql_concurrently=True)""",
}
MIGRATION = """
import sqlalchemy as sa
from alembic import op
from app.core.migrations.steps import previous, set_lock_timeout
{comment}
revision = "{name}"
down_revision = previous(__file__)
branch_labels = depends_on = None


def upgrade() -> None:
    {timeout}
    {statement}


def downgrade() -> None:
    pass
"""


class Migrations:
    """A copy of the chain to which a test adds migrations."""

    def __init__(self, folder: Path) -> None:
        self._versions = copy_without(folder) / "versions"
        self.config: Config = config(folder)

    def add(self, name: str, statement: str, *, comment: str = "", timeout: str = "set_lock_timeout()") -> None:
        text = MIGRATION.format(name=name, statement=statement, comment=comment, timeout=timeout)
        (self._versions / f"{name}.py").write_text(text)


@pytest.fixture
def migrations(tmp_path: Path) -> Migrations:
    return Migrations(tmp_path / "alembic")


def names(found: list[safety.Finding]) -> list[str]:
    return [finding.name for finding in found]


def test_own_migrations_break_no_release() -> None:
    assert BASELINE in revisions()
    assert check_each(default_config()) == []


@pytest.mark.parametrize(("rule", "statement"), REFUSED.items())
def test_locking_or_breaking_statement_is_refused(migrations: Migrations, rule: str, statement: str) -> None:
    timeout = "pass" if rule == "require-lock-timeout" else "set_lock_timeout()"
    migrations.add("9998_bad", statement, timeout=timeout)
    assert f"9998_bad:{rule}" in names(check_each(migrations.config))
    assert f"9998_bad:{rule}" in names(check_before_deploy(migrations.config, applied=revisions()))


@pytest.mark.parametrize("statement", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_compatible_statement_is_accepted(migrations: Migrations, statement: str) -> None:
    migrations.add("9998_good", statement)
    assert names(check_each(migrations.config)) == []


def test_refusal_shows_the_statement_and_the_reason(migrations: Migrations) -> None:
    migrations.add("9998_bad", REFUSED["ban-drop-column"])
    [finding] = check_each(migrations.config)
    assert "ALTER TABLE users DROP COLUMN full_name" in str(finding)
    assert "may break existing clients" in str(finding)


def test_deployment_checks_only_missing_migrations(migrations: Migrations) -> None:
    migrations.add("9997_bad", REFUSED["ban-drop-column"])
    migrations.add("9998_bad", REFUSED["ban-drop-table"])
    found = check_before_deploy(migrations.config, applied=[*revisions(), "9997_bad"])
    assert names(found) == ["9998_bad:ban-drop-table"]


def test_empty_database_needs_no_check(migrations: Migrations) -> None:
    migrations.add("9998_bad", REFUSED["ban-drop-column"])
    assert check_before_deploy(migrations.config, applied=[]) == []


def test_finding_can_be_allowed_by_its_name(migrations: Migrations, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safety, "default_config", lambda: migrations.config)
    migrations.add("9998_bad", f"{REFUSED['ban-drop-column']}; {REFUSED['renaming-table']}")
    allowed = "--allow=9998_bad:ban-drop-column"
    result = CliRunner().invoke(cli, ["check-migrations", allowed])
    assert result.exit_code == 1
    assert re.findall(r"--allow-migration (\S+)", result.output) == ["9998_bad:renaming-table"]
    result = CliRunner().invoke(cli, ["check-migrations", allowed, "--allow=9998_bad:renaming-table"])
    assert (result.exit_code, result.output) == (0, "")


def test_comment_allows_one_rule_in_one_migration(migrations: Migrations) -> None:
    comment = "# Deploy: allow require-concurrent-index-creation: a table of ten rows."
    migrations.add("9997_index", REFUSED["require-concurrent-index-creation"], comment=comment)
    migrations.add("9998_drop", REFUSED["ban-drop-column"], comment=comment)
    assert names(check_each(migrations.config)) == ["9998_drop:ban-drop-column"]


def test_comment_without_a_reason_allows_nothing(migrations: Migrations) -> None:
    migrations.add("9998_drop", REFUSED["ban-drop-column"], comment="# Deploy: allow ban-drop-column:")
    assert names(check_each(migrations.config)) == ["9998_drop:ban-drop-column"]


def test_contraction_needs_the_expanding_release_first(migrations: Migrations) -> None:
    comment = "# Deploy: allow ban-drop-column after 9997_expand: no release since then reads it."
    migrations.add("9997_expand", ACCEPTED["a column that can be null"])
    migrations.add("9998_drop", REFUSED["ban-drop-column"], comment=comment)
    assert check_each(migrations.config) == []
    assert check_before_deploy(migrations.config, applied=[*revisions(), "9997_expand"]) == []
    [early] = check_before_deploy(migrations.config, applied=revisions())
    assert "Deploy that first" in early.message


def test_rollback_past_a_contraction_is_refused(migrations: Migrations) -> None:
    comment = "# Deploy: allow ban-drop-column after 9997_expand: no release since then reads it."
    migrations.add("9997_expand", ACCEPTED["a column that can be null"])
    migrations.add("9998_drop", REFUSED["ban-drop-column"], comment=comment)
    first, second, third = revisions(), [*revisions(), "9997_expand"], [*revisions(), "9997_expand", "9998_drop"]
    [finding] = check_before_rollback(migrations.config, applied=third, known=first)
    assert finding.name == "9998_drop:ban-drop-column"
    assert "does not have 9997_expand" in finding.message
    assert check_before_rollback(migrations.config, applied=third, known=second) == []
    assert check_before_rollback(migrations.config, applied=second, known=first) == []


def test_migration_added_below_the_last_is_checked(migrations: Migrations) -> None:
    migrations.add("0004_bad", REFUSED["ban-drop-column"])
    assert names(check_before_deploy(migrations.config, applied=revisions())) == ["0004_bad:ban-drop-column"]


def test_deploying_an_earlier_release_checks_nothing() -> None:
    assert check_before_deploy(default_config(), applied=[*revisions(), "9999_later"]) == []
