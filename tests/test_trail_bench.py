"""What the trail costs, side by side in one run."""

from collections.abc import Callable
from statistics import quantiles
from time import perf_counter

import psycopg
import pytest
from django.test import Client
from django.urls import reverse

from conftest import AsRole
from matching.tests.reports import write_report
from praksis.base import trail
from praksis.candidates.models import Candidate, Need
from praksis.rounds.tests.world import candidate, world

pytestmark = [pytest.mark.django_db, pytest.mark.bench]
PAGES, ROWS = 40, 2_000


def test_the_price_of_an_entry_and_of_the_history(
    as_owner: AsRole, database: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    region = world()
    ola = candidate(region.uib)
    for number in range(49):
        candidate(region.uib, f"Nr{number}")
    client = Client()
    client.force_login(region.kari)
    lines = [f"{'what':<46}{'p50 ms':>8}{'p95 ms':>8}{'p50':>7}{'p95':>7}"]
    for told, path in (
        ("a page about a person", reverse("candidates:candidate", args=[ola.pk])),
        ("a list of 50 people", reverse("candidates:candidates")),
    ):
        without, with_entry = _pages(client, path, monkeypatch)
        lines += [_line(f"{told}, without an entry", without, without), _line(f"{told}, with it", with_entry, without)]
    plain, kept = _rows(as_owner, database, ola)
    lines.append("")
    lines.append(f"{ROWS} needs by the owner at maintenance, as the demo makes them: {plain:.2f} s without the trigger,")
    lines.append(f"{kept:.2f} s with it ({kept / plain:.2f})")
    write_report("bench-trail.txt", lines, of="praksis")
    assert kept / plain < 1.2


def _pages(client: Client, path: str, monkeypatch: pytest.MonkeyPatch) -> tuple[list[float], list[float]]:
    """Milliseconds of each page without and with, in turns, so that what else the machine does falls on both."""
    enter, without, with_entry = trail.enter, [], []
    for number in range(2 * PAGES):
        monkeypatch.setattr(trail, "enter", enter if number % 2 else _nothing)
        (with_entry if number % 2 else without).append(1000 * _seconds(lambda: client.get(path)))
    return without, with_entry


def _nothing(*_asked: object) -> None: ...


def _seconds(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


def _line(told: str, times: list[float], beside: list[float]) -> str:
    (middle, high), (other_middle, other_high) = _marks(times), _marks(beside)
    return f"{told:<46}{middle:>8.1f}{high:>8.1f}{middle / other_middle:>7.2f}{high / other_high:>7.2f}"


def _marks(times: list[float]) -> tuple[float, float]:
    marks = quantiles(times, n=20)
    return marks[9], marks[18]


def _rows(as_owner: AsRole, database: dict[str, str], one: Candidate) -> tuple[float, float]:
    """Seconds without and with the trigger: the least of three, in turns."""
    plain, kept = [], []
    for _time in range(3):
        for times, what in ((plain, "disable"), (kept, "enable")):
            with psycopg.connect(database["owner"]) as owner:
                owner.execute(f"alter table candidates_need {what} trigger history")
            needs = [
                Need(candidate=one, member=one.member, target_group="pupil", field="trade", season="2027-spring")
                for _ in range(ROWS)
            ]
            with as_owner():
                times.append(_seconds(lambda needs=needs: Need.objects.bulk_create(needs, batch_size=1000)))  # type: ignore[misc]
                Need.objects.filter(target_group="pupil").delete()
    return min(plain), min(kept)
