"""An authenticator app as second factor, its recovery codes, and the browsers that need no code."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from app.auth import devices
from app.core.clock import utc_now
from app.core.ids import new_id
from app.core.models import READ_WRITE


class TotpSecret(SQLModel, table=True):
    """The secret that a user shares with their app (RFC 6238). It counts once a code has confirmed it."""

    __tablename__ = "totp_secrets"
    __grants__ = READ_WRITE

    user_id: uuid.UUID = Field(foreign_key="users.id", ondelete="CASCADE", primary_key=True)
    encrypted_secret: bytes
    created_at: datetime = Field(default_factory=utc_now)
    confirmed_at: datetime | None = None
    last_counter: int = Field(default=0, sa_type=BigInteger)
    """The time step of the last code that was used. Only later ones count."""


class RecoveryCode(SQLModel, table=True):
    """A code for the user who has lost their app. Its use deletes it."""

    __tablename__ = "recovery_codes"
    __grants__ = READ_WRITE

    user_id: uuid.UUID = Field(foreign_key="users.id", ondelete="CASCADE", primary_key=True)
    code_hash: bytes = Field(primary_key=True)
    created_at: datetime = Field(default_factory=utc_now)


class TrustedDevice(SQLModel, table=True):
    """A browser that needs no code until then. Only the hash of its cookie is stored."""

    __tablename__ = "trusted_devices"
    __grants__ = READ_WRITE
    __table_args__ = (Index("ix_trusted_devices_user_id_id", "user_id", "id"),)

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    user_id: uuid.UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    secret_hash: bytes = Field(unique=True)
    device: str | None = Field(default=None, max_length=devices.MAX_LENGTH)
    ip: str | None = Field(default=None, max_length=64)
    created_at: datetime = Field(default_factory=utc_now)
    expires_at: datetime = Field(index=True)


class TotpStatus(SQLModel):
    confirmed_at: datetime | None
    """Since when the app is required. None if it is not."""
    recovery_codes_left: int


class OwnTotpStatus(TotpStatus):
    trusted_device_days: int
    """For how long a browser can be trusted. 0: none can."""


class TotpSetup(SQLModel):
    """What an app needs. No other response has it."""

    secret: str
    """In base 32, to type."""
    uri: str
    """`otpauth:` with the secret, the account and the project's name."""
    qr_code: str
    """The same as a picture: a `data:` URI of an SVG."""


class TotpCode(SQLModel):
    code: str = Field(min_length=1, max_length=20)
    """Six digits. Spaces do not matter."""


class RecoveryCodes(SQLModel):
    """New recovery codes. No other response has them."""

    codes: list[str]


class TotpReset(SQLModel):
    """Body of a superuser's request."""

    reason: str = Field(min_length=1, max_length=300)
    """For the user's security events."""


class TrustedDevicePublic(SQLModel):
    id: uuid.UUID
    device: str | None
    """Browser and system, such as `Firefox on Windows`."""
    ip: str | None
    created_at: datetime
    expires_at: datetime
    is_current: bool
    """Whether it is the browser of this request."""


class TrustedDevicesPublic(SQLModel):
    data: list[TrustedDevicePublic]
    count: int
