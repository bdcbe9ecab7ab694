"""`./scripts/remove-feature`: remove an optional feature from a project completely."""

import argparse
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from scripts.features.files import (
    advice,
    belongs,
    imported_only_by,
    needed_by,
    needs,
    optional_features,
    taken,
    without_entries,
    without_items,
    without_layer,
    without_links,
    without_settings,
)
from scripts.local.layout import FRONTEND, ROOT
from scripts.local.repository import tracked

VERSIONS = Path("backend/app/alembic/versions")
WITHOUT = '''"""Mark the first release without {feature}. The migration that drops its tables waits for it."""

from app.core.migrations.steps import previous, set_lock_timeout

revision = "{revision}"
down_revision = previous(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    set_lock_timeout()


def downgrade() -> None:
    set_lock_timeout()
'''
DROP = '''"""Drop the tables of {feature}, which this project no longer has."""

# Deploy: allow ban-drop-table after {marker}: no release since then reads them.

from alembic import op

from app.core.migrations.steps import forget, previous, set_lock_timeout

revision = "{revision}"
down_revision = previous(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    set_lock_timeout()
{statements}
    forget(
{revisions}
    )


def downgrade() -> None:
    # Nothing else: the rows cannot be restored.
    set_lock_timeout()
'''


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./scripts/remove-feature",
        description="Remove an optional feature: code, tests, migrations, pages, mails, settings, its part of the SDK.",
        epilog="Start with a clean working tree: `git diff` then shows the changes, and `git checkout .` undoes them. "
        "Example: ./scripts/remove-feature items --dry-run",
    )
    parser.add_argument("feature", nargs="?", help="the name of its folders")
    parser.add_argument("--list", action="store_true", help="list the optional features and their dependencies")
    parser.add_argument("--dry-run", action="store_true", help="only show what would be done")
    parser.add_argument(
        "--never-deployed", action="store_true", help="no database has its tables: write no migration that drops them"
    )
    options = parser.parse_args(arguments)
    if not options.list and options.feature is None:
        parser.error("name a feature; --list shows them")
    return options


def show(root: Path) -> None:
    for feature in optional_features(root):
        wanted, wanting = sorted(needs(feature, root)), needed_by(feature, root)
        notes = [f"needs {', '.join(wanted)}"] * bool(wanted) + [f"needed by {', '.join(wanting)}"] * bool(wanting)
        print(f"{feature:<20} {'; '.join(notes) or 'stands alone'}")


def refusal(feature: str, root: Path) -> str | None:
    """Say why the feature cannot be removed and what to do; None if it can."""
    if places := taken(feature, root):
        return f"{advice(feature, places)} Rename its folders and files first."
    known = optional_features(root)
    if feature not in known:
        return f"There is no optional feature {feature}. The optional features are: {', '.join(known) or 'none'}."
    if others := needed_by(feature, root):
        return f"{feature} is needed by {', '.join(others)}. Remove {'that' if len(others) == 1 else 'those'} first."
    return None


def drop_migrations(feature: str, root: Path) -> dict[Path, str]:
    """Return the migrations to write, by path, because the feature's tables can exist in a database."""
    files = sorted((root / VERSIONS).glob("[0-9]*.py"))
    own = [path for path in files if belongs(path.name, feature)]
    text = "".join(path.read_text(encoding="utf-8") for path in own)
    tables, functions = re.findall(r'create_table\(\s*"(\w+)"', text), re.findall(r"CREATE FUNCTION (\w+)\(", text)
    if not tables:
        return {}
    number = int(files[-1].name[:4])
    marker, revision = f"{number + 1:04}_without_{feature}", f"{number + 2:04}_drop_{feature}"
    # Functions with their triggers, which can belong to tables of others. Tables can refer to earlier ones.
    dropped = [f"FUNCTION IF EXISTS {name} CASCADE" for name in functions]
    dropped += [f"TABLE IF EXISTS {table}" for table in reversed(tables)]
    statements = "\n".join(f'    op.execute("DROP {each}")' for each in dropped)
    revisions = "\n".join(f'        "{path.stem}",' for path in own)
    drop = DROP.format(feature=feature, marker=marker, revision=revision, statements=statements, revisions=revisions)
    return {
        VERSIONS / f"{marker}.py": WITHOUT.format(feature=feature, revision=marker),
        VERSIONS / f"{revision}.py": drop,
    }


def own_files(feature: str, root: Path) -> list[str]:
    return [name for name in tracked(root) if belongs(name, feature)]


def template_only(root: Path) -> list[str]:
    """Return what a clone of the template has and a project does not. copier.yml lists it; projects lack copier.yml."""
    if not (root / "copier.yml").exists():
        return []
    text = (root / "copier.yml").read_text(encoding="utf-8")
    paths = re.findall(r"^  - /(\S+?)/?$", text.partition("\n_exclude:")[2].partition("\n_skip")[0], re.M)
    patterns = [path for path in paths if not path.startswith("frontend/")]
    return [str(path.relative_to(root)) for pattern in patterns for path in root.glob(pattern)] + [
        name for name in tracked(root) if name.endswith(".jinja")
    ]


def remove(feature: str, root: Path, *, drop: bool) -> None:
    """Remove and edit files. `regenerate` updates the generated ones."""
    written = drop_migrations(feature, root) if drop else {}
    templates = template_only(root)
    for name in own_files(feature, root) + templates:
        path = root / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        for folder in (parent for parent in path.parents if parent.name == feature):
            shutil.rmtree(folder, ignore_errors=True)  # including compiled modules
    for path, content in written.items():
        (root / path).write_text(content, encoding="utf-8")
    _edit(root / "backend" / "pyproject.toml", lambda text: without_layer(text, feature))
    _edit(root / ".env", lambda text: without_settings(text, feature))
    _edit(root / "README.md", lambda text: without_entries(without_links(text, templates), feature))
    for name in ("deployment.md", "docs/decisions/README.md"):
        _edit(root / name, lambda text: without_entries(text, feature))
    for path in (root / "deploy").rglob("kustomization.yaml"):
        _edit(path, lambda text: without_items(text, feature))
    _edit(
        root / ".copier-answers.yml", lambda text: re.sub(rf"^{feature}: true$", f"{feature}: false", text, flags=re.M)
    )


def _edit(path: Path, change: Callable[[str], str]) -> None:
    if path.exists():
        path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")


def regenerate() -> None:
    """Generate the SDK and the route tree without the feature. Raises CalledProcessError with the output."""
    print("Generating the SDK and the route tree…", flush=True)
    (FRONTEND / "src" / "routeTree.gen.ts").unlink(missing_ok=True)
    for command in ([ROOT / "scripts" / "generate-client"], [sys.executable, "-m", "scripts.local.node"]):
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def report(feature: str, root: Path, packages: set[str]) -> None:
    """Print what is left to do by hand: texts that mention the feature, and packages."""
    if packages:
        print(f"Only {feature} imported {', '.join(sorted(packages))}. Remove those that nothing else needs:")
        print("  in backend/ with `uv remove NAME`, in frontend/ with `npm uninstall NAME`")
    left = [name for name in tracked(root) if re.search(rf"\b{feature}\b", _text(root / name)) and _is_prose(name)]
    if left:
        print(f"These files still mention {feature}; check whether they mean the feature:\n  " + "\n  ".join(left))
    print("Run ./scripts/test, then commit.")


def _is_prose(name: str) -> bool:
    return name.endswith((".md", ".toml", ".yml", ".sh")) and name != ".copier-answers.yml"


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="ignore")


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    options = parse(arguments)
    if options.list:
        show(root)
        return 0
    if reason := refusal(options.feature, root):
        print(f"error: {reason}", file=sys.stderr)
        return 1
    feature, drop = options.feature, not options.never_deployed
    packages = imported_only_by(feature, root)
    for name in own_files(feature, root) + template_only(root):
        print(f"  remove  {name}")
    written = drop_migrations(feature, root) if drop else {}
    for path in written:
        print(f"  write   {path}")
    if options.dry_run:
        return 0
    remove(feature, root, drop=drop)
    if root == ROOT:
        try:
            regenerate()
        except subprocess.CalledProcessError as error:
            print(error.output, file=sys.stderr)
            print(f"error: {error.cmd[0]} failed; see its output above. Fix it and run it again.", file=sys.stderr)
            return 1
    if written:
        print(f"First deploy without {[*written][-1].name}: until then, the previous release reads the tables.")
        print("Deploy it when nobody needs their rows any more. ./scripts/deploy refuses both in one release.")
    report(feature, root, packages)
    return 0


if __name__ == "__main__":
    sys.exit(main())
