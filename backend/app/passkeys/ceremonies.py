"""What devices create and sign, by the library `webauthn` (W3C Web Authentication, level 3).

User verification is always required: the device asks for a PIN, a finger or a face. So a passkey alone is two factors.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from cryptography.exceptions import UnsupportedAlgorithm
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers import (
    base64url_to_bytes,
    bytes_to_base64url,
    decode_credential_public_key,
    decoded_public_key_to_cryptography,
    encode_cbor,
    options_to_json_dict,
    parse_authentication_credential_json,
    parse_cbor,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticationCredential,
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    RegistrationCredential,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from app.core.settings import settings as core_settings
from app.passkeys.config import settings
from app.passkeys.models import Passkey
from app.users.models import User

MAX_CREDENTIAL_ID = 1023
_TIMEOUT = 300_000  # milliseconds: as long as the challenge
_MALFORMED = (
    WebAuthnException,
    UnsupportedAlgorithm,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    RecursionError,
)
"""What the library raises for bytes of strangers. All of it is the same refusal."""


class NewKey(NamedTuple):
    credential_id: str
    public_key: str
    transports: list[str]
    is_backed_up: bool
    sign_count: int


def creation_options(*, user: User, challenge: bytes, existing: Sequence[Passkey]) -> dict[str, Any]:
    """Return the options for a new passkey, on a device that has none of the user's."""
    options = generate_registration_options(
        rp_id=settings.rp_id,
        rp_name=core_settings.PROJECT_NAME,
        user_id=user.id.bytes,
        user_name=user.email,
        user_display_name=user.full_name or user.email,
        challenge=challenge,
        timeout=_TIMEOUT,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_descriptors(existing),
    )
    return options_to_json_dict(options)


def request_options(*, challenge: bytes, allowed: Sequence[Passkey] = ()) -> dict[str, Any]:
    """Return the options for a signature. Without `allowed`, by any passkey of the domain."""
    options = generate_authentication_options(
        rp_id=settings.rp_id,
        challenge=challenge,
        timeout=_TIMEOUT,
        allow_credentials=_descriptors(allowed),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json_dict(options)


def read_registration(*, text: str, challenge: bytes) -> NewKey | None:
    """Return the key that a device has created, or None if the answer is invalid."""
    try:
        credential = parse_registration_credential_json(text)
        _forget_attestation(credential)
        verified = verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=settings.rp_id,
            expected_origin=settings.origins,
            require_user_verification=True,
        )
        # A key that no signature can be verified with would be of no use.
        decoded_public_key_to_cryptography(decode_credential_public_key(verified.credential_public_key))
    except _MALFORMED:
        return None
    if verified.credential_id != credential.raw_id or len(credential.raw_id) > MAX_CREDENTIAL_ID:
        return None
    return NewKey(
        credential_id=credential.id,
        public_key=bytes_to_base64url(verified.credential_public_key),
        transports=sorted({each.value for each in credential.response.transports or ()}),
        is_backed_up=verified.credential_backed_up,
        sign_count=verified.sign_count,
    )


def read_assertion(text: str) -> AuthenticationCredential | None:
    """Return the signature that a device has made, not yet verified, or None."""
    try:
        return parse_authentication_credential_json(text)
    except _MALFORMED:
        return None


def verify_assertion(
    *, credential: AuthenticationCredential, challenge: bytes, public_key: str
) -> VerifiedAuthentication | None:
    """Return what a device has signed, or None. The caller compares the counter, which is trusted only now."""
    try:
        return verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=settings.rp_id,
            expected_origin=settings.origins,
            credential_public_key=base64url_to_bytes(public_key),
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except _MALFORMED:
        return None


def _forget_attestation(credential: RegistrationCredential) -> None:
    """Remove the statement of the device's vendor, as browsers do that were asked for none.

    Nobody reads it here, and its formats are many.
    """
    attestation = parse_cbor(credential.response.attestation_object)
    without = {"fmt": "none", "attStmt": {}, "authData": attestation["authData"]}
    credential.response.attestation_object = encode_cbor(without)


def _descriptors(passkeys: Sequence[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    known = {each.value for each in AuthenticatorTransport}
    return [
        PublicKeyCredentialDescriptor(
            id=base64url_to_bytes(each.credential_id),
            transports=[AuthenticatorTransport(value) for value in each.transports if value in known],
        )
        for each in passkeys
    ]
