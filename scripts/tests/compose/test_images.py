"""The images of the stack (OP-06)."""

import json
from pathlib import Path

import pytest

from scripts.checks.secret_scan import find_secrets_in_files
from scripts.tests.compose.stack import Stack
from scripts.tests.deploy.files import read


def in_image(stack: Stack, image: str, *command: str) -> str:
    entrypoint, *arguments = command
    return stack.run("run", "--rm", "--entrypoint", entrypoint, f"{stack.name}-{image}", *arguments).stdout


@pytest.mark.parametrize(
    ("image", "ours", "megabytes"),
    [
        ("backend", ("/app", "/storage", "/sbom.cdx.json"), 270),
        ("frontend", ("/usr/share/nginx/html", "/sbom.cdx.json"), 20),
    ],
)
def test_image_adds_little_to_its_base(production: Stack, image: str, ours: tuple[str, ...], megabytes: int) -> None:
    kilobytes = [int(line.split()[0]) for line in in_image(production, image, "du", "-sk", *ours).splitlines()]
    assert len(kilobytes) == len(ours)
    assert sum(kilobytes) < megabytes * 1000


@pytest.mark.parametrize("image", ["backend", "frontend"])
def test_image_has_labels(production: Stack, image: str) -> None:
    tag = f"{production.name}-{image}:labelled"
    build = {"TAG": "labelled", "COMMIT": "0123abc"}
    production.compose("build", image, environment=build)
    shown = production.run("image", "inspect", "--format", "{{json .Config.Labels}}", tag).stdout
    production.run("image", "rm", tag)
    labels = json.loads(shown)
    names = ("title", "version", "revision")
    assert [labels[f"org.opencontainers.image.{name}"] for name in names] == [image, "labelled", "0123abc"]


@pytest.mark.parametrize(
    ("image", "has", "lacks"),
    [
        ("backend", {"fastapi", "uvicorn", "psycopg"}, {"pytest", "mypy"}),
        ("frontend", {"react", "react-dom", "zod", "tailwindcss"}, {"fastapi"}),
    ],
)
def test_image_lists_its_components(production: Stack, image: str, has: set[str], lacks: set[str]) -> None:
    bill = json.loads(in_image(production, image, "cat", "/sbom.cdx.json"))
    names = {component["name"] for component in bill["components"]}
    assert bill["bomFormat"] == "CycloneDX"
    assert has <= names
    assert not lacks & names
    assert all(component["version"] for component in bill["components"])


def test_component_list_covers_installed_packages(production: Stack) -> None:
    bill = json.loads(in_image(production, "backend", "cat", "/sbom.cdx.json"))
    listed = {component["name"] for component in bill["components"]}
    script = "import importlib.metadata as m; print(*(one.metadata['Name'] for one in m.distributions()))"
    installed = {
        name.lower().replace("_", "-").replace(".", "-")
        for name in in_image(production, "backend", "python", "-c", script).split()
    }
    assert installed
    assert installed <= listed


@pytest.mark.parametrize(
    ("image", "folders"),
    [
        ("backend", ("/app/app", "/app/alembic.ini", "/docker-entrypoint.sh")),
        ("frontend", ("/etc/nginx/nginx.conf", "/usr/share/nginx/html", "/docker-entrypoint.sh")),
    ],
)
def test_op07_no_image_contains_a_likely_secret(
    production: Stack, image: str, folders: tuple[str, ...], tmp_path: Path
) -> None:
    container = production.run("create", f"{production.name}-{image}").stdout.strip()
    try:
        for number, folder in enumerate(folders):
            production.run("cp", f"{container}:{folder}", str(tmp_path / str(number)))
    finally:
        production.run("rm", container)
    assert any(path.is_file() for path in tmp_path.rglob("*"))
    assert find_secrets_in_files(tmp_path) == []


def test_image_contains_no_tools_or_tests(production: Stack) -> None:
    assert in_image(production, "backend", "ls", "/app").split() == ["alembic.ini", "app"]
    assert "/.vite" not in read("frontend/nginx.conf")
