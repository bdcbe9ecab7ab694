from pydantic import Field

from app.core.config import EnvSettings, load


class AuthSettings(EnvSettings):
    ACCESS_TOKEN_EXPIRE_MINUTES: int = Field(default=12 * 60, ge=1, le=30 * 24 * 60)
    PASSWORD_RESET_EXPIRE_MINUTES: int = Field(default=60, ge=1, le=60)


settings = load(AuthSettings)
