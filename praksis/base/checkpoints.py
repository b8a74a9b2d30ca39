"""Where the trail's chains end, signed and kept outside the database: whoever holds a copy of the file and the public key can
tell that a chain was made anew, cut, or that an older database was put back, even by a superuser.

DATA/checkpoints/trail.jsonl, a line each: `{"upto": ..., "heads": {member: [number, digest]}, "previous": ..., "signature": ...}`
with the heads that are new since the line before, and the SHA-256 of that line. Signed with Ed25519.
"""

import base64
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.utils.dateparse import parse_datetime

from praksis.base.chain import reading_the_trail
from praksis.base.models import TrailLink

type Checkpoint = dict[str, Any]


def folder() -> Path:
    return Path(settings.DATA) / "checkpoints"


def write_checkpoint() -> bool:
    """Sign the ends that are new since the last line, and add a line; whether there was any. On disk when this returns."""
    lines = _lines()
    last = json.loads(lines[-1]) if lines else None
    with reading_the_trail():
        links = TrailLink.objects.order_by("number")
        new = list(links.filter(until__gt=parse_datetime(last["upto"])) if last else links)
    if not new:
        return False
    heads = {str(link.member): [link.number, link.digest] for link in new}
    upto = max(link.until for link in new).isoformat()
    checkpoint = {"upto": upto, "heads": heads, "previous": _digest(lines[-1]) if lines else ""}
    signature = _key().sign(_signed(checkpoint))
    _append(json.dumps(checkpoint | {"signature": base64.b64encode(signature).decode()}))
    return True


def problems_of_checkpoints(public_key: Path | None = None) -> Iterator[str]:
    """A sentence for each line that is not signed, or torn from the one before, and each end that the database does not have."""
    key = _public_key(public_key or folder() / "public_key.pem")
    before = ""
    for number, line in enumerate(_lines(), 1):
        checkpoint: Checkpoint = json.loads(line)
        if not _is_signed(checkpoint, key):
            yield f"Checkpoint {number}: the signature is not right."
        else:
            yield from _missing(number, checkpoint)
        if checkpoint["previous"] != before:
            yield f"Checkpoint {number}: the one before it is not the one it was made after."
        before = _digest(line)


def _missing(number: int, checkpoint: Checkpoint) -> Iterator[str]:
    with reading_the_trail():
        standing = dict(TrailLink.objects.filter(member__in=checkpoint["heads"]).values_list("digest", "number"))
    for member, (link, digest) in checkpoint["heads"].items():
        if standing.get(digest) != link:
            yield f"Checkpoint {number}: link {link} of member {member} was signed, and the database does not have it."


def _lines() -> list[str]:
    file = folder() / "trail.jsonl"
    return file.read_text().splitlines() if file.exists() else []


def _append(line: str) -> None:
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(folder() / "trail.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())


def _digest(line: str) -> str:
    return hashlib.sha256(line.encode()).hexdigest()


def _signed(checkpoint: Checkpoint) -> bytes:
    """What is signed: everything but the signature."""
    return json.dumps({**checkpoint, "signature": None}, sort_keys=True, separators=(",", ":")).encode()


def _is_signed(checkpoint: Checkpoint, key: Ed25519PublicKey) -> bool:
    try:
        key.verify(base64.b64decode(checkpoint["signature"]), _signed(checkpoint))
    except (InvalidSignature, KeyError, ValueError):
        return False
    return True


def _key() -> Ed25519PrivateKey:
    """The key in DATA, made at the first use. Its public half lies beside the checkpoints, to be given away."""
    file = Path(settings.DATA) / "trail_key.pem"
    if not file.exists():
        made = Ed25519PrivateKey.generate()
        _keep(
            file, made.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        )
    key = serialization.load_pem_private_key(file.read_bytes(), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"{file} holds no Ed25519 key.")
    public = folder() / "public_key.pem"
    if not public.exists():
        folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        _keep(public, key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo))
    return key


def _keep(file: Path, content: bytes) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as made:
        made.write(content)


def _public_key(file: Path) -> Ed25519PublicKey:
    key = serialization.load_pem_public_key(file.read_bytes())
    if not isinstance(key, Ed25519PublicKey):
        raise TypeError(f"{file} holds no Ed25519 key.")
    return key
