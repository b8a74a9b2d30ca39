"""Who was erased: a list of digests in the database, and the same as a file beside it, so that what a backup from before brings
back can be erased again. A digest says nothing of who it was to anyone who does not hold the backup.
"""

import fcntl
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.db import transaction

from praksis.base.models import Erasure


def erasure_file() -> Path:
    """One SHA-256 a line. Copy it to where the backups are not."""
    return Path(settings.DATA) / "erased.txt"


def digest_of(row_id: object) -> str:
    """Of the row's id, as text."""
    return sha256(str(row_id).encode()).hexdigest()


def remember(row_ids: Iterable[object]) -> None:
    """Put rows that are being erased on the list, in the caller's transaction; on the file when that has committed."""
    remember_digests(map(digest_of, row_ids))


def remember_digests(digests: Iterable[str]) -> None:
    """The same where the ids are not known, only their digests."""
    digests = sorted(digests)
    Erasure.objects.bulk_create([Erasure(digest=one) for one in digests], ignore_conflicts=True)
    transaction.on_commit(lambda: write(digests))


def write(digests: Iterable[str]) -> None:
    """Add what the file does not have yet. Two who write at once wait for each other."""
    file = erasure_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        held.seek(0)
        known = set(held.read().split())
        held.writelines(f"{digest}\n" for digest in sorted(set(digests) - known))


def listed() -> set[str]:
    """The digests in the file, none where there is no file."""
    file = erasure_file()
    return set(file.read_text().split()) if file.exists() else set()


def write_all() -> None:
    """Bring the file up to what the database has: what a crash between commit and writing left out."""
    write(Erasure.objects.values_list("digest", flat=True))
