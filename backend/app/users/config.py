from collections.abc import Iterator
from typing import Self

from pydantic import SecretStr, model_validator

from app.core.fields import Email
from app.core.security.passwords import MAX_LENGTH
from app.core.settings import EnvSettings, check_secret, load


class UsersSettings(EnvSettings):
    FIRST_SUPERUSER: Email = "admin@example.com"
    # Only `app.prestart` needs the password: do not give it to the API's process.
    FIRST_SUPERUSER_PASSWORD: SecretStr = SecretStr("")
    USERS_OPEN_REGISTRATION: bool = True
    # The default is true outside local development.
    SIGNUP_REQUIRES_VERIFICATION: bool | None = None

    @property
    def requires_verification(self) -> bool:
        if self.SIGNUP_REQUIRES_VERIFICATION is None:
            return self.ENVIRONMENT != "local"
        return self.SIGNUP_REQUIRES_VERIFICATION

    @model_validator(mode="after")
    def _refuse_weak_superuser(self) -> Self:
        password = self.FIRST_SUPERUSER_PASSWORD.get_secret_value()
        if len(password) > MAX_LENGTH:
            raise ValueError(f"FIRST_SUPERUSER_PASSWORD is too long. Use at most {MAX_LENGTH} characters.")
        if password and self.ENVIRONMENT != "local":
            check_secret("FIRST_SUPERUSER_PASSWORD", password, 12)
        return self

    def weak_settings(self) -> Iterator[tuple[str, str]]:
        if self.USERS_OPEN_REGISTRATION and self.requires_verification:
            yield "USERS_OPEN_REGISTRATION", "anyone can create an account"
        elif self.USERS_OPEN_REGISTRATION:
            yield "USERS_OPEN_REGISTRATION", "anyone can create an account, and find out which addresses have one"
            yield "SIGNUP_REQUIRES_VERIFICATION", "anyone can sign up with an address that is not theirs"


settings = load(UsersSettings)
