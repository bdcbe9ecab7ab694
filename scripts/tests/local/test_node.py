"""When npm is called. npm is a fake."""

from pathlib import Path

import pytest

from scripts.local import node
from scripts.local.node import Node, NodeError


@pytest.fixture
def frontend(tmp_path: Path) -> Path:
    folder = tmp_path / "frontend"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "main.tsx").write_text("one")
    (folder / "package.json").write_text("{}")
    (folder / "package-lock.json").write_text("{}")
    return folder


@pytest.fixture
def npm(tmp_path: Path) -> Node:
    tools = tmp_path / "tools"
    tools.mkdir()
    script = tools / "npm"
    script.write_text(
        '#!/bin/sh\necho "$1" >> calls\necho "$@" > arguments\nenv > environment\n'
        "test ! -e broken || exit 1\nmkdir -p node_modules dist\n"
        "if [ $1 = run ]; then echo generated >> src/routeTree.gen.ts; fi\n"
    )
    script.chmod(0o755)
    return Node(tools, (24, 1, 0))


def calls(frontend: Path) -> list[str]:
    return (frontend / "calls").read_text().split()


def test_npm_gets_neither_secrets_nor_settings(frontend: Path, npm: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    """It runs programs of many authors."""
    for name in ("SECRET_KEY", "FIRST_SUPERUSER_PASSWORD", "DATABASE_URL", "AWS_SECRET_ACCESS_KEY", "NODE_ENV"):
        monkeypatch.setenv(name, "the-secret")
    monkeypatch.setenv("npm_config_registry", "https://mirror.example.com")
    node.install(npm, frontend)
    passed = (frontend / "environment").read_text()
    assert "the-secret" not in passed
    assert "npm_config_registry=https://mirror.example.com\n" in passed


def test_packages_are_installed_once_per_lock_file(frontend: Path, npm: Node) -> None:
    assert node.install(npm, frontend)
    assert not node.install(npm, frontend)
    (frontend / "package-lock.json").write_text('{"changed": 1}')
    assert node.install(npm, frontend)
    assert calls(frontend) == ["ci", "ci"]


@pytest.mark.parametrize(
    "name", ["package.json", ".npmrc", "packages/sdk/package.json", "node_modules/.package-lock.json"]
)
def test_packages_are_installed_again_after_a_change(frontend: Path, npm: Node, name: str) -> None:
    """npm itself changes the last one, for example when somebody runs `npm prune --omit=dev`."""
    node.install(npm, frontend)
    (frontend / name).parent.mkdir(parents=True, exist_ok=True)
    (frontend / name).write_text('{"changed": 1}')
    assert node.install(npm, frontend)


def test_packages_are_installed_again_for_another_node(frontend: Path, npm: Node) -> None:
    """Some packages are compiled for one version."""
    assert node.install(npm, frontend)
    assert node.install(Node(npm.folder, (26, 1, 0)), frontend)


def test_all_kinds_of_packages_are_installed(frontend: Path, npm: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    """NODE_ENV=production or `npm config set omit=dev` would leave out Vite."""
    monkeypatch.setenv("NODE_ENV", "production")
    node.install(npm, frontend)
    assert "NODE_ENV" not in (frontend / "environment").read_text()
    assert {"--include=dev", "--include=optional"} <= set((frontend / "arguments").read_text().split())


def test_dashboard_is_rebuilt_only_when_sources_change(frontend: Path, npm: Node) -> None:
    node.install(npm, frontend)
    assert node.build(npm, frontend)
    assert not node.build(npm, frontend)
    (frontend / "src" / "main.tsx").write_text("two")
    assert node.build(npm, frontend)
    (frontend / "src" / "main.tsx").rename(frontend / "src" / "other.tsx")
    assert node.build(npm, frontend)
    assert calls(frontend) == ["ci", "run", "run", "run"]


def test_failed_build_is_retried(frontend: Path, npm: Node) -> None:
    node.install(npm, frontend)
    node.build(npm, frontend)
    (frontend / "src" / "main.tsx").write_text("two")
    (frontend / "broken").touch()
    with pytest.raises(NodeError, match="npm run build failed"):
        node.build(npm, frontend)
    (frontend / "broken").unlink()
    (frontend / "src" / "main.tsx").write_text("one")
    assert node.build(npm, frontend)


def test_npm_scripts_find_the_same_node(npm: Node) -> None:
    assert npm.env({"PATH": "/usr/bin"})["PATH"] == f"{npm.folder}:/usr/bin"
    assert npm.env({})["PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD"] == "1"


def test_old_node_on_path_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, version in (("node", "v20.19.0"), ("npm", "11")):
        (tmp_path / name).write_text(f"#!/bin/sh\necho {version}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(NodeError, match="22"):
        node.find_node()
    (tmp_path / "node").write_text("#!/bin/sh\necho v22.18.0\n")
    assert node.find_node() == Node(tmp_path, (22, 18, 0))


def test_missing_route_tree_triggers_a_build(frontend: Path, npm: Node) -> None:
    (frontend / "packages" / "sdk" / "src" / "gen").mkdir(parents=True)
    (frontend / "packages" / "sdk" / "openapi.json").touch()
    node.install(npm, frontend)
    assert node.build(npm, frontend)
    assert not node.generate_missing(frontend)
    (frontend / "src" / "routeTree.gen.ts").unlink()
    assert node.generate_missing(frontend)
    assert node.build(npm, frontend)
