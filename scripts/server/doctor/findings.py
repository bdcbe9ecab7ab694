"""The result of one check, in the same shape as that of `app.doctor`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """`state` is ok, warning, failed or skipped. No field ever contains a secret."""

    code: str
    state: str
    title: str
    detail: str
    fix: str = ""


def ok(code: str, title: str, detail: str) -> Finding:
    return Finding(code, "ok", title, detail)


def skipped(code: str, title: str, detail: str) -> Finding:
    return Finding(code, "skipped", title, detail)


def failed(code: str, title: str, detail: str, fix: str) -> Finding:
    return Finding(code, "failed", title, detail, fix)


def warning(code: str, title: str, detail: str, fix: str) -> Finding:
    return Finding(code, "warning", title, detail, fix)
