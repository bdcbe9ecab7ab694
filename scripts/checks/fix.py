"""`./scripts/fix`: format the code, and correct what the linters can correct."""

import argparse
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from scripts.checks.lint import PYTHON, clean_environment
from scripts.local.layout import BACKEND, FRONTEND, ROOT
from scripts.local.node import find_node, install

PYTHON_FOLDERS = (BACKEND, ROOT / "scripts")
OF_BIOME = (".ts", ".tsx", ".js", ".mjs", ".json", ".css", ".html")


def of_python(files: Sequence[Path]) -> list[Path]:
    return [file for file in files if file.suffix == ".py"]


def of_frontend(files: Sequence[Path]) -> list[Path]:
    return [file for file in files if file.suffix in OF_BIOME and file.is_relative_to(FRONTEND)]


def fix_python(files: Sequence[Path]) -> bool:
    """False when something is left that ruff cannot correct."""
    ruff = [PYTHON, "-m", "ruff"]
    # Files that are named are checked although the settings exclude them, without --force-exclude.
    checked = _run([*ruff, "check", "--fix", "--force-exclude", *files], cwd=BACKEND)
    return _run([*ruff, "format", "--force-exclude", *files], cwd=BACKEND) and checked


def fix_frontend(files: Sequence[Path]) -> bool:
    node = find_node()
    install(node)
    biome = FRONTEND / "node_modules" / ".bin" / "biome"
    options = ("--write", "--error-on-warnings", "--no-errors-on-unmatched")
    return _run([biome, "check", *options, *files], cwd=FRONTEND, env=node.env(clean_environment()))


def _run(command: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str] | None = None) -> bool:
    return subprocess.run([str(part) for part in command], cwd=cwd, env=env, check=False).returncode == 0


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="./scripts/fix",
        description="Format the code and correct what the linters can: ruff for Python, Biome for the frontend.",
        epilog="Exit status 1: something is left to correct by hand. After `pre-commit install`, each commit runs it.",
    )
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="only these; everything when none is named")
    files = [file.resolve() for file in parser.parse_args(arguments).files]
    python, frontend = of_python(files), of_frontend(files)
    if not files:
        python, frontend = list(PYTHON_FOLDERS), [FRONTEND]
    results = [fix_python(python)] if python else []
    results += [fix_frontend(frontend)] if frontend else []
    return int(not all(results))


if __name__ == "__main__":
    sys.exit(main())
