"""Days and moments as the reader's language writes them: «1. desember 2026 kl. 12.00», "1 December 2026 at 12:00"."""

from datetime import date, datetime

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language

NORWEGIAN = {
    "number": "j.",
    "day": "j. F Y",
    "short_day": "j. F",
    "moment": r"j. F Y \k\l. H.i",
    "short_moment": r"j. F \k\l. H.i",
}
ENGLISH = {
    "number": "j",
    "day": "j F Y",
    "short_day": "j F",
    "moment": r"j F Y \a\t H:i",
    "short_moment": r"j F \a\t H:i",
}
FORMATS = {"nb": NORWEGIAN, "nn": NORWEGIAN, "en": ENGLISH}


def day(value: date | None) -> str:
    """«1. desember 2026»; of a moment, its day in Norway. Nothing for None, as with all of these."""
    return _written(value, "day")


def short_day(value: date | None) -> str:
    """«1. desember», where the year is plain."""
    return _written(value, "short_day")


def moment(value: datetime | None) -> str:
    """«1. desember 2026 kl. 12.00», in Norwegian time."""
    return _written(value, "moment")


def short_moment(value: datetime | None) -> str:
    """«1. desember kl. 12.00», where the year is plain."""
    return _written(value, "short_moment")


def span(first: date, last: date) -> str:
    """«11. januar–26. mars 2027», «15.–19. februar 2027»; the first year too where they differ, and one day is a day."""
    if first == last:
        return day(last)
    if (first.year, first.month) == (last.year, last.month):
        return f"{_written(first, 'number')}–{day(last)}"
    return f"{short_day(first) if first.year == last.year else day(first)}–{day(last)}"


def _written(value: date | None, kind: str) -> str:
    if not value:
        return ""
    local = timezone.localtime(value) if isinstance(value, datetime) else value
    return date_format(local, FORMATS[get_language() or settings.LANGUAGE_CODE][kind])
