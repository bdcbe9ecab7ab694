"""The service `backup`: its Compose files and its image."""

import re

import pytest

from scripts.tests.deploy.files import final_stage, load_yaml, read, tracked_settings

FILE, LAPTOP_FILE = "docker-compose.backups.yml", "docker-compose.backups.override.yml"
DOCKERFILE = "backend/backups.Dockerfile"
FILES = load_yaml(FILE)
[SERVICE] = FILES["services"].values()
SECRETS = {"BACKUP_KEY", "BACKUP_SECRET_ACCESS_KEY"}


def test_container_is_as_restricted_as_prestart() -> None:
    """It extends the one-off service `prestart`, but keeps running, so it has a health check."""
    assert SERVICE["extends"] == {"file": "docker-compose.yml", "service": "prestart"}
    assert SERVICE["profiles"] == ["backup"]
    assert not {"privileged", "network_mode", "pid", "user", "cap_add", "ports", "labels"} & set(SERVICE)
    assert SERVICE["mem_limit"]
    assert SERVICE["restart"] == "unless-stopped"
    assert SERVICE["healthcheck"]["test"]
    assert SERVICE["networks"] == ["database", "backup"]


def test_backup_keys_are_files_of_this_service_only() -> None:
    folder = "${SECRETS_DIR:-./.local/secrets}"
    assert FILES["secrets"] == {name: {"file": f"{folder}/{name}"} for name in SECRETS}
    assert set(SERVICE["secrets"]) > SECRETS
    assert "FIRST_SUPERUSER_PASSWORD" not in SERVICE["secrets"]
    assert not [name for name in SECRETS if name in read("docker-compose.yml")]
    assert [name for name in SECRETS if tracked_settings()[name]] == []


def test_laptop_has_the_developers_container() -> None:
    [service] = load_yaml(LAPTOP_FILE)["services"].values()
    assert service == {
        "extends": {"file": "docker-compose.override.yml", "service": "prestart"},
        "secrets": ["SECRET_KEY", "POSTGRES_PASSWORD", "BACKUP_KEY"],
    }


@pytest.mark.parametrize("file", [FILE, LAPTOP_FILE])
def test_every_variable_is_explained(file: str) -> None:
    guide = read("docs/running/settings.md") + read("docs/running/backups.md")
    for name, default in re.findall(r"(?<!\$)\$\{(\w+)(:-)?", read(file)):
        assert name in tracked_settings() or (default and f"`{name}`" in guide), name


def test_image_adds_postgresql_to_the_backends() -> None:
    uv_and_build = re.compile(r"^FROM .*? AS uv$.*?^RUN [^\n]*compileall.*?$", re.MULTILINE | re.DOTALL)
    [own], [backends] = (uv_and_build.findall(read(name)) for name in (DOCKERFILE, "backend/Dockerfile"))
    assert own == backends
    assert f"FROM {load_yaml('docker-compose.yml')['services']['db']['image']} AS postgresql" in read(DOCKERFILE)
    assert SERVICE["build"] == {"dockerfile": DOCKERFILE.removeprefix("backend/")}


def test_image_has_the_backends_user_and_labels() -> None:
    users = [re.findall(r"^USER (\d+:\d+)$", final_stage(name), re.M) for name in ("backend/Dockerfile", DOCKERFILE)]
    assert users[0] == users[1] != []
    assert "\nRUN " not in final_stage(DOCKERFILE)
    assert "# syntax=" not in read(DOCKERFILE)
    assert "COPY --from=build /sbom.cdx.json /" in final_stage(DOCKERFILE)
    assert "COPY --from=build /app/.venv /app/.venv" in final_stage(DOCKERFILE)
    for name in ("title", "version", "revision"):
        assert f"org.opencontainers.image.{name}=" in final_stage(DOCKERFILE)
