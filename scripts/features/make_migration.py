"""`./scripts/make-migration`: write the changes in the models as the next migration."""

import argparse
import subprocess
import sys

from scripts.checks.fix import fix_python
from scripts.checks.lint import PYTHON, scratch_database
from scripts.local.layout import BACKEND, ROOT

VERSIONS = BACKEND / "app" / "alembic" / "versions"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="./scripts/make-migration",
        description="Write the changes in the models as the next migration. The stack does not have to run.",
        epilog='Example: ./scripts/make-migration "items url"',
    )
    parser.add_argument("name", help="the feature's word, and what changes")
    name = parser.parse_args(arguments).name
    features = sorted(path.parent.name for path in (BACKEND / "app").glob("*/models.py"))
    if name.split()[:1] not in [[feature] for feature in features]:
        parser.error(f"start the name with the feature's word, one of {', '.join(features)}")
    before = set(VERSIONS.glob("*.py"))
    with scratch_database() as env:
        for command in (["upgrade", "head"], ["revision", "--autogenerate", "--message", name]):
            result = subprocess.run(
                [PYTHON, "-m", "alembic", *command], cwd=BACKEND, env=env, capture_output=True, text=True, check=False
            )
            if result.returncode != 0:
                print(result.stdout + result.stderr, file=sys.stderr)
                return result.returncode
    new = sorted(set(VERSIONS.glob("*.py")) - before)
    fix_python(new)
    for path in new:
        print(f"Wrote {path.relative_to(ROOT)}. Review it; the next ./scripts/start applies it.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
