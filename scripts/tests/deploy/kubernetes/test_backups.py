"""The nightly backup in the cluster."""

from scripts.tests.deploy.files import load_yaml
from scripts.tests.deploy.test_kubernetes import OBJECTS, SETTINGS, container, secret_files

SERVICE = load_yaml("docker-compose.backups.yml")["services"]["backup"]
OWN = OBJECTS["ConfigMap", "backups"]["data"]


def test_image_and_secrets_match_compose() -> None:
    assert container("backup")["image"] == "app-" + SERVICE["image"].partition("-")[2].partition(":")[0]
    assert secret_files("backup") == set(SERVICE["secrets"])


def test_pod_gets_the_apis_and_its_own_settings() -> None:
    names = [source["configMapRef"]["name"] for source in container("backup")["envFrom"]]
    assert names == ["settings", "backups"]
    assert "env" not in container("backup")
    assert not {*OWN} & ({*SETTINGS} | secret_files("backup"))
    assert {"mountPath": "/run/secrets", "name": "secrets", "readOnly": True} in container("backup")["volumeMounts"]


def test_backups_are_stored_in_a_bucket() -> None:
    assert OWN["BACKUP_URL"].startswith("s3://"), "a pod's files are not kept"
