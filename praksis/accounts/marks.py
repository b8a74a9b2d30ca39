"""Marks: what somebody or something is known again by without being kept. Seals: what must be kept, and read by the house alone.

A keyed hash (HMAC-SHA-256). An address, an IP number or a national identity number is guessed too easily for a hash without a
key: all eleven-digit numbers are tried in a minute.
"""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet
from django.conf import settings
from django.utils.crypto import salted_hmac


def mark(kind: str, *parts: str) -> str:
    """64 hexadecimal digits. The same parts give another mark for another kind."""
    whole = "|".join(f"{len(part)}:{part}" for part in parts)
    return salted_hmac(f"praksis.{kind}", whole, secret=settings.IDENTITY_KEY, algorithm="sha256").hexdigest()


def seal(text: str) -> str:
    """Encrypted and signed (Fernet): in a table or a backup it tells nobody what it is."""
    return _fernet().encrypt(text.encode()).decode()


def unseal(sealed: str, *, within_seconds: int | None = None) -> str:
    """Raises cryptography.fernet.InvalidToken for what the house did not seal, or sealed longer ago than that."""
    return _fernet().decrypt(sealed, ttl=within_seconds).decode()


def _fernet() -> Fernet:
    key = salted_hmac("praksis.seal", "", secret=settings.IDENTITY_KEY, algorithm="sha256").digest()
    return Fernet(urlsafe_b64encode(key))
