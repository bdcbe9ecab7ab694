"""`./scripts/check-template`: check that projects with each choice of features have exactly the right files."""

import argparse
import json
import os
import random
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from scripts.checks.lint import PYTHON, clean_environment
from scripts.checks.parts import parse_shard
from scripts.features.files import belongs
from scripts.local.repository import tracked
from scripts.template.links import broken_links
from scripts.template.projects import TemplateError, commit, copy_of_the_template, make_project, run
from scripts.template.throwaway import add_feature

# Files that differ in a project. Everything else is identical, byte for byte.
OWN = {
    ".copier-answers.yml",
    ".env",
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "docs/decisions/README.md",
    "docs/template-licence.md",
}
AUTHORS = (
    "copier.yml",
    "SECURITY.md",
    ".ci/",
    ".github/workflows/benchmark.yml",
    ".github/workflows/compose.yml",
    ".github/workflows/template.yml",
    "backend/benchmarks/",
    "backend/tests/benchmarks/",
    "backend/tests/test_wording.py",
    "docs/decisions/0029-",
    "docs/decisions/0030-",
    "docs/coming-from-the-fastapi-template.md",
    "docs/decisions/0034-",
    "docs/items-tasks.md",
    "docs/lighthouse.md",
    "docs/maintaining.md",
    "docs/screenshots/",
    "docs/starting-a-project.md",
    "frontend/e2e/journeys/items-tasks.spec.ts",
    "frontend/e2e/support/counted.ts",
    "frontend/scripts/screenshots.mjs",
    "frontend/src/features/auth/lighthouse.json",
    "frontend/src/features/items/lighthouse.json",
    "scripts/api_diff/",
    "scripts/bench",
    "scripts/check-template",
    "scripts/checks/steps/api_changes.py",
    "scripts/deploy-drill",
    "scripts/lighthouse",
    "scripts/local/sample_data/",
    "scripts/measure/",
    "scripts/screenshots",
    "scripts/sdk-diff",
    "scripts/template/",
)
GENERATED = (
    "frontend/packages/sdk/openapi.json",
    "frontend/packages/sdk/src/gen/",
    "frontend/src/routeTree.gen.ts",
)
# Tests of files that a team edits: Compose files, Dockerfiles, the Nginx configuration, workflows.
KEPT_TESTS = ("__init__.py", "conftest.py", "deploy/")
# Words that a text can also use in another meaning.
PLAIN_WORDS = (
    *("audit", "backups", "doctor", "kubernetes", "live", "metrics", "operations", "passkeys", "profiles", "tokens"),
)
# Of sign-in, although it is named like something of a feature.
PLAIN_SCHEMAS = ("Token", "TokenChallengeAnswer", "TokenPair")
MAY_NAME_IT = (".copier-answers.yml",)
# Required by the template's licence.
MAY_NAME_THE_TEMPLATE = ("docs/template-licence.md",)
THROWAWAY = ("gadgets", "widgets")
RANDOM_SETS = 5
Choice = dict[str, bool]


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./scripts/check-template",
        description="Create projects with each choice of features, including two invented features, and check them.",
        epilog="Without --full, it checks files, traces, style, import rules and the OpenAPI document of each project, "
        "within a minute. Example: ./scripts/check-template --part 1/2",
    )
    parser.add_argument("--full", action="store_true", help="run lint, backend and frontend tests in each: takes hours")
    parser.add_argument(
        "--seed", type=int, default=6, metavar="N", help="seed of the random choices (default: %(default)s)"
    )
    parser.add_argument("--part", default="1/1", metavar="K/N", help="only the K-th of N parts of the projects")
    options = parser.parse_args(arguments)
    try:
        number, count = parse_shard(options.part)
    except ValueError:
        parser.error("write --part like 2/3, the second of three")
    options.part = slice(number - 1, None, count)
    return options


def features(template: Path) -> list[str]:
    """Return the features: the yes/no questions of copier.yml."""
    return re.findall(r"^(\w+):\n  type: bool$", (template / "copier.yml").read_text(encoding="utf-8"), re.M)


def choices(names: list[str], seed: int) -> list[Choice]:
    """Return the choices to check: all features, all but one, none, and random ones; never without a dependency."""
    rng = random.Random(seed)  # noqa: S311
    wanted = [dict.fromkeys(names, True)]
    wanted += [{**dict.fromkeys(names, True), name: False} for name in names]
    wanted += [dict.fromkeys(names, False)]
    wanted += [{name: rng.random() < 0.5 for name in names} for _ in range(RANDOM_SETS)]
    for choice in wanted:
        choice["widgets"] = choice["widgets"] and choice["gadgets"]
    return [dict(choice) for choice in sorted({tuple(choice.items()) for choice in wanted}, reverse=True)]


def is_copied(name: str) -> bool:
    """Whether a project with all features has this file of the template."""
    if name.startswith("scripts/tests/"):
        return name.removeprefix("scripts/tests/").startswith(KEPT_TESTS)
    return not name.startswith((*AUTHORS, *GENERATED)) and not name.endswith(".jinja")


def check_equality(template: Path, project: Path) -> None:
    """Check that a project with all features equals the template, apart from the listed files."""
    created, source = set(tracked(project)), set(tracked(template))
    expected = {name for name in source if is_copied(name)} | OWN
    if created != expected:
        raise TemplateError(f"Missing, or copied by mistake: {sorted(created ^ expected)}")
    different = {name for name in created - OWN if (project / name).read_bytes() != (template / name).read_bytes()}
    if different:
        raise TemplateError(f"Different from the template: {sorted(different)}")


def words_of(template: Path, feature: str) -> list[str]:
    """Return words that only this feature adds: its folders, paths, operations and schemas."""
    words = [f"app.{feature}", f"tests.{feature}", f"features/{feature}", f'"/{feature}', f"/{feature}/"]
    if feature in THROWAWAY:
        return [feature, feature.capitalize(), feature.upper()]
    document = json.loads((template / "frontend/packages/sdk/openapi.json").read_text(encoding="utf-8"))
    operations = [each for path in document["paths"].values() for each in path.values()]
    words += [f"{each['operationId']}(" for each in operations if feature in each.get("tags", ())]
    schema = re.compile(rf"{feature.removesuffix('s').capitalize()}s?([A-Z]\w*)?")
    return words + [
        name for name in document["components"]["schemas"] if schema.fullmatch(name) and name not in PLAIN_SCHEMAS
    ]


def check_folders(template: Path, project: Path, declined: list[str]) -> None:
    """Check that folders are empty only if all their files belong to declined features: copier still creates those."""
    kept = [name for name in tracked(template) if not any(belongs(name, feature) for feature in declined)]
    for path in project.rglob("*"):
        if path.is_dir() and ".git" not in path.parts and not any(path.iterdir()):
            folder = f"{path.relative_to(project)}/"
            if not (template / folder).is_dir() or any(name.startswith(folder) for name in kept):
                raise TemplateError(f"{folder} is an empty folder")


def check_traces(template: Path, project: Path, declined: list[str]) -> None:
    check_folders(template, project, declined)
    pages = [name for name in tracked(project) if name.endswith(".md")]
    if broken := list(broken_links(project, pages)):
        raise TemplateError(f"Broken links: {broken}")
    if found := [each for name in tracked(project) for each in traces_in(template, project, name, declined)]:
        raise TemplateError("\n".join(found))


def traces_in(template: Path, project: Path, name: str, declined: list[str]) -> Iterator[str]:
    """Yield what a file of a project says of the template, of its authors' tools, or of features that were declined."""
    text = (project / name).read_text(encoding="utf-8", errors="ignore")
    if re.search("groundwork|maintainers", text, re.I) and name not in MAY_NAME_THE_TEMPLATE:
        yield f"{name} names the template or its authors"
    if name.endswith(".md"):
        missing = [path for path in AUTHORS if path.removesuffix("/") in text]
        commands = re.findall(r"\./(scripts/[\w-]+)", text)
        missing += [each for each in commands if (template / each).exists() and not (project / each).exists()]
        for each in missing:
            yield f"{name} names {each}, which this project does not have"
    for feature in declined:
        if belongs(name, feature):
            yield f"{name} belongs to {feature}, which was declined"
        found = [word for word in words_of(template, feature) if word in text]
        if name.endswith(".md") and feature not in PLAIN_WORDS and re.search(rf"\b{feature}\b", text):
            found.append(feature)
        if found and not name.startswith(MAY_NAME_IT):
            yield f"{name} mentions {found[0]}, but {feature} was declined"


def check_quickly(project: Path, declined: list[str]) -> None:
    """Check the project with this repository's tools, without installing anything."""
    backend = project / "backend"
    env = clean_environment() | {"PYTHONPATH": f"{project}{os.pathsep}{backend}"}
    run(PYTHON, "-m", "ruff", "check", "--quiet", ".", "../scripts", cwd=backend, env=env)
    run(PYTHON, "-m", "ruff", "format", "--check", "--quiet", ".", "../scripts", cwd=backend, env=env)
    run(Path(PYTHON).parent / "lint-imports", cwd=backend, env=env)
    document = json.loads(run(PYTHON, "-m", "app.openapi", cwd=backend, env=env))
    tags = {tag for path in document["paths"].values() for each in path.values() for tag in each.get("tags", ())}
    if tags & set(declined):
        raise TemplateError(f"The API has operations of {sorted(tags & set(declined))}")
    heads = run(PYTHON, "-m", "alembic", "heads", cwd=backend, env=env).count("(head)")
    if heads != 1:
        raise TemplateError(f"The migrations have {heads} heads")


def check_fully(project: Path) -> None:
    env = clean_environment()
    env.pop("VIRTUAL_ENV", None)
    run("./scripts/test", "lint", "backend", "frontend", cwd=project, env=env, seconds=3600)
    commit(project, "What the first command generated")


def check(folder: Path, *, full: bool, seed: int, part: slice) -> int:
    """Check the projects and return their number. Raises TemplateError at the first fault."""
    template = copy_of_the_template(folder / "template")
    add_feature(template, "gadgets", 900)
    add_feature(template, "widgets", 901, down="gadgets")
    commit(template, "Two more features", tag="v0.2.0")

    def check_one(choice: Choice) -> None:
        begun = time.monotonic()
        declined = [name for name, chosen in choice.items() if not chosen]
        project = make_project(template, folder / "-".join(["without", *declined]), choice)
        if not declined:
            check_equality(template, project)
        check_traces(template, project, declined)
        check_quickly(project, declined)
        if full:
            check_fully(project)
        print(f"  ok    without {', '.join(declined) or 'nothing':<32} {time.monotonic() - begun:6.1f} s", flush=True)

    # Copier uses one core; tests use all of them.
    with ThreadPoolExecutor(max_workers=1 if full else 2) as pool:
        results = [pool.submit(check_one, choice) for choice in choices(features(template), seed)[part]]
        for result in results:
            result.result()
    return len(results)


def main(arguments: list[str] | None = None) -> int:
    options = parse(arguments)
    with tempfile.TemporaryDirectory(prefix="check-template-") as folder:
        try:
            count = check(Path(folder), full=options.full, seed=options.seed, part=options.part)
        except TemplateError as error:
            print(f"error: {error}", file=sys.stderr)
            return 1
    if count == 0:
        print("error: this part has no project. Choose fewer parts.", file=sys.stderr)
        return 1
    print(f"{count} projects passed.{'' if options.full else ' Their tests: ./scripts/check-template --full'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
