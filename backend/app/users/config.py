from typing import ClassVar

from pydantic import SecretStr

from app.core.config import EnvSettings, load
from app.core.models import Email


class UsersSettings(EnvSettings):
    secret_lengths: ClassVar[dict[str, int]] = {"FIRST_SUPERUSER_PASSWORD": 12}

    FIRST_SUPERUSER: Email = "admin@example.com"
    FIRST_SUPERUSER_PASSWORD: SecretStr = SecretStr("")
    USERS_OPEN_REGISTRATION: bool = True


settings = load(UsersSettings)
