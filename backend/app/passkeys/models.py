"""Passkeys (WebAuthn): key pairs of a user's devices. The application has the public keys only."""

import uuid
from datetime import datetime
from typing import Annotated, Any, Literal

from sqlalchemy import ARRAY, BigInteger, Index, Text
from sqlmodel import Field, SQLModel

from app.core.clock import utc_now
from app.core.fields import NotBlank
from app.core.ids import new_id
from app.core.lists.pagination import ListParams, Page
from app.core.models import READ_WRITE, PartialUpdate

PasskeyName = Annotated[str, Field(min_length=1, max_length=100), NotBlank()]


class Passkey(SQLModel, table=True):
    __tablename__ = "passkeys"
    __grants__ = READ_WRITE
    __table_args__ = (Index("ix_passkeys_user_id_id", "user_id", "id"),)

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    user_id: uuid.UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    name: str = Field(max_length=100)
    credential_id: str = Field(max_length=1_364, unique=True)
    """The device's name for the key pair, in base64url."""
    public_key: str = Field(max_length=8_000)
    """In the form of COSE (RFC 9052), in base64url."""
    transports: list[str] = Field(sa_type=ARRAY(Text))
    """How browsers reach the device, such as `usb` or `internal`."""
    is_backed_up: bool
    """Whether the device's vendor keeps a copy, so that it survives the device."""
    created_at: datetime = Field(default_factory=utc_now)


class PasskeyUse(SQLModel, table=True):
    """The last use of a passkey.

    Not columns of `passkeys`: its use is not a change that the owner's open pages or an audit log need to know of.
    """

    __tablename__ = "passkey_uses"
    __grants__ = READ_WRITE

    id: uuid.UUID = Field(foreign_key="passkeys.id", ondelete="CASCADE", primary_key=True)
    sign_count: int = Field(sa_type=BigInteger)
    """The device's counter. It stays 0 if the device has none."""
    last_used_at: datetime | None = None


class UsedPasskeyChallenge(SQLModel, table=True):
    """A challenge that was answered, until it expires: it counts once."""

    __tablename__ = "used_passkey_challenges"
    __grants__ = READ_WRITE

    token_hash: bytes = Field(primary_key=True)
    expires_at: datetime = Field(index=True)


class PasskeyChallenge(SQLModel):
    """What the browser needs to create or to use a passkey."""

    token: str
    """Goes back with the credential, within five minutes."""
    options: dict[str, Any]
    """For `PublicKeyCredential.parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON`."""


class PasskeySignIn(SQLModel):
    """The answer to `GET /login/passkeys/options`."""

    token: str = Field(max_length=512)
    credential: str = Field(max_length=4_000)
    """`PublicKeyCredential.toJSON()`, as JSON text."""


class PasskeyCreate(SQLModel):
    """The answer to `POST /passkeys/registration`."""

    token: str = Field(max_length=512)
    name: PasskeyName
    credential: str = Field(max_length=16_000)
    """`PublicKeyCredential.toJSON()`, as JSON text."""


class PasskeyUpdate(PartialUpdate):
    name: PasskeyName = Field(default=None)


class PasskeysReset(SQLModel):
    reason: Annotated[str, Field(min_length=1, max_length=500), NotBlank()]
    """Stored with the user's security events."""


class PasskeyPublic(SQLModel):
    id: uuid.UUID
    name: str
    is_backed_up: bool
    """Whether the device's vendor keeps a copy, so that it survives the device."""
    created_at: datetime
    last_used_at: datetime | None


class PasskeysPublic(Page[PasskeyPublic]):
    pass


class PasskeysParams(ListParams):
    sort: Literal["created_at", "-created_at"] = "created_at"
