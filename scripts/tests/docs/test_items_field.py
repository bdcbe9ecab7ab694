"""The guide to a new field of items, up to the migration."""

import shlex
import subprocess
import sys
from pathlib import Path

from scripts.local.repository import copy_repository
from scripts.tests.deploy.files import read


def test_migration_of_a_new_field_matches_the_guide(tmp_path: Path) -> None:
    guide, copy = read("docs/items.md"), copy_repository(tmp_path / "copy")
    field = "url: str | None = Field(default=None, max_length=2000)"
    assert f"in `ItemBase` add `{field}`" in guide
    models = copy / "backend" / "app" / "items" / "models.py"
    models.write_text(
        models.read_text().replace("class ItemBase(SQLModel):\n", f"class ItemBase(SQLModel):\n    {field}\n")
    )
    script, *arguments = shlex.split(guide.split("**Migration**: `")[1].split("`")[0])
    assert script == "./scripts/make-migration"
    # What the script runs after it has found the environment, which is this one here.
    command = [sys.executable, "-m", "scripts.features.make_migration", *arguments]
    result = subprocess.run(command, cwd=copy, capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode == 0, result.stderr
    [created] = (copy / "backend" / "app" / "alembic" / "versions").glob("*_items_url.py")
    assert f"Wrote {created.relative_to(copy)}." in result.stdout
    assert 'op.add_column("items", sa.Column("url", sa.String(length=2000), nullable=True))' in created.read_text()
