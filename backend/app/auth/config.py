from collections.abc import Iterator
from datetime import timedelta
from typing import Literal

from pydantic import Field

from app.core.settings import EnvSettings, load

_DEFAULT_MINUTES = 15
_DEFAULT_DAYS = 30
_MAX_IDLE_DAYS = 14


Required = Literal["nobody", "superusers", "everyone"]


class AuthSettings(EnvSettings):
    # In the name of the local cookie.
    STACK_NAME: str = ""
    ACCESS_TOKEN_EXPIRE_MINUTES: int = Field(default=_DEFAULT_MINUTES, ge=1, le=30 * 24 * 60)
    REFRESH_TOKEN_IDLE_DAYS: int = Field(default=7, ge=1, le=365)
    REFRESH_TOKEN_DAYS: int = Field(default=_DEFAULT_DAYS, ge=1, le=365)
    SINGLE_SESSION: bool = False
    # Who can do nothing after sign-in before they have set up a second factor.
    REQUIRE_MFA_FOR: Required = "nobody"
    PASSWORD_RESET_EXPIRE_MINUTES: int = Field(default=60, ge=1, le=60)
    EMAIL_VERIFICATION_EXPIRE_HOURS: int = Field(default=24, ge=1, le=7 * 24)

    @property
    def access_token_lifetime(self) -> timedelta:
        return timedelta(minutes=self.ACCESS_TOKEN_EXPIRE_MINUTES)

    @property
    def refresh_idle_lifetime(self) -> timedelta:
        return timedelta(days=self.REFRESH_TOKEN_IDLE_DAYS)

    @property
    def session_lifetime(self) -> timedelta:
        return timedelta(days=self.REFRESH_TOKEN_DAYS)

    def weak_settings(self) -> Iterator[tuple[str, str]]:
        if self.ACCESS_TOKEN_EXPIRE_MINUTES > _DEFAULT_MINUTES:
            yield (
                "ACCESS_TOKEN_EXPIRE_MINUTES",
                f"a stolen token is valid for up to {self.ACCESS_TOKEN_EXPIRE_MINUTES} minutes",
            )
        for name, days, usual in (
            ("REFRESH_TOKEN_IDLE_DAYS", self.REFRESH_TOKEN_IDLE_DAYS, _MAX_IDLE_DAYS),
            ("REFRESH_TOKEN_DAYS", self.REFRESH_TOKEN_DAYS, _DEFAULT_DAYS),
        ):
            if days > usual:
                yield name, f"a browser that nobody signs out stays signed in for up to {days} days"


settings = load(AuthSettings)
