from collections.abc import Iterator
from typing import Self

from pydantic import SecretStr, model_validator

from app.core.models import Email
from app.core.settings import EnvSettings, check_secret, load


class UsersSettings(EnvSettings):
    FIRST_SUPERUSER: Email = "admin@example.com"
    # Only `app.prestart` needs it: the API's own process should not have it.
    FIRST_SUPERUSER_PASSWORD: SecretStr = SecretStr("")
    USERS_OPEN_REGISTRATION: bool = True

    @model_validator(mode="after")
    def _refuse_weak_superuser(self) -> Self:
        password = self.FIRST_SUPERUSER_PASSWORD.get_secret_value()
        if password and self.ENVIRONMENT != "local":
            check_secret("FIRST_SUPERUSER_PASSWORD", password, 12)
        return self

    def weak_settings(self) -> Iterator[tuple[str, str]]:
        if self.USERS_OPEN_REGISTRATION:
            yield "USERS_OPEN_REGISTRATION", "everybody can make an account, and learn by it who has one"


settings = load(UsersSettings)
