from datetime import datetime
from typing import Literal

from sqlmodel import SQLModel

State = Literal["ok", "warning", "failed", "skipped"]


class Finding(SQLModel):
    """Result of one check. It never contains a secret."""

    code: str
    """Stable code, such as `database-password`. docs/running/doctor.md explains each."""
    state: State
    title: str
    detail: str
    fix: str = ""
    """What to do, or empty if nothing needs to be done."""


class DoctorReport(SQLModel):
    checked_at: datetime
    findings: list[Finding]
