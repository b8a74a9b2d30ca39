"""Days and moments in three languages."""

from datetime import UTC, date, datetime

import pytest
from django.conf import settings
from django.template import engines
from django.utils import translation

from praksis.base.dates import FORMATS, span

NOON = datetime(2026, 12, 1, 11, tzinfo=UTC)
NEW_YEAR = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)


def shown(value: object, kind: str) -> str:
    return engines["django"].from_string(f"{{{{ value|{kind} }}}}").render({"value": value})


@pytest.mark.parametrize(
    ("language", "kind", "words"),
    [
        *[(language, "day", "1. desember 2026") for language in ("nb", "nn")],
        *[(language, "short_day", "1. desember") for language in ("nb", "nn")],
        *[(language, "moment", "1. desember 2026 kl. 12.00") for language in ("nb", "nn")],
        *[(language, "short_moment", "1. desember kl. 12.00") for language in ("nb", "nn")],
        ("en", "day", "1 December 2026"),
        ("en", "short_day", "1 December"),
        ("en", "moment", "1 December 2026 at 12:00"),
        ("en", "short_moment", "1 December at 12:00"),
    ],
)
def test_each_language_writes_a_date_its_own_way(language: str, kind: str, words: str) -> None:
    with translation.override(language):
        assert shown(NOON, kind) == words


def test_every_language_of_the_pages_has_its_way() -> None:
    assert set(FORMATS) == {code for code, _name in settings.LANGUAGES}


def test_a_day_is_the_day_in_norway() -> None:
    assert shown(NEW_YEAR, "day") == "1. januar 2027"
    assert shown(date(2026, 12, 31), "day") == "31. desember 2026"


def test_what_is_not_known_is_not_written() -> None:
    assert shown(None, "day") == shown(None, "moment") == ""


def test_a_span_says_a_year_once() -> None:
    assert span(date(2027, 1, 11), date(2027, 3, 26)) == "11. januar–26. mars 2027"
    assert span(date(2026, 12, 7), date(2027, 3, 26)) == "7. desember 2026–26. mars 2027"
    with translation.override("en"):
        assert span(date(2027, 1, 11), date(2027, 3, 26)) == "11 January–26 March 2027"


def test_a_span_says_a_month_once_and_a_day_alone() -> None:
    assert span(date(2027, 2, 15), date(2027, 2, 19)) == "15.–19. februar 2027"
    assert span(date(2027, 3, 9), date(2027, 3, 9)) == "9. mars 2027"
    assert span(date(2026, 3, 9), date(2027, 3, 9)) == "9. mars 2026–9. mars 2027"
    with translation.override("en"):
        assert span(date(2027, 2, 15), date(2027, 2, 19)) == "15–19 February 2027"
