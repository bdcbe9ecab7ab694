"""Check the disk and the clock of this server."""

import ctypes
import shutil
from collections.abc import Iterable
from pathlib import Path

from scripts.server.doctor.findings import Finding, failed, ok, skipped, warning

GIB = 1024**3
WARNING_BYTES, FAILED_BYTES = 5 * GIB, GIB
# TIME_ERROR of adjtimex(2): the clock is not synchronised.
_TIME_ERROR = 5


def check_disk(folders: Iterable[Path]) -> list[Finding]:
    """Check the free space, once per file system."""
    by_device = {folder.stat().st_dev: folder for folder in folders if folder.exists()}
    return [judge_disk(shutil.disk_usage(folder).free, folder) for folder in by_device.values()]


def judge_disk(free: int, folder: Path) -> Finding:
    """`free` is in bytes."""
    detail = f"{free / GIB:.1f} GiB are free at {folder}."
    fix = "Run docker image prune and docker builder prune, delete old logs and dumps, or use a larger disk."
    if free < FAILED_BYTES:
        return failed("disk", "The disk is nearly full", detail, fix)
    if free < WARNING_BYTES:
        return warning("disk", "The disk is filling up", detail, fix)
    return ok("disk", "Disk", detail)


def check_clock() -> Finding:
    """Check whether the kernel's clock is synchronised (Linux only)."""
    try:
        state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(512))
    except AttributeError:
        state = -1
    return judge_clock(state)


def judge_clock(state: int) -> Finding:
    """`state` is the return value of adjtimex(2)."""
    if state < 0:
        return skipped("time-sync", "Clock", "This system does not report whether its clock is synchronised.")
    if state != _TIME_ERROR:
        return ok("time-sync", "Clock", "It is synchronised.")
    detail = "Nothing synchronises this clock: certificates, sessions and links expire at the wrong time."
    return warning("time-sync", "The clock is not synchronised", detail, "sudo timedatectl set-ntp true")
