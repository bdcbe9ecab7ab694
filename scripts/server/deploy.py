"""`./scripts/deploy`: deploy a release without downtime, or roll back to an earlier one."""

import argparse
import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from scripts.server import releases, rollout
from scripts.server.compose import LOCAL, ROOT, OpsError, compose, docker
from scripts.server.steps import Steps

# Built by this repository. The API comes first: a new dashboard needs it, and the old one works with it.
SERVICES = ("backend", "frontend")
# The worker comes before the API, so that it knows the jobs that the new API enqueues.
REPLACED = ("worker", *SERVICES)

BUILD_SECONDS = 1800.0
PULL_SECONDS = 600.0
MIGRATE_SECONDS = 900.0

DESCRIPTION = """\
Deploy a release without downtime: check and run the migrations, start new containers, and drain the old ones when
the proxy has found the new ones. If the new ones do not become ready, remove them: the old ones keep serving."""
EPILOG = """\
Without --tag or --rollback, the images are built from the checked-out commit. See docs/running/updates.md.

Examples:
  ./scripts/deploy                      build and deploy the checked-out commit
  ./scripts/deploy --pull --tag v1.4.0  deploy images from the registry
  ./scripts/deploy --rollback           go back to the previous release"""


@dataclass(frozen=True)
class Plan:
    tag: str
    commit: str
    is_built: bool
    is_pulled: bool
    is_rollback: bool
    allowed: tuple[str, ...]
    ready_seconds: float
    with_pause: bool


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./scripts/deploy",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--tag", help="deploy images with this tag instead of building them")
    which.add_argument("--rollback", action="store_true", help="go back to the previous release")
    which.add_argument("--list", action="store_true", help="list the current and earlier releases")
    parser.add_argument("--pull", action="store_true", help="pull the images of --tag from their registry")
    parser.add_argument(
        "--allow-migration",
        action="append",
        default=[],
        metavar="NAME:RULE",
        help="run a migration despite a broken rule; the refusal shows NAME:RULE",
    )
    parser.add_argument(
        "--ready-timeout",
        type=float,
        default=120.0,
        metavar="SECONDS",
        help="time for new containers to become ready (default: %(default)g)",
    )
    parser.add_argument(
        "--with-pause", action="store_true", help="deploy changed routes, with a few seconds of downtime"
    )
    options = parser.parse_args(arguments)
    if options.pull and not options.tag:
        parser.error("--pull needs --tag, the tag to pull")
    return options


def deploy(plan: Plan, steps: Steps) -> None:
    """Deploy a release. Raises `OpsError` on failure; the previous release keeps serving."""
    env = {"TAG": plan.tag}
    if plan.is_built:
        with steps.step("build the images", plan.tag):
            compose("build", *SERVICES, seconds=BUILD_SECONDS, env={**env, "COMMIT": plan.commit})
    if plan.is_pulled:
        with steps.step("pull the images", plan.tag):
            compose("pull", *SERVICES, seconds=PULL_SECONDS, env=env)
    start_below(steps, plan.tag)
    check_routes(plan)
    with steps.step("check the migrations"):
        allowed = [f"--allow={name}" for name in plan.allowed]
        in_image("python", "-m", "app.cli", "check-migrations", "--before-deploy", *allowed, tag=plan.tag)
        if plan.is_rollback:
            # The current release checks this: only its image contains the migrations since then.
            known = [f"--before-rollback-to={name}" for name in migrations_in_image(plan.tag)]
            in_image("python", "-m", "app.cli", "check-migrations", *known, *allowed, tag=releases.releases()[-1].tag)
    with steps.step("migrate"):
        in_image(tag=plan.tag)
    replace_all(plan, steps)
    for tag in releases.record(plan.tag, plan.commit):
        forget_images(tag)
    for image in images(plan.tag):
        # Compose uses `latest` if no tag is given.
        docker("tag", image, f"{image.rpartition(':')[0]}:latest")


def start_below(steps: Steps, tag: str) -> None:
    """Start missing services that the others depend on. Replacing a running one would cause downtime."""
    configuration = rollout.configuration(tag)
    names = ["db"]
    if configuration["networks"]["proxy"]["name"] == f"{configuration['name']}_proxy":
        names.append("proxy")  # otherwise another stack's proxy serves this one too
    with steps.step(f"start {' and '.join(names)}"):
        compose("up", "--detach", "--wait", "--no-deps", "--no-recreate", *names, seconds=PULL_SECONDS)
    hashes = dict(line.split() for line in compose("config", "--hash=*").splitlines())
    for name in names:
        labels = [rollout.inspect(id)["Config"]["Labels"] for id in rollout.containers(name)]
        if any(container["com.docker.compose.config-hash"] != hashes[name] for container in labels):
            command = f"docker compose up --detach --wait --no-deps {name}"
            steps.say(f"  note  {name} changed. To replace it, with a short downtime: {command}")


def check_routes(plan: Plan) -> None:
    services = rollout.configuration(plan.tag)["services"]
    changed = [name for name in SERVICES if rollout.has_other_routes(name, services[name])]
    if changed and not plan.with_pause:
        raise OpsError(
            f"The routes of {' and '.join(changed)} (labels in docker-compose.yml) differ from those of the running "
            "containers, and the proxy cannot serve both. Deploy with --with-pause: it takes a few seconds of downtime."
        )


def in_image(*command: str, tag: str) -> None:
    """Run the `prestart` service of a release, with its own command or the given one."""
    options = ["--rm", "--no-deps", "--no-TTY", "--pull=never"]
    compose("run", *options, "prestart", *command, seconds=MIGRATE_SECONDS, env={"TAG": tag})


def migrations_in_image(tag: str) -> list[str]:
    options = ["--rm", "--network=none", "--entrypoint=ls"]
    files = docker("run", *options, images(tag)[0], "app/alembic/versions").split()
    return [Path(name).stem for name in files if name.endswith(".py")]


def replace_all(plan: Plan, steps: Steps) -> None:
    """Replace the services in order. If one fails, roll back those before it to the previous release."""
    before = releases.releases()[-1:]
    replaced: list[str] = []
    try:
        for service in REPLACED:
            rollout.replace(service, plan.tag, steps, ready_seconds=plan.ready_seconds)
            replaced.append(service)
    except OpsError:
        for service in reversed(replaced):
            if before:
                steps.say(f"  back to {before[0].tag}: {service}")
                rollout.replace(service, before[0].tag, steps, ready_seconds=plan.ready_seconds)
        raise


def images(tag: str) -> list[str]:
    """Return the names of this repository's images from docker-compose.yml."""
    services = rollout.configuration(tag)["services"]
    return [str(services[service]["image"]) for service in SERVICES]


def forget_images(tag: str) -> None:
    """Remove the images of a release that is too old for a rollback, unless they are in use."""
    for image in images(tag):
        with contextlib.suppress(OpsError):
            docker("image", "rm", image)


def checked_out() -> str:
    """Return the short commit hash; with uncommitted changes, plus the current time."""
    commit = _git("rev-parse", "--short=12", "HEAD")
    changed = _git("status", "--porcelain", "--untracked-files=no")
    return f"{commit}-{time.strftime('%Y%m%d%H%M%S', time.gmtime())}" if changed else commit


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    except FileNotFoundError:
        raise OpsError("`git` is not on PATH. Install it, or name images with --tag.") from None
    if done.returncode != 0:
        raise OpsError(f"`git {' '.join(arguments)}` failed: {done.stderr.strip()} Fix it, or name images with --tag.")
    return done.stdout.strip()


def make_plan(options: argparse.Namespace) -> Plan:
    commit, tag = "", options.tag
    if options.rollback:
        earlier = releases.previous()
        commit, tag = earlier.commit, earlier.tag
    elif not tag:
        tag = commit = checked_out()
    return Plan(
        tag=tag,
        commit=commit,
        is_built=not options.tag and not options.rollback,
        is_pulled=options.pull,
        is_rollback=options.rollback,
        allowed=tuple(options.allow_migration),
        ready_seconds=options.ready_timeout,
        with_pause=options.with_pause,
    )


@contextlib.contextmanager
def only_one(lock: Path = LOCAL / "deploy.lock") -> Iterator[None]:
    """Refuse a second deployment: concurrent ones would remove each other's containers."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise OpsError(
                f"Another deployment is running (process {file.read().strip()}). Wait until it has ended."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def show_releases() -> None:
    for release in reversed(releases.releases()):
        print(f"{release.deployed_at}  {release.tag}  {release.commit}")


def _end(number: int, _: object) -> NoReturn:
    raise SystemExit(128 + number)


def main() -> int:
    options = parse(sys.argv[1:])
    steps = Steps()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)
    begun = time.monotonic()
    try:
        if options.list:
            show_releases()
            return 0
        with only_one():
            plan = make_plan(options)
            deploy(plan, steps)
    except OpsError as error:
        print(f"\nerror: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    steps.say(f"\nDeployed {plan.tag} in {time.monotonic() - begun:.0f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
