"""Run `python -m app.backups` on the running embedded stack, with that stack's PostgreSQL programs."""

import json
import os
import sys

from scripts.local.layout import BACKEND, LOCAL, Layout
from scripts.local.postgres import drop_libpq_variables
from scripts.local.postgres_binaries import find_binaries


def main() -> None:
    layout = Layout(LOCAL)
    facts = json.loads(layout.stack_file.read_text(encoding="utf-8"))
    if (layout.postgres / "postmaster.pid").exists():
        drop_libpq_variables()
    os.environ["DATABASE_URL"] = facts["database_url"]
    os.environ.setdefault("STORAGE_URL", layout.storage.absolute().as_uri())
    os.environ["PATH"] = f"{find_binaries().folder}{os.pathsep}{os.environ['PATH']}"
    os.chdir(BACKEND)
    os.execv(sys.executable, [sys.executable, "-m", "app.backups", *sys.argv[1:]])  # noqa: S606 - replaces this process


if __name__ == "__main__":
    main()
