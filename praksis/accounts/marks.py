"""Marks: what somebody or something is known again by without being kept.

A keyed hash (HMAC-SHA-256). An address, an IP number or a national identity number is guessed too easily for a hash without a
key: all eleven-digit numbers are tried in a minute.
"""

from django.conf import settings
from django.utils.crypto import salted_hmac


def mark(kind: str, *parts: str) -> str:
    """64 hexadecimal digits. The same parts give another mark for another kind."""
    whole = "|".join(f"{len(part)}:{part}" for part in parts)
    return salted_hmac(f"praksis.{kind}", whole, secret=settings.IDENTITY_KEY, algorithm="sha256").hexdigest()
