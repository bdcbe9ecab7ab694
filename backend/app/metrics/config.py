from typing import Self

from pydantic import SecretStr, model_validator

from app.core.settings import EnvSettings, load
from app.core.settings.base import check_secret


class MetricsSettings(EnvSettings):
    METRICS_TOKEN: SecretStr = SecretStr("")

    @property
    def is_configured(self) -> bool:
        return bool(self.METRICS_TOKEN.get_secret_value())

    @model_validator(mode="after")
    def _refuse_weak_token(self) -> Self:
        if self.is_configured and self.ENVIRONMENT != "local":
            check_secret("METRICS_TOKEN", self.METRICS_TOKEN.get_secret_value(), 32)
        return self


settings = load(MetricsSettings)
