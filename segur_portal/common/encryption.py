"""Secrets kept at rest: authenticated encryption with keys that can be changed, blind indexes.

A ciphertext is `key id:base64(nonce + AES-256-GCM)`, bound to the place it was written for (its
`context`): copied to another row or field, it is refused. The first key of the settings encrypts;
the others only read what they wrote, until it is written again.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import b64decode, b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

_NONCE = 12
_KEY = 32


class DecryptionError(Exception):
    """The ciphertext was altered, moved to another place, or its key is gone."""


def encrypt(text: str, *, context: str) -> str:
    """The ciphertext of a text, for this place only."""
    key_id, key = next(iter(keys().items()))
    nonce = secrets.token_bytes(_NONCE)
    sealed = AESGCM(key).encrypt(nonce, text.encode(), context.encode())
    return f"{key_id}:{b64encode(nonce + sealed).decode()}"


def decrypt(ciphertext: str, *, context: str) -> str:
    """The text of a ciphertext written for this place. Raises DecryptionError."""
    key_id, _, sealed = ciphertext.partition(":")
    key = keys().get(key_id)
    if key is None:
        raise DecryptionError(f"La clé « {key_id} » n’est plus connue.")
    data = b64decode(sealed)
    try:
        return AESGCM(key).decrypt(data[:_NONCE], data[_NONCE:], context.encode()).decode()
    except InvalidTag as error:
        raise DecryptionError("Donnée chiffrée altérée ou déplacée.") from error


def uses_current_key(ciphertext: str) -> bool:
    """Whether it was written with the key that encrypts now."""
    return ciphertext.partition(":")[0] == next(iter(keys()))


def blind_index(text: str) -> str:
    """What finds equal texts without reading them: their HMAC-SHA-256, in hexadecimal."""
    return hmac.new(settings.BLIND_INDEX_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


def keys() -> dict[str, bytes]:
    """The keys by identifier, the one that encrypts first.

    Read from `ENCRYPTION_KEYS`, as `id:64 hexadecimal digits`, separated by commas.
    """
    found = {}
    for entry in settings.ENCRYPTION_KEYS.split(","):
        key_id, _, digits = entry.strip().partition(":")
        try:
            key = bytes.fromhex(digits)
        except ValueError as error:
            raise ImproperlyConfigured("ENCRYPTION_KEYS: keys are hexadecimal.") from error
        if not key_id or len(key) != _KEY:
            raise ImproperlyConfigured("ENCRYPTION_KEYS: `id:64 hexadecimal digits`, by commas.")
        found[key_id] = key
    return found
