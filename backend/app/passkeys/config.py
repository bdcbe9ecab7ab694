from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from app.core.settings import EnvSettings, load
from app.core.settings import settings as core_settings


class PasskeysSettings(EnvSettings):
    # The domain that passkeys belong to. Empty: the host of FRONTEND_URL.
    PASSKEY_RP_ID: str = Field(default="", max_length=253, pattern=r"^([a-z0-9-]+(\.[a-z0-9-]+)*)?$")

    @property
    def rp_id(self) -> str:
        return self.PASSKEY_RP_ID or _host(core_settings.FRONTEND_URL)

    @property
    def origins(self) -> list[str]:
        """The dashboard's origins at which passkeys work: those of the domain and its subdomains."""
        return [origin for origin in core_settings.cors_origins if _is_within(_host(origin), self.rp_id)]

    @model_validator(mode="after")
    def _refuse_other_domains(self) -> Self:
        if not _is_within(host := _host(core_settings.FRONTEND_URL), self.rp_id):
            raise ValueError(f"PASSKEY_RP_ID must be {host}, the host of FRONTEND_URL, or a domain above it.")
        return self


def _host(origin: str) -> str:
    return urlsplit(origin).hostname or ""


def _is_within(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")


settings = load(PasskeysSettings)
