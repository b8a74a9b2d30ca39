"""Where mail is sent, by EMAIL_URL. No Django here: settings.py reads this module.

EMAIL_URL=smtp://host:25              as it is, for a server of one's own network
EMAIL_URL=smtp+tls://user@host:587    STARTTLS; the password in EMAIL_PASSWORD_FILE, or in the address
EMAIL_URL=smtps://user@host:465       TLS from the first byte
EMAIL_FROM=praksis@example.no         the sender
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
PATIENCE_SECONDS = 15


def mailers(environ: Mapping[str, str]) -> dict[str, Any]:
    """Django's MAILERS. Empty where there is no EMAIL_URL: then nothing is sent. Raises ValueError for one that says nothing."""
    if not (url := environ.get("EMAIL_URL", "")):
        return {}
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError(f"EMAIL_URL must be smtp://, smtp+tls:// or smtps:// with a host, and begins with «{parts.scheme}».")
    file = environ.get("EMAIL_PASSWORD_FILE", "")
    options = {
        "host": parts.hostname,
        "port": parts.port or PORTS[parts.scheme],
        "username": unquote(parts.username or ""),
        "password": Path(file).read_text().strip() if file else unquote(parts.password or ""),
        "use_tls": parts.scheme == "smtp+tls",
        "use_ssl": parts.scheme == "smtps",
        "timeout": PATIENCE_SECONDS,
    }
    return {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}}
