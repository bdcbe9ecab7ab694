"""Authenticated encryption of small values in the database, with keys derived from `SECRET_KEY`.

Each purpose has a key of its own. A value is bound to its row, so that write access to the table does not suffice to
move a value to another row, or to add one.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.core.settings import settings

_NONCE_BYTES = 12


def encrypt(data: bytes, *, purpose: str, row: str) -> bytes:
    """Return the nonce, then `data` encrypted with AES-GCM."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + _cipher(purpose).encrypt(nonce, data, row.encode())


def decrypt(encrypted: bytes, *, purpose: str, row: str) -> bytes | None:
    """Return None for a value of another `SECRET_KEY` or row, or one that was changed in the database."""
    nonce, data = encrypted[:_NONCE_BYTES], encrypted[_NONCE_BYTES:]
    try:
        return _cipher(purpose).decrypt(nonce, data, row.encode())
    except (InvalidTag, ValueError):
        return None


def _cipher(purpose: str) -> AESGCM:
    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode())
    return AESGCM(kdf.derive(settings.SECRET_KEY.get_secret_value().encode()))
