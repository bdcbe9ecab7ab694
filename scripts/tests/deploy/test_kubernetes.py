"""The cluster matches Compose: the same images, settings, secrets, users, ports and times."""

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from app.core.http.request_guard import PROBES
from app.core.settings import Settings
from app.main import app
from app.users.config import UsersSettings
from scripts.tests.deploy.files import ROOT, final_stage, load_yaml, read, seconds, tracked_settings

FOLDER = "deploy/kubernetes"
KUSTOMIZATION = load_yaml(f"{FOLDER}/kustomization.yaml")
COMPOSE = load_yaml("docker-compose.yml")["services"]
OBJECTS: dict[tuple[str, str], Any] = {
    (document["kind"], document["metadata"]["name"]): document
    for file in KUSTOMIZATION["resources"]
    for document in yaml.safe_load_all(read(f"{FOLDER}/{file}"))
}
PODS: dict[str, Any] = {}
for (kind, name), document in OBJECTS.items():
    if kind in ("Deployment", "Job", "CronJob"):
        spec = document["spec"]["jobTemplate"]["spec"] if kind == "CronJob" else document["spec"]
        PODS[name] = spec["template"]
BY_COMPOSE = ["backend", "frontend", "prestart", "worker"]
SETTINGS = dict(
    line.split("=", 1) for line in read(f"{FOLDER}/settings.env").splitlines() if line and not line.startswith("#")
)


def container(name: str) -> Any:
    [only] = PODS[name]["spec"]["containers"]
    return only


def dockerfile(name: str) -> str:
    """Each image has a Dockerfile: those of features are `backend/<feature>.Dockerfile`."""
    image = container(name)["image"].removeprefix("app-")
    return f"{image}/Dockerfile" if image in ("backend", "frontend") else f"backend/{image}.Dockerfile"


def secret_files(name: str) -> set[str]:
    volumes = [volume["secret"] for volume in PODS[name]["spec"]["volumes"] if "secret" in volume]
    for volume in volumes:
        assert volume["secretName"] == "app"
        assert volume["defaultMode"] == 0o440  # readable by the group, which is fsGroup
        assert all(item["key"] == item["path"] for item in volume["items"])
    return {item["key"] for volume in volumes for item in volume["items"]}


@cache
def rendered() -> dict[tuple[str, str], Any]:
    """Return the rendered objects, by kind and name. Needs kubectl."""
    if not shutil.which("kubectl"):
        pytest.skip("no kubectl")
    command = ["kubectl", "kustomize", str(ROOT / FOLDER)]
    text = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    return {
        (d["kind"], re.sub(r"^settings-\w+", "settings", d["metadata"]["name"])): d for d in yaml.safe_load_all(text)
    }


def test_every_file_is_used() -> None:
    files = {path.name for path in (ROOT / FOLDER).iterdir()}
    assert files - {"kustomization.yaml.jinja"} == {
        *KUSTOMIZATION["resources"],
        "kustomization.yaml",
        "requirements.txt",
        "settings.env",
    }


@pytest.mark.parametrize("name", PODS)
def test_pod_is_restricted(name: str) -> None:
    """Meets the profile "restricted" of the Pod Security Standards, and more."""
    pod = PODS[name]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    assert pod["enableServiceLinks"] is False
    assert not {"hostNetwork", "hostPID", "hostIPC", "initContainers"} & set(pod)
    assert {kind for volume in pod["volumes"] for kind in volume} <= {"name", "emptyDir", "secret"}
    assert container(name)["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container(name)["resources"]["limits"]["memory"]
    assert set(container(name)["resources"]["requests"]) == {"cpu", "memory"}
    assert "/tmp" in {mount["mountPath"] for mount in container(name)["volumeMounts"]}  # noqa: S108


def test_namespace_is_restricted_and_account_has_no_permissions() -> None:
    labels = OBJECTS["Namespace", "app"]["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    assert OBJECTS["ServiceAccount", "app"]["automountServiceAccountToken"] is False
    assert not {kind for kind, _ in OBJECTS} & {"Secret", "Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"}


@pytest.mark.parametrize("name", PODS)
def test_pod_runs_as_the_images_user(name: str) -> None:
    [user, group] = re.findall(r"^USER (\d+):(\d+)$", final_stage(dockerfile(name)), re.MULTILINE)[-1]
    context = PODS[name]["spec"]["securityContext"]
    assert (context["runAsUser"], context["runAsGroup"]) == (int(user), int(group))
    assert context.get("fsGroup") == (int(group) if secret_files(name) else None)


@pytest.mark.parametrize("name", BY_COMPOSE)
def test_image_command_and_secrets_match_compose(name: str) -> None:
    service = COMPOSE[name]
    assert container(name)["image"] == service["image"].replace("${STACK_NAME}", "app").partition(":")[0]
    assert container(name).get("args") == service.get("command")
    assert "command" not in container(name), "it would replace the image's entrypoint"
    assert secret_files(name) == set(service.get("secrets", []))


def test_images_have_a_registry_and_fixed_tag() -> None:
    images = {image["name"]: image for image in KUSTOMIZATION["images"]}
    assert set(images) == {container(name)["image"] for name in PODS}
    assert all(image["newName"].endswith(f"/{name}") for name, image in images.items())
    assert all(image["newTag"] not in ("", "latest") for image in images.values())


@pytest.mark.parametrize(("name", "router"), [("backend", "api"), ("frontend", "dashboard")])
def test_port_matches_compose(name: str, router: str) -> None:
    labels = "\n".join(COMPOSE[name]["labels"])
    port = seconds(rf"services\.\S+-{router}\.loadbalancer\.server\.port=(\d+)", labels)
    assert container(name)["ports"] == [{"name": "http", "containerPort": port}]
    assert OBJECTS["Service", name]["spec"]["ports"] == [{"name": "http", "port": port, "targetPort": "http"}]
    assert OBJECTS["Service", name]["spec"]["selector"] == PODS[name]["metadata"]["labels"]


def test_dashboard_readiness_path_matches_the_proxy() -> None:
    path = container("frontend")["readinessProbe"]["httpGet"]["path"]
    assert f"-dashboard.loadbalancer.healthcheck.path={path}\n" in "\n".join(COMPOSE["frontend"]["labels"])


@pytest.mark.parametrize("name", ["backend", "frontend"])
def test_pod_grace_period_matches_compose(name: str) -> None:
    grace = int(COMPOSE[name]["stop_grace_period"].removesuffix("s"))
    assert PODS[name]["spec"]["terminationGracePeriodSeconds"] == grace
    shutdown = seconds(r'"--timeout-graceful-shutdown", "(\d+)"', read("backend/Dockerfile"))
    assert grace > shutdown + float(SETTINGS["DRAIN_SECONDS"])


def test_worker_pod_matches_compose() -> None:
    service, pod = COMPOSE["worker"], PODS["worker"]["spec"]
    assert pod["terminationGracePeriodSeconds"] == int(service["stop_grace_period"].removesuffix("s"))
    for probe in ("readinessProbe", "livenessProbe"):
        assert ["CMD", *container("worker")[probe]["exec"]["command"]] == service["healthcheck"]["test"]
    liveness = container("worker")["livenessProbe"]
    assert liveness["periodSeconds"] * liveness["failureThreshold"] >= 600, "a database outage must not restart it"


@pytest.mark.parametrize("name", ["backend", "frontend"])
def test_two_pods_remain_during_updates(name: str) -> None:
    deployment = OBJECTS["Deployment", name]["spec"]
    assert deployment["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
    assert deployment["selector"]["matchLabels"] == PODS[name]["metadata"]["labels"]
    assert OBJECTS["PodDisruptionBudget", name]["spec"]["maxUnavailable"] == 1
    [spread] = PODS[name]["spec"]["topologySpreadConstraints"]
    assert spread["topologyKey"] == "kubernetes.io/hostname"
    scaler = OBJECTS.get(("HorizontalPodAutoscaler", name))
    pods = scaler["spec"]["minReplicas"] if scaler else deployment["replicas"]
    assert pods >= 2
    assert ("replicas" in deployment) is (scaler is None), "an apply would override the autoscaler"


def test_probes_use_the_apis_health_endpoints() -> None:
    probes = {kind: container("backend")[f"{kind}Probe"]["httpGet"] for kind in ("startup", "liveness", "readiness")}
    assert {kind: probe["path"].rpartition("/")[2] for kind, probe in probes.items()} == {
        "startup": "live",
        "liveness": "live",  # a database outage must not restart every pod
        "readiness": "ready",
    }
    assert f"127.0.0.1:8000{probes['readiness']['path']}" in str(COMPOSE["backend"]["healthcheck"]["test"])
    for probe in probes.values():
        assert "get" in app.openapi()["paths"][probe["path"]]
        assert probe["path"] in PROBES, "the kubelet sends the pod's address as the host"


def test_settings_match_compose() -> None:
    """All that Compose sets, and beyond those only settings that `.env` explains."""
    by_compose = set(COMPOSE["backend"]["environment"])
    assert by_compose <= set(SETTINGS)
    assert set(SETTINGS) - by_compose <= set(tracked_settings())
    for name in ("ENVIRONMENT", "FRONTEND_URL", "ALLOWED_HOSTS", "STORAGE_URL"):
        assert SETTINGS[name], name
    for name in ("DRAIN_SECONDS", "FRONTEND_DIR"):
        assert SETTINGS[name] == COMPOSE["backend"]["environment"][name]
    assert (
        f"${{TRUSTED_PROXIES:-{SETTINGS['TRUSTED_PROXIES']}}}" == COMPOSE["backend"]["environment"]["TRUSTED_PROXIES"]
    )
    for variable in container("frontend")["env"]:
        assert variable["valueFrom"]["configMapKeyRef"] == {"name": "settings", "key": variable["name"]}
    assert {variable["name"] for variable in container("frontend")["env"]} == set(COMPOSE["frontend"]["environment"])


@pytest.mark.parametrize("name", ["backend", "prestart", "worker"])
def test_pod_gets_all_settings_without_secrets(name: str) -> None:
    assert container(name)["envFrom"] == [{"configMapRef": {"name": "settings"}}]
    assert "env" not in container(name)
    secrets = {secret for pod in PODS for secret in secret_files(pod)}
    assert not secrets & set(SETTINGS)
    assert {"mountPath": "/run/secrets", "name": "secrets", "readOnly": True} in container(name)["volumeMounts"]


def test_dashboard_pod_knows_whether_sign_up_is_open() -> None:
    assert "USERS_OPEN_REGISTRATION" in read("deploy/kubernetes/frontend.yaml").partition("PROJECT_NAME")[2]


def test_omitted_setting_defaults_to_its_tracked_value() -> None:
    """Compose passes the whole of `.env` to the containers; the cluster does not."""
    for settings in (Settings, UsersSettings):
        for name, value in tracked_settings().items():
            field = settings.model_fields.get(name)
            if field and name not in SETTINGS and value:
                default = field.get_default(call_default_factory=False)
                advice = f"The cluster does not read .env: set {name}={value} in {FOLDER}/settings.env too."
                assert str(default).lower() == value.lower(), advice


def test_api_starts_with_these_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in (*Settings.model_fields, *UsersSettings.model_fields):
        monkeypatch.delenv(name, raising=False)
    for name in secret_files("prestart"):
        (tmp_path / name).write_text(token_hex(32), encoding="utf-8")
    for name, value in rendered()["ConfigMap", "settings"]["data"].items():
        monkeypatch.setenv(name, value)
    UsersSettings(_env_file=None, _secrets_dir=tmp_path)
    settings = Settings(_env_file=None, _secrets_dir=tmp_path)
    assert settings.ENVIRONMENT == "production"
    assert {"dashboard.example.com", "api.example.com"} < settings.allowed_hosts
    assert settings.STORAGE_URL.startswith("s3://"), "pods share no disk"


def test_all_pods_leave_free_database_connections() -> None:
    """`.env` explains the number per process. PostgreSQL's default is 100, three of them for superusers."""
    per_pod = int(SETTINGS["WEB_CONCURRENCY"]) * (2 * int(SETTINGS["DATABASE_POOL_SIZE"]) + 2)
    pods = OBJECTS["HorizontalPodAutoscaler", "backend"]["spec"]["maxReplicas"] + 1
    assert per_pod * pods + 5 < 100 - 3
    assert f"need {per_pod * pods} connections" in read(f"{FOLDER}/settings.env")


def test_network_policies_allow_only_listed_traffic() -> None:
    policies = {name: policy["spec"] for (kind, name), policy in OBJECTS.items() if kind == "NetworkPolicy"}
    assert policies.pop("default-deny") == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    assert policies["from-proxy"]["podSelector"]["matchExpressions"][0]["values"] == ["backend", "frontend"]
    assert policies["from-proxy"]["ingress"][0]["from"], "an empty list would allow everyone"
    assert policies["from-proxy"]["ingress"][0]["ports"] == [{"port": "http"}]
    [all_but] = policies["to-services"]["podSelector"]["matchExpressions"]
    assert all_but == {"key": "app.kubernetes.io/name", "operator": "NotIn", "values": ["frontend"]}
    names, services = policies["to-services"]["egress"]
    assert {port["port"] for port in names["ports"]} == {53}
    assert {port["port"] for port in services["ports"]} == {443, 465, 587, 5432, 6432}
    assert services["to"][0]["ipBlock"]["except"] == ["169.254.0.0/16"]


def test_routes_match_compose() -> None:
    rules = "\n".join([*COMPOSE["backend"]["labels"], *COMPOSE["frontend"]["labels"]])
    paths = "PathPrefix(`/api/`) || Path(`/.well-known/jwks.json`)"
    assert f"Host(`api.${{DOMAIN}}`) || (Host(`dashboard.${{DOMAIN}}`) && ({paths}))" in rules
    ingress = rendered()["Ingress", "app"]["spec"]
    routes = {
        (rule["host"], path["path"]): path["backend"]["service"]["name"]
        for rule in ingress["rules"]
        for path in rule["http"]["paths"]
    }
    assert routes == {
        ("api.example.com", "/"): "backend",
        ("dashboard.example.com", "/api/"): "backend",
        ("dashboard.example.com", "/.well-known/jwks.json"): "backend",
        ("dashboard.example.com", "/"): "frontend",
    }
    assert set(ingress["tls"][0]["hosts"]) == {host for host, _ in routes}


def test_domain_and_tag_reach_all_objects() -> None:
    data = rendered()["ConfigMap", "settings"]["data"]
    assert (data["FRONTEND_URL"], data["ALLOWED_HOSTS"]) == ("https://dashboard.example.com", "api.example.com")
    image = rendered()["Job", "prestart"]["spec"]["template"]["spec"]["containers"][0]["image"]
    assert image == "registry.example.com/app-backend:1"
    settings = rendered()["Deployment", "backend"]["spec"]["template"]["spec"]["containers"][0]["envFrom"]
    assert re.fullmatch(r"settings-\w+", settings[0]["configMapRef"]["name"]), "or pods would keep the old settings"
