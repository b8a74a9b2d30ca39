"""What both locks cost on lists of people: beside the same page by a role that passes the lock and looks up no identity."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import quantiles
from time import perf_counter
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connections, transaction
from django.db.backends.postgresql import base as stock
from django.test.utils import CaptureQueriesContext
from psycopg import sql

from conftest import HAND, AsRole, lend_a_hand
from matching.tests.reports import write_report
from praksis.accounts.models import User
from praksis.base.databases import VARIABLES, database_settings
from praksis.base.identity import NOBODY, acting
from praksis.base.locked.base import DatabaseWrapper
from praksis.base.locks import tables_of_persons
from praksis.organisations.choices import MemberKind, Role
from praksis.organisations.models import Member, Membership
from praksis.web import middleware
from tests.access.people import Browser

ORGANISATIONS, PEOPLE, REQUESTS, LARGE = 60, 24_000, 40, 5000
PAGES = {
    "list of people": "/kandidater/",
    "searched": "/kandidater/?q=etternavn12",
    "by reference": "/kandidater/?sort=reference&page=3",
}
_PEOPLE = """
    insert into candidates_candidate
        (id, member_id, reference, first_name, last_name, language, address_protected, digital, added_on)
    select gen_random_uuid(), ids[1 + n %% %s], 'R-' || n, 'Fornavn' || n, 'Etternavn' || n, 'nb', false, false, current_date
    from generate_series(1, %s) n, (select array_agg(id order by id) ids from organisations_member) m
"""
_NEEDS = """
    insert into candidates_need (id, candidate_id, member_id, target_group, field, season, municipality)
    select gen_random_uuid(), id, member_id, 'pupil', 'trade', '2027-spring', '' from candidates_candidate
"""


class Passing(stock.DatabaseWrapper):
    """Django's own backend: nothing is told."""

    def tell_identity(self) -> None:
        """Nothing."""


@pytest.fixture
def counsellor(as_owner: AsRole, database: dict[str, str]) -> Iterator[tuple[User, Browser]]:
    """One of sixty organisations, with four hundred people of its own."""
    with as_owner():
        made = [
            Member.objects.create(name=f"Skole {n}", short_name=f"S{n}", kind=MemberKind.SCHOOL) for n in range(ORGANISATIONS)
        ]
        user = User.objects.create(name="Veileder", email="veileder@example.no")
        Membership.objects.create(user=user, member=made[0], role=Role.COUNSELLOR)
    client = Browser()
    client.force_login(user)
    with psycopg.connect(database["owner"], autocommit=True, options="-c app.purpose=maintenance") as owner:
        owner.execute(_PEOPLE, [ORGANISATIONS, PEOPLE])
        owner.execute(_NEEDS)
        owner.execute("analyze")
        for table in tables_of_persons():  # the tests' own policy has no index to go by, and would be in every plan
            owner.execute(sql.SQL("drop policy {} on {}").format(sql.Identifier(HAND), sql.Identifier(table)))
    yield user, client
    lend_a_hand(database["owner"])


@contextmanager
def _as(database: dict[str, str], role: str, backend: type[Any]) -> Iterator[None]:
    environ = {VARIABLES[name]: address for name, address in database.items()}
    options = database_settings(role, settings.DATA, environ)["default"]
    options["OPTIONS"].pop("pool", None)
    own = connections["default"]
    connections["default"] = backend({**own.settings_dict, **options}, "default")
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"] = own


def _milliseconds(client: Browser, page: str) -> float:
    began = perf_counter()
    answer = client.get(page)
    assert answer.status_code == 200
    return (perf_counter() - began) * 1000


def _p50_p95(times: list[float]) -> tuple[float, float]:
    cut = quantiles(times, n=20)
    return cut[9], cut[18]


@pytest.mark.bench
def test_what_both_locks_cost(
    counsellor: tuple[User, Browser], database: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    user, client = counsellor
    times: dict[tuple[str, str], list[float]] = {}
    sound = middleware.identity_of
    for _block in range(4):  # in turns, so that whatever else the machine does meets both
        for how, role, backend, identity in [
            ("locked", "web", DatabaseWrapper, sound),
            ("plain", "backup", Passing, lambda _user: NOBODY),
        ]:
            monkeypatch.setattr(middleware, "identity_of", identity)
            with _as(database, role, backend):
                for name, page in PAGES.items():
                    _milliseconds(client, page)
                    times.setdefault((how, name), []).extend(_milliseconds(client, page) for _ in range(REQUESTS // 4))
    lines = [f"{PEOPLE} people of {ORGANISATIONS} organisations, {PEOPLE // ORGANISATIONS} of them the reader's"]
    lines += [f"milliseconds, {REQUESTS} requests each, in turns", ""]
    lines.append(f"{'page':<16} {'locked p50':>10} {'p95':>6}  {'plain p50':>10} {'p95':>6}  {'ratio p50':>9} {'p95':>6}")
    for name in PAGES:
        (locked, locked_95), (plain, plain_95) = _p50_p95(times["locked", name]), _p50_p95(times["plain", name])
        ratios = f"{locked / plain:>9.2f} {locked_95 / plain_95:>6.2f}"
        lines.append(f"{name:<16} {locked:>10.1f} {locked_95:>6.1f}  {plain:>10.1f} {plain_95:>6.1f}  {ratios}")
    monkeypatch.setattr(middleware, "identity_of", sound)
    with _as(database, "web", DatabaseWrapper):
        scans = _sequential_scans(client, user)
    lines += ["", f"sequential scans of tables with more than {LARGE} rows, on these pages: {', '.join(scans) or 'none'}"]
    write_report("bench-locks.txt", lines, of="praksis")
    assert scans == []


def _sequential_scans(client: Browser, user: User) -> list[str]:
    """Tables that the statements of the pages read from end to end, by their plans as the web."""
    large = {"candidates_candidate", "candidates_need"}
    found = set()
    for page in PAGES.values():
        with CaptureQueriesContext(connections["default"]) as asked:
            client.get(page)
        selects = [query["sql"] for query in asked.captured_queries if query["sql"].lstrip().upper().startswith("SELECT ")]
        with acting(middleware.identity_of(user)), transaction.atomic(), connections["default"].cursor() as cursor:
            for select in selects:
                cursor.execute(f"explain {select}")
                found |= set(re.findall(r"Seq Scan on (\w+)", " ".join(line for (line,) in cursor.fetchall()))) & large
    return sorted(found)
