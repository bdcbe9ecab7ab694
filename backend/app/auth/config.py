from collections.abc import Iterator

from pydantic import Field

from app.core.settings import EnvSettings, load

_DEFAULT_MINUTES = 12 * 60


class AuthSettings(EnvSettings):
    # In the name of the local cookie.
    STACK_NAME: str = ""
    ACCESS_TOKEN_EXPIRE_MINUTES: int = Field(default=_DEFAULT_MINUTES, ge=1, le=30 * 24 * 60)
    PASSWORD_RESET_EXPIRE_MINUTES: int = Field(default=60, ge=1, le=60)

    def weak_settings(self) -> Iterator[tuple[str, str]]:
        if self.ACCESS_TOKEN_EXPIRE_MINUTES > _DEFAULT_MINUTES:
            yield (
                "ACCESS_TOKEN_EXPIRE_MINUTES",
                f"a stolen token is valid for up to {self.ACCESS_TOKEN_EXPIRE_MINUTES} minutes",
            )


settings = load(AuthSettings)
