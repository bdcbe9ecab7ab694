from pydantic import Field

from app.core.settings import EnvSettings, load


class TotpSettings(EnvSettings):
    # How long a browser that the user trusts needs no code. 0 offers no trust.
    TOTP_TRUSTED_DEVICE_DAYS: int = Field(default=30, ge=0, le=30)


settings = load(TotpSettings)
