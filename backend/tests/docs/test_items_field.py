"""The guide to a new field of items, as far as the migration."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from dev.layout import LOCAL
from tests import conftest
from tests.deploy.files import read
from tests.docs.guides import blocks, copy_repository


@pytest.fixture
async def database_url() -> AsyncIterator[str]:
    """Of a database as a stack has it."""
    name = f"guide_{uuid.uuid4().hex[:12]}"
    await asyncio.to_thread(conftest.copy_template, name)
    yield f"{os.environ['TEST_POSTGRES_URL']}/{name}"
    await asyncio.to_thread(conftest.drop_database, name)


def find_uv() -> str:
    return os.environ.get("UV") or shutil.which("uv") or str(LOCAL / "tools" / "uv" / "bin" / "uv")


async def test_the_migration_of_a_new_field_is_what_the_guide_says(database_url: str, tmp_path: Path) -> None:
    copy = copy_repository(tmp_path / "copy")
    field = "url: str | None = Field(default=None, max_length=2000)"
    assert f"in `ItemBase` add `{field}`" in read("docs/items.md")
    models = copy / "backend" / "app" / "items" / "models.py"
    models.write_text(
        models.read_text().replace("class ItemBase(SQLModel):\n", f"class ItemBase(SQLModel):\n    {field}\n")
    )
    (copy / ".local").mkdir()
    (copy / ".local" / "stack.json").write_text(json.dumps({"database_url": database_url}))
    [block] = [block for block in blocks("docs/items.md") if block.text.startswith("DATABASE_URL=")]
    path = f"{Path(find_uv()).parent}:{os.environ['PATH']}"
    env = {**os.environ, "PATH": path, "UV_PROJECT_ENVIRONMENT": sys.prefix, "UV_NO_SYNC": "1"}
    env.pop("DATABASE_URL")
    result = await asyncio.to_thread(
        subprocess.run,
        ["bash", "-euc", block.text],
        cwd=copy / "backend",
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == 0, result.stderr
    [made] = (copy / "backend" / "app" / "alembic" / "versions").glob("*_items_url.py")
    assert 'op.add_column("items", sa.Column("url"' in made.read_text()
