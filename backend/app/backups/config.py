from datetime import time
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode

from app.core.settings import REPOSITORY_DIR, EnvSettings, StorageUrl, load, split


def _utc(at: time) -> time:
    if at.tzinfo is not None:
        raise ValueError("Write the time in UTC without a time zone, like 03:00")
    return at


class BackupsSettings(EnvSettings):
    BACKUP_URL: StorageUrl = ""
    BACKUP_ACCESS_KEY_ID: str = ""
    BACKUP_SECRET_ACCESS_KEY: SecretStr = SecretStr("")
    # Only the processes that create and restore backups need the key: do not give it to the API's process.
    BACKUP_KEY: SecretStr = SecretStr("")
    BACKUP_AT: Annotated[list[Annotated[time, AfterValidator(_utc)]], NoDecode, BeforeValidator(split)] = Field(
        default=[time(3, 0)], min_length=1
    )
    BACKUP_KEEP_DAILY: int = Field(default=7, ge=1, le=10_000)
    BACKUP_KEEP_WEEKLY: int = Field(default=4, ge=0, le=10_000)
    BACKUP_KEEP_MONTHLY: int = Field(default=12, ge=0, le=10_000)
    BACKUP_WARN_AFTER_HOURS: int = Field(default=26, ge=1, le=10_000)

    @property
    def backup_url(self) -> str:
        """BACKUP_URL, or its default. The default is empty outside local development."""
        local = f"file://{REPOSITORY_DIR / '.local' / 'backups'}" if self.ENVIRONMENT == "local" else ""
        return self.BACKUP_URL or local


settings = load(BackupsSettings)
