"""The part `lint` of `./scripts/test`: all checks that run no test."""

import contextlib
import importlib
import os
import pkgutil
import re
import secrets
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from scripts.checks import steps
from scripts.checks.results import Result, of_check
from scripts.checks.runner import Runner
from scripts.local.environment import OUTSIDE, without_proxy_on_this_machine
from scripts.local.layout import BACKEND, FRONTEND, PYTHONPATH, ROOT
from scripts.local.node import Node
from scripts.local.postgres import start_postgres

PYTHON = sys.executable
BIN = Path(sys.prefix) / "bin"


def clean_environment() -> dict[str, str]:
    """Return the environment without the settings of a developer's database, mail server and stack."""
    left_out = {*OUTSIDE, "POSTGRES_DB", "POSTGRES_USER", "POSTGRES_PASSWORD", "FRONTEND_DIR", "SENTRY_DSN", "NODE_ENV"}
    given = without_proxy_on_this_machine(os.environ).items()
    env = {name: value for name, value in given if name not in left_out and not name.startswith("PG")}
    path = f"{BIN}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return {**env, "ENVIRONMENT": "local", "NO_COLOR": "1", "PATH": path, "PYTHONPATH": PYTHONPATH}


# Whether to run a check that concerns the paths that match a regular expression.
Wanted = Callable[[str], bool]


def everything(pattern: str) -> bool:
    return True


def check_python(runner: Runner, wanted: Wanted = everything) -> None:
    if wanted(r"(backend|scripts)/.*\.(py|toml)$|backend/uv\.lock"):
        # Without the machine's own configuration, which can name another index.
        lock = [os.environ.get("UV", "uv"), "lock", "--check", "--no-config", "--quiet"]
        runner.check("uv.lock", lock, env=clean_environment())
        runner.check("ruff check", [PYTHON, "-m", "ruff", "check", ".", "../scripts"])
        runner.check("ruff format", [PYTHON, "-m", "ruff", "format", "--check", ".", "../scripts"])
        runner.check("mypy --strict", [PYTHON, "-m", "mypy"], env=clean_environment())
        runner.check("import rules", [BIN / "lint-imports"], env=clean_environment())
    if wanted(r"backend/(app/(alembic|core)/|app/\w+/models\.py|uv\.lock|alembic\.ini)"):
        runner.step("migrations", lambda: _check_migrations(runner))


def needs_node(wanted: Wanted = everything) -> bool:
    return wanted(r"frontend/|backend/(app/|uv\.lock)")


def check_frontend(runner: Runner, node: Node, wanted: Wanted = everything) -> None:
    npm, env = node.command("npm"), node.env(clean_environment())
    if wanted("frontend/"):
        runner.check("biome", [npm, "run", "--silent", "lint"], cwd=FRONTEND, env=env)
        runner.step("route tree", lambda: check_route_tree(FRONTEND / "src"))
        runner.check("tsc", [npm, "run", "--silent", "typecheck"], cwd=FRONTEND, env=env)
        runner.check("package-lock", [npm, "run", "--silent", "check-lock"], cwd=FRONTEND, env=env)
    if wanted(r"frontend/(packages/sdk|package-lock)|backend/(app/|uv\.lock)"):
        runner.check("SDK in sync", [ROOT / "scripts" / "generate-client", "--check"], cwd=ROOT, env=env)


def check_route_tree(src: Path) -> Result:
    """Check that the route tree lists every page. The message of tsc for a missing page does not help."""
    tree = (src / "routeTree.gen.ts").read_text(encoding="utf-8")
    named = set(re.findall(r"from '\./(features/[^']+)'", tree))
    pages = {path.relative_to(src).with_suffix("").as_posix() for path in src.glob("features/*/routes/**/*.tsx")}
    lines = [f"{page} {'is missing' if page in pages else 'no longer exists'}" for page in sorted(named ^ pages)]
    hint = "frontend/src/routeTree.gen.ts is out of date. ./scripts/start writes it; then commit it."
    return of_check("route tree", int(bool(lines)), "\n".join([*lines, hint]))


def check_history(runner: Runner) -> None:
    """Check the commits of this repository. This takes longer with each commit, so `quick` skips it."""
    runner.check("secrets in git", [PYTHON, "-m", "scripts.checks.secret_scan"], cwd=ROOT)


def check_delivery(runner: Runner, wanted: Wanted = everything) -> None:
    """Check the files that build and deploy the project."""
    if wanted(r"\.github/"):
        runner.step("zizmor", lambda: _check_workflows(runner))
    if wanted(r"((backend|frontend)/)?[^/]*Dockerfile"):
        runner.step("hadolint", lambda: _check_dockerfiles(runner))
    if wanted(r"docker-compose|\.env$"):
        runner.step("docker compose", lambda: _check_compose(runner))
    for module in pkgutil.iter_modules(steps.__path__):
        step = importlib.import_module(f"{steps.__name__}.{module.name}")
        if wanted(step.PATHS):
            runner.step(module.name.replace("_", " "), partial(step.check, runner))


@contextlib.contextmanager
def scratch_database() -> Iterator[dict[str, str]]:
    """Yield the environment for commands that need an empty database, and remove the database afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        password = secrets.token_urlsafe(32)
        with start_postgres(Path(folder) / "postgres", password=password, settings={"fsync": "off"}) as postgres:
            postgres.ensure_database("app")
            keys = {"SECRET_KEY": secrets.token_urlsafe(32), "DATABASE_URL": postgres.url("app")}
            yield {**clean_environment(), **keys}


def _check_migrations(runner: Runner) -> Result:
    """Check that migrations build a database, have one head, match the models, and break no running release."""
    with scratch_database() as env:
        outputs = []
        for command in ("alembic upgrade head", "alembic check", "app.cli check-migrations"):
            status, output = runner.run([PYTHON, "-m", *command.split()], env=env)
            outputs.append(output)
            if status != 0:
                if command == "alembic check":
                    outputs.append('The models and the migrations differ. Run ./scripts/make-migration "what changed".')
                return of_check("migrations", status, "".join(outputs))
        status, output = runner.run([PYTHON, "-m", "alembic", "heads"], env=env)
        heads = [line for line in output.splitlines() if line.endswith("(head)")]
        outputs += [output, f"{len(heads)} heads instead of one"]
        return of_check("migrations", status or int(len(heads) != 1), "".join(outputs))


def _check_workflows(runner: Runner) -> Result:
    workflows = ROOT / ".github" / "workflows"
    if not any(workflows.glob("*.y*ml")):
        return Result("zizmor", reason="no workflows")
    return of_check("zizmor", *runner.run([BIN / "zizmor", "--offline", "--no-progress", workflows], cwd=ROOT))


def _check_dockerfiles(runner: Runner) -> Result:
    files = sorted(path for folder in (ROOT, BACKEND, FRONTEND) for path in folder.glob("*Dockerfile*"))
    if not files:
        return Result("hadolint", reason="no Dockerfile")
    return of_check("hadolint", *runner.run([BIN / "hadolint", *files], cwd=ROOT))


def _check_compose(runner: Runner) -> Result:
    """Check the files with the override (development) and without it (deployment)."""
    name = "docker compose"
    if not (ROOT / "docker-compose.yml").exists():
        return Result(name, reason="no docker-compose.yml")
    if not shutil.which("docker") or runner.run(["docker", "compose", "version"])[0] != 0:
        return Result(name, reason="no docker compose")
    outputs = []
    for command in ("docker compose config -q", "docker compose -f docker-compose.yml config -q"):
        status, output = runner.run(command.split(), cwd=ROOT)
        outputs.append(output)
        if status != 0:
            return of_check(name, status, "".join(outputs))
    return of_check(name, 0, "".join(outputs))
