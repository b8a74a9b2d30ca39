"""docs/access.md against the house: every address, as everyone, on own and on others' things."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from importlib import import_module

import psycopg
import pytest
from django.apps import apps
from django.core.management import get_commands
from psycopg import sql

from praksis.base import trail
from praksis.base.locks import declared_policies, tables_of_persons
from praksis.candidates.models import CandidateQuerySet
from praksis.rounds.models import EntryLinkQuerySet, RoundQuerySet
from tests.access.table import PAGE, addresses, named, rows, tables
from tests.access.walk import LAST, Walk, answered_methods

AsRole = Callable[[], AbstractContextManager[None]]
TEXT = PAGE.read_text()
ROLES = ("web", "worker")
ROWS = rows(TEXT)
GETS = [row for row in ROWS if row.method == "GET"]
POSTS = sorted(
    (row for row in ROWS if row.method == "POST"), key=lambda row: (*LAST, row.name).index(row.name) if row.name in LAST else -1
)


@pytest.fixture
def stored(database: dict[str, str]) -> Iterator[Callable[[], dict[str, str]]]:
    """What lies in every table of the house, as one sum for each."""
    rooms = [
        import_module(f"{app.name}.access")
        for app in apps.get_app_configs()
        if app.name.startswith("praksis.") and app.label not in ("web", "demo")
    ]
    names = {name for room in rooms for list_ in ("OPEN", "PERSONS") for name in getattr(room, list_, {})}
    names -= {"base_trailentry", "base_pseudonym"}  # a refusal is entered
    sums = sql.SQL(" union all ").join(
        sql.SQL("select {}, md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from {} t").format(
            sql.Literal(name), sql.Identifier(name)
        )
        for name in sorted(names)
    )
    with psycopg.connect(database["owner"], autocommit=True) as owner:
        owner.execute("select set_config('app.purpose', 'maintenance', false)")
        yield lambda: dict(owner.execute(sums).fetchall())


# ---------------------------------------------------------------- the page names everything


def test_every_address_stands_in_the_table() -> None:
    assert {row.name for row in ROWS} == {address.name for address in addresses()}
    assert len({str(row) for row in ROWS}) == len(ROWS)


def test_every_word_of_the_table_is_told() -> None:
    used = {word for row in ROWS for words in row.words.values() for word in words}
    assert used == named(TEXT, "Word")
    assert set(ROWS[0].words) == named(TEXT, "Role")


def test_every_job_stands_in_the_table() -> None:
    from procrastinate.contrib.django import app

    assert set(app.tasks) == named(TEXT, "Job")


def test_every_command_stands_in_the_table() -> None:
    own = {name for name, room in get_commands().items() if str(room).startswith("praksis.")}
    assert own == named(TEXT, "Command")


def test_every_table_of_persons_stands_there_with_what_its_lock_lets_through() -> None:
    may: dict[tuple[str, str], set[str]] = {}
    for (table, _name), policy in declared_policies().items():
        may.setdefault((table, policy.role), set()).add(policy.command)
    declared = {
        table: [", ".join(sorted(may.get((table, role), set()))) or "-" for role in ROLES] for table in tables_of_persons()
    }
    assert {line[0].strip("`"): line[1:3] for line in tables(TEXT)["Table of persons"][1:]} == declared


def test_every_purpose_is_told() -> None:
    rules = ")\n".join(policy.using for policy in declared_policies().values())
    lists = re.findall(r"'app\.purpose', true\)\)? (?:in \(|= )([^)]*)", rules)
    purposes = {purpose for listed in lists for purpose in re.findall(r"'([\w-]+)'", listed)}
    assert {"session", "allocation", "maintenance"} <= purposes
    assert {purpose for purpose in purposes if f"`{purpose}`" not in TEXT} == set()


# ---------------------------------------------------------------- the walk


@pytest.mark.slow
def test_views_answer_to_the_methods_of_the_table_alone(walk: Walk) -> None:
    actor = walk.world.cast.actors["nobody"]
    listed: dict[str, set[str]] = {}
    for row in ROWS:
        listed.setdefault(row.name, set()).update({"GET", "HEAD"} if row.method == "GET" else {"POST"})
    answered = {address.name: answered_methods(address, actor) for address in addresses() if address.name not in LAST}
    assert answered == {name: methods for name, methods in listed.items() if name not in LAST}


@pytest.mark.slow
@pytest.mark.parametrize("asked", ["a sample", pytest.param("everything", marks=pytest.mark.prove)])
def test_everyone_sees_and_does_what_the_table_says(walk: Walk, stored: Callable[[], dict[str, str]], asked: str) -> None:
    walk.sampled = asked == "a sample"
    walk.walk(GETS)
    before = stored()
    for row in POSTS:
        walk.walk([row], allowed=False)
        after = stored()
        walk.wrong += [f"{row}: what was refused changed {name}" for name in after if after[name] != before[name]]
        before = after
    walk.walk(POSTS, allowed=True)
    assert "\n".join(walk.wrong) == ""


@pytest.mark.slow
def test_a_page_that_does_not_say_whom_it_shows_is_reported(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trail, "saw", lambda *_shown, **_kind: None)
    walk.walk(
        [row for row in GETS if row.name in {"candidates:candidates", "candidates:candidate", "rounds:own_people"}], allowed=True
    )
    assert walk.asked > 10
    assert all("without an entry" in wrong for wrong in walk.wrong)
    assert {wrong.partition(" ")[0] for wrong in walk.wrong} == {
        "candidates:candidates",
        "candidates:candidate",
        "rounds:own_people",
    }


@pytest.mark.slow
def test_a_first_lock_that_stands_open_is_reported(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    """On what the second lock does not hold: rounds name no person."""
    monkeypatch.setattr(RoundQuerySet, "visible_to", lambda rounds, _user: rounds.all())
    walk.walk(row for row in GETS if row.name == "rounds:round")
    assert walk.wrong


@pytest.mark.slow
def test_the_second_lock_lets_nothing_through_alone(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    """With every filter for one's own people gone."""
    monkeypatch.setattr(CandidateQuerySet, "placed_by", lambda people, _user: people.all())
    monkeypatch.setattr(EntryLinkQuerySet, "placed_by", lambda links, _user: links.all())
    monkeypatch.setattr(EntryLinkQuerySet, "owned_by", lambda links, _user: links.all())
    walk.walk(row for row in GETS if row.name in {"candidates:candidate", "rounds:result_of"})
    assert walk.asked > 20
    assert walk.wrong == []
