from pydantic import Field

from app.core.settings import EnvSettings, load


class AuditSettings(EnvSettings):
    AUDIT_RETENTION_DAYS: int = Field(default=365, ge=1, le=36_500)


settings = load(AuditSettings)
