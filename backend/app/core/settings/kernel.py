"""The kernel's own settings. `.env` documents each variable."""

import hmac
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self
from urllib.parse import unquote, urlsplit

from pydantic import BeforeValidator, Field, SecretStr, field_validator, model_validator

from app.core.settings.base import REPOSITORY_DIR, EnvSettings, check_secret, load
from app.core.settings.database_url import build_url, read_url
from app.core.settings.values import (
    DatabaseServer,
    Hosts,
    MailAddress,
    Origin,
    Origins,
    Port,
    RedisUrl,
    SentryDsn,
    Server,
    StorageUrl,
    address_literal,
    host_of,
)


class Settings(EnvSettings):
    """Settings of the kernel."""

    secret_lengths: ClassVar[dict[str, int]] = {"SECRET_KEY": 32}

    PROJECT_NAME: str = Field(default="App", min_length=1, max_length=100)
    API_V1_STR: str = Field(default="/api/v1", pattern=r"^/api(/[A-Za-z0-9_-]+)*$")

    FRONTEND_URL: Origin = "http://localhost:8000"
    FRONTEND_DIR: Path | None = None
    BACKEND_CORS_ORIGINS: Origins = Field(default=[])
    ALLOWED_HOSTS: Hosts = Field(default=[])
    DOCS_ENABLED: bool | None = None

    SECRET_KEY: SecretStr = Field(default_factory=lambda: SecretStr(secrets.token_urlsafe(32)))
    JWT_ALGORITHM: Literal["EdDSA", "RS256", "HS256"] = "EdDSA"
    JWT_PRIVATE_KEY: SecretStr = SecretStr("")

    DATABASE_URL: SecretStr = SecretStr("")
    POSTGRES_SERVER: DatabaseServer = "localhost"
    POSTGRES_PORT: Port = 5432
    POSTGRES_DB: str = "app"
    POSTGRES_USER: str = "app"
    POSTGRES_PASSWORD: SecretStr = SecretStr("")
    POSTGRES_API_USER: str = ""
    POSTGRES_DIRECT_SERVER: DatabaseServer = ""
    POSTGRES_DIRECT_PORT: Port = 5432
    DATABASE_REPLICA_URL: SecretStr = SecretStr("")
    DATABASE_POOL_SIZE: int = Field(default=10, ge=1, le=100)

    SMTP_HOST: Server = ""
    SMTP_PORT: Port = 587
    SMTP_TLS: bool = True
    SMTP_SSL: bool = False
    SMTP_USER: str = ""
    SMTP_PASSWORD: SecretStr = SecretStr("")
    SMTP_HELO_HOST: Server = ""
    EMAILS_FROM_EMAIL: MailAddress = ""

    STORAGE_URL: StorageUrl = ""
    STORAGE_ACCESS_KEY_ID: str = ""
    STORAGE_SECRET_ACCESS_KEY: SecretStr = SecretStr("")

    TRUSTED_PROXIES: int = Field(default=0, ge=0, le=10)
    # Requests a minute; 0 turns a limit off.
    RATE_LIMIT_SIGN_IN: int = Field(default=5, ge=0, le=1_000)
    RATE_LIMIT_WRITES: int = Field(default=60, ge=0)
    RATE_LIMIT_READS: int = Field(default=300, ge=0)
    FAILED_SIGN_INS: int = Field(default=5, ge=0, le=50)
    REDIS_URL: RedisUrl = SecretStr("")

    WORKER_CONCURRENCY: int = Field(default=10, ge=1, le=100)
    DRAIN_SECONDS: float = Field(default=0, ge=0, le=60, allow_inf_nan=False)
    SENTRY_DSN: SentryDsn = ""
    TELEMETRY_ENABLED: bool = False
    LOG_LEVEL: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(str.lower)] = "info"

    @field_validator("DATABASE_URL")
    @classmethod
    def _check_database_url(cls, value: SecretStr) -> SecretStr:
        read_url(value.get_secret_value())
        return value

    @field_validator("DATABASE_REPLICA_URL")
    @classmethod
    def _check_replica_url(cls, value: SecretStr) -> SecretStr:
        host = read_url(value.get_secret_value()).get("host", "")
        if value.get_secret_value() and (not host or "," in host):
            raise ValueError("Name one server. How far it lags says nothing about another one.")
        return value

    @model_validator(mode="after")
    def _check_outside_services(self) -> Self:
        if self.ENVIRONMENT != "local":
            if "SECRET_KEY" not in self.model_fields_set:
                raise ValueError("SECRET_KEY is not set. Outside local development it has no default.")
            if not self.secure_cookies:
                raise ValueError("FRONTEND_URL must start with https:// outside local development.")
            password = urlsplit(self.database_url).password or ""
            name = "DATABASE_URL" if self.DATABASE_URL.get_secret_value() else "POSTGRES_PASSWORD"
            check_secret(name, unquote(password), 12)
            if not self.STORAGE_URL:
                raise ValueError("STORAGE_URL is not set. Outside local development it has no default.")
            if self.SMTP_USER:
                check_secret("SMTP_PASSWORD", self.SMTP_PASSWORD.get_secret_value(), 8)
            if self.STORAGE_ACCESS_KEY_ID:
                check_secret("STORAGE_SECRET_ACCESS_KEY", self.STORAGE_SECRET_ACCESS_KEY.get_secret_value(), 16)
        if self.SMTP_TLS and self.SMTP_SSL:
            raise ValueError("SMTP_TLS and SMTP_SSL are both true. Set one of them to false.")
        return self

    def weak_settings(self) -> Iterator[tuple[str, str]]:
        if self.BACKEND_CORS_ORIGINS:
            yield "BACKEND_CORS_ORIGINS", f"pages of {', '.join(self.BACKEND_CORS_ORIGINS)} act as the signed-in user"
        if self.ENVIRONMENT == "production" and self.docs_enabled:
            yield "DOCS_ENABLED", "anyone can read the API documentation"
        if self.SMTP_HOST and not (self.SMTP_TLS or self.SMTP_SSL):
            yield "SMTP_TLS", "mails and the SMTP password are sent unencrypted"
        if self.secure_cookies and not self.TRUSTED_PROXIES:
            # The API speaks no TLS, so something in front of it does.
            yield "TRUSTED_PROXIES", "all visitors have the proxy's address, and share the limits of one network"
        if not self.RATE_LIMIT_SIGN_IN:
            yield "RATE_LIMIT_SIGN_IN", "a network can try any number of passwords and addresses"
        if not self.FAILED_SIGN_INS:
            yield "FAILED_SIGN_INS", "any number of passwords can be tried for an account"

    @property
    def database_url(self) -> str:
        """SQLAlchemy URL with the password in plain text. Never log it."""
        return build_url(self._database)

    def database_url_for(self, name: str, *, with_password: bool = True) -> str:
        """Return the URL of another database on the same server."""
        parameters = {**self._database, "dbname": name}
        return build_url(parameters if with_password else {**parameters, "password": ""})

    @property
    def _database(self) -> dict[str, str]:
        """Parameters of libpq."""
        if url := self.DATABASE_URL.get_secret_value():
            return read_url(url)
        user, password = self.POSTGRES_USER, self.POSTGRES_PASSWORD.get_secret_value()
        if self.is_api_role:
            user, password = self.POSTGRES_API_USER, self.api_role_password
        server = {"host": self.POSTGRES_SERVER, "port": str(self.POSTGRES_PORT)}
        return {"user": user, "password": password, **server, "dbname": self.POSTGRES_DB}

    @property
    def has_api_role(self) -> bool:
        """Whether the API has its own role besides the owner of the tables. DATABASE_URL has only one role."""
        return bool(self.POSTGRES_API_USER and not self.DATABASE_URL.get_secret_value())

    @property
    def is_api_role(self) -> bool:
        """Whether this process connects as the API's role, because it does not have the owner's password."""
        return self.has_api_role and not self.POSTGRES_PASSWORD.get_secret_value()

    @property
    def api_role_password(self) -> str:
        """Password derived from SECRET_KEY, so that there is no further secret to manage. Never log it."""
        return hmac.digest(self.SECRET_KEY.get_secret_value().encode(), b"database-api-role", "sha256").hex()

    @property
    def database_direct_url(self) -> str:
        """URL that bypasses a pooler, for work that needs a dedicated connection (LISTEN, migrations). Never log it."""
        if not self.POSTGRES_DIRECT_SERVER:
            return self.database_url
        server = {"host": self.POSTGRES_DIRECT_SERVER, "port": str(self.POSTGRES_DIRECT_PORT)}
        return build_url({**self._database, **server})

    @property
    def database_replica_url(self) -> str:
        """URL of the replica, or "". It has the primary's user, password, database and options. Never log it."""
        if not (url := self.DATABASE_REPLICA_URL.get_secret_value()):
            return ""
        shared = {name: value for name, value in self._database.items() if name not in ("host", "hostaddr", "port")}
        return build_url({**shared, **read_url(url)})

    @property
    def storage_url(self) -> str:
        return self.STORAGE_URL or f"file://{REPOSITORY_DIR / '.local' / 'storage'}"

    @property
    def secure_cookies(self) -> bool:
        return self.FRONTEND_URL.startswith("https://")

    @property
    def cors_origins(self) -> list[str]:
        return [self.FRONTEND_URL, *self.BACKEND_CORS_ORIGINS]

    @property
    def allowed_hosts(self) -> frozenset[str]:
        """Host names without port that this server accepts in the Host header."""
        return frozenset({host_of(self.FRONTEND_URL), "localhost", "127.0.0.1", "[::1]", *self.ALLOWED_HOSTS})

    @property
    def docs_enabled(self) -> bool:
        return self.ENVIRONMENT != "production" if self.DOCS_ENABLED is None else self.DOCS_ENABLED

    @property
    def emails_enabled(self) -> bool:
        return bool(self.SMTP_HOST)

    @property
    def mail_sender(self) -> str:
        return self.EMAILS_FROM_EMAIL or f"noreply@{host_of(self.FRONTEND_URL)}"

    @property
    def smtp_client_name(self) -> str:
        """Name with which the application greets mail servers. Some refuse `localhost`."""
        host = self.SMTP_HELO_HOST or host_of(self.FRONTEND_URL)
        return "[127.0.0.1]" if host == "localhost" or host.endswith(".localhost") else address_literal(host)


settings = load(Settings)
