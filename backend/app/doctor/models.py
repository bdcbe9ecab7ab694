from datetime import datetime
from typing import Literal

from sqlmodel import SQLModel

State = Literal["ok", "warning", "failed", "skipped"]


class Finding(SQLModel):
    """One thing that was looked at. It never holds a secret."""

    code: str
    """Stable, such as `database-password`: what deployment.md explains."""
    state: State
    title: str
    detail: str
    fix: str = ""
    """What to do; empty when there is nothing to do."""


class DoctorReport(SQLModel):
    checked_at: datetime
    findings: list[Finding]
