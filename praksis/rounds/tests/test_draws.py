"""The draw: a seed that stays, runs that stay, a root that is made with the result, and what each may see and check of it."""

import gzip
import json
import os
import re
import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser

from matching.draw import draw_of
from matching.tests.test_cli import run as command
from praksis.rounds import actions
from praksis.rounds.choices import RoundState
from praksis.rounds.models import Entry, Outcome, Round, Run, RunInput
from praksis.rounds.tasks import allocate
from praksis.rounds.tests.test_pages import as_user, text_of
from praksis.rounds.tests.world import World, candidate, opened, place, seat, who, world

pytestmark = pytest.mark.django_db
AsRole = Callable[[], AbstractContextManager[None]]
Work = Callable[[Run], Run]


@pytest.fixture
def work(as_worker: AsRole) -> Work:
    def done(run: Run) -> Run:
        with as_worker():
            allocate.func(run_id=str(run.pk))
        return Run.objects.get(pk=run.pk)

    return done


@pytest.fixture
def region() -> World:
    """Four who want the same two seats, and a fifth who came without a wish; closed for wishes."""
    made = world()
    people = [candidate(made.uib, name) for name in ("Ola", "Eva", "Nora", "Per")]
    candidate(made.nav, "Siri", "work_training")
    wanted = place("Kontor", seat(2))
    opened(made).enter()
    for one in people:
        made.rank(one, wanted)
    made.close()
    return made


def published(made: World, run: Run) -> Run:
    actions.publish_run(run=run, member=made.uib, by=made.kari)
    return run


def entry_of(made: World, name: str) -> Entry:
    return Entry.objects.select_related("link__candidate").get(round=made.round, link__candidate__first_name=name)


# ---------------------------------------------------------------- what stays


@pytest.mark.parametrize("state", RoundState)
def test_the_seed_of_a_round_never_changes(as_owner: AsRole, state: RoundState) -> None:
    """Not for whoever serves people, and not for the owner of the tables either."""
    made = world()
    with as_owner():
        Round.objects.filter(pk=made.round.pk).update(state=state, seed_published_at=timezone.now())
    for change in ({"seed": 1}, {"seed": F("seed") + 1}, {"seed_published_at": timezone.now() - timedelta(days=9)}):
        with pytest.raises(IntegrityError):
            Round.objects.filter(pk=made.round.pk).update(**change)
        with as_owner(), pytest.raises(IntegrityError):
            Round.objects.filter(pk=made.round.pk).update(**change)


def test_the_seed_is_public_from_the_moment_the_round_opens(region: World) -> None:
    opened_at = Round.objects.get(pk=region.round.pk).seed_published_at
    actions.reopen_round(round_=region.round, closes_at=timezone.now() + timedelta(days=2), by=region.kari)
    assert opened_at
    assert Round.objects.get(pk=region.round.pk).seed_published_at == opened_at
    with pytest.raises(IntegrityError):
        Round.objects.filter(pk=world().round.pk).update(state=RoundState.RANKING)


def test_runs_keep_the_seed_and_are_drawn_alike(region: World, work: Work) -> None:
    first, second = work(region.request()), work(region.request())
    assert first.seed == second.seed == region.round.seed
    assert first.digest == second.digest
    got = [dict(Outcome.objects.filter(run=run).values_list("entry", "place")) for run in (first, second)]
    assert got[0] == got[1]
    assert first.root != second.root
    with pytest.raises(IntegrityError):
        Run.objects.create(round=region.round, click_key=region.round.pk, policy="optimal", seed=region.round.seed + 1)


CHANGES: list[dict[str, Any]] = [
    {"seed": 1},
    {"round": None},
    {"root": "0" * 64},
    {"digest": "0" * 64},
    {"levels": []},
    {"state": "failed"},
    {"finished_at": None},
    {"engine": "9"},
    {"figures": {}},
    {"requested_at": "2027-01-01T00:00Z"},
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_a_run_that_has_ended_is_not_changed(region: World, work: Work, as_owner: AsRole, change: dict[str, Any]) -> None:
    run = work(region.request())
    if "round" in change:
        change = {"round": world().round}
    with as_owner(), pytest.raises(IntegrityError):
        Run.objects.filter(pk=run.pk).update(**change)
    with pytest.raises(ProgrammingError), transaction.atomic():
        Run.objects.filter(pk=run.pk).update(**change)


def test_no_run_goes_away_and_only_a_name_is_forgotten(region: World, work: Work, as_worker: AsRole) -> None:
    run = work(region.request())
    with pytest.raises(ProgrammingError), connection.cursor() as cursor:
        cursor.execute("delete from rounds_run")
    with as_worker(), pytest.raises(ProgrammingError), connection.cursor() as cursor:
        cursor.execute("delete from rounds_run")
    with as_worker(), pytest.raises(IntegrityError):
        Run.objects.filter(pk=run.pk).update(requested_by=region.nils)
    with as_worker():
        Run.objects.filter(pk=run.pk).update(requested_by=None)
    assert Run.objects.get(pk=run.pk).root == run.root


# ---------------------------------------------------------------- the commitment


def test_the_files_of_a_run_hold_by_the_commands(region: World, work: Work, as_owner: AsRole, tmp_path: Path) -> None:
    run = work(region.request())
    with as_owner():
        files = RunInput.objects.get(run=run)
    for name in ("instance", "result", "leaves"):
        (tmp_path / f"{name}.json.gz").write_bytes(bytes(getattr(files, name)))
    instance, result, leaves = (tmp_path / f"{name}.json.gz" for name in ("instance", "result", "leaves"))
    checked = command("draw", "check", instance, result, "--leaves", leaves, "--root", run.root)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert checked.stdout == f"the commitment holds: seed {run.seed}, candidates 5, instance {run.digest}\n"
    data = json.loads(gzip.decompress(leaves.read_bytes()))
    assert {leaf["candidate"]: leaf["place"] for leaf in data["leaves"]} == {
        str(outcome.entry_id): outcome.place_id and str(outcome.place_id) for outcome in Outcome.objects.filter(run=run)
    }


def test_each_checks_their_own(region: World, work: Work, tmp_path: Path) -> None:
    run = published(region, work(region.request()))
    for name in ("Ola", "Eva", "Nora", "Per"):
        entry = entry_of(region, name)
        client = as_user(who(entry.link.candidate))
        page = client.get(reverse("rounds:result_draw", args=[entry.pk]))
        words = text_of(page)
        outcome = Outcome.objects.get(run=run, entry=entry)
        for word in (str(entry.pk), draw_of(run.seed, str(entry.pk)), outcome.leaf["salt"], run.root, run.digest, "Det stemmer"):
            assert word in words
        assert "Det stemmer ikke" not in words
        file = client.get(reverse("rounds:result_draw_file", args=[entry.pk]))
        assert name not in file.headers["Content-Disposition"]
        (tmp_path / "trekning.json").write_bytes(file.content)
        checked = command("draw", "check", tmp_path / "trekning.json", "--root", run.root)
        assert checked.returncode == 0
        assert checked.stdout.startswith(f"the leaf holds: {entry.pk} drew ")
        shown = re.search(r'<pre id="by-hand"><code>(.*?)</code>', page.content.decode(), re.DOTALL)
        assert shown
        by_hand = subprocess.run(
            ["bash", "-eu"],
            input=unescape(shown[1]),
            capture_output=True,
            text=True,
            check=True,
            env={"PATH": os.environ["PATH"]},
        )
        assert by_hand.stdout.split() == [outcome.leaf["draw"], run.root]


@pytest.mark.parametrize("what", ["place", "seed", "salt", "path"])
def test_a_leaf_that_was_changed_says_so(region: World, work: Work, as_owner: AsRole, what: str) -> None:
    run = published(region, work(region.request()))
    entry = entry_of(region, "Ola")
    other = place("Ny", seat(1))
    with as_owner():
        outcome = Outcome.objects.get(run=run, entry=entry)
        if what == "place":  # what is shown, and not what was sealed
            outcome.place = other
        else:
            outcome.leaf |= {what: {"seed": 5, "salt": "0" * 32, "path": []}[what]}
        outcome.save()
    words = text_of(as_user(who(entry.link.candidate)).get(reverse("rounds:result_draw", args=[entry.pk])))
    assert "Det stemmer ikke" in words


def test_nothing_to_check_before_publication_and_for_whoever_came_late(region: World, work: Work) -> None:
    run = work(region.request())
    entry = entry_of(region, "Ola")
    client = as_user(who(entry.link.candidate))
    pages = [reverse(name, args=[entry.pk]) for name in ("rounds:result_draw", "rounds:result_draw_file")]
    assert [client.get(page).status_code for page in pages] == [404, 404]
    late = candidate(region.uib, "Sen")
    region.enter()
    published(region, run)
    assert [client.get(page).status_code for page in pages] == [200, 200]
    late_entry, late_client = entry_of(region, "Sen"), as_user(who(late))
    assert "Ingen trekning å sjekke" in text_of(late_client.get(reverse("rounds:result_draw", args=[late_entry.pk])))
    assert late_client.get(reverse("rounds:result_draw_file", args=[late_entry.pk])).status_code == 404
    for page in pages:
        assert late_client.get(page).status_code == as_user(region.nils).get(page).status_code == 404
        assert as_user(region.kari).get(page).status_code == 200


def test_everyone_sees_the_seed_then_the_root(work: Work) -> None:
    made = world()
    ola = candidate(made.uib)
    address = reverse("rounds:draw", args=[made.round.pk])
    visitor = Client()
    assert visitor.get(address).status_code == 404
    wanted = place("Kontor", seat())
    opened(made).enter()
    assert reverse("rounds:draw", args=[made.round.pk]) in visitor.get(reverse("web:how_we_allocate")).content.decode()
    made.rank(ola, wanted)
    words = text_of(visitor.get(address))
    assert "20270115" in words
    assert "Roten kommer her" in words
    made.close()
    run = work(made.request())
    assert run.root not in text_of(visitor.get(address))
    published(made, run)
    words = text_of(visitor.get(address))
    for word in ("20270115", run.root, run.digest, run.engine, "Bevist"):
        assert word in words
    assert "Kontor" not in words


def test_the_log_of_runs_tells_everything_of_each(region: World, work: Work) -> None:
    first, second = work(region.request()), work(region.request())
    published(region, second)
    page = as_user(region.kari).get(region.round.get_absolute_url()).content.decode()
    log = re.findall(r"<li>(.*?)</li>", page[page.index('<ul class="log">') :], re.DOTALL)[:2]
    for run, told in zip((second, first), log, strict=True):
        for word in (run.root, run.digest, str(run.seed), "Kari", run.engine, "best for alle samlet", "bevist"):
            assert word in told
    assert "publisert" in log[0]
    assert "publisert" not in log[1]
    assert "UiB" in text_of(as_user(region.nils).get(region.round.get_absolute_url()))


def test_queries_do_not_grow_with_the_round(work: Work) -> None:
    counts = []
    for size in (1, 3):
        made = world()
        places = [place(f"Plass {number}", seat(3)) for number in range(size)]
        people = [candidate(made.uib, f"Ola{number}") for number in range(size)]
        opened(made).enter()
        for one in people:
            made.rank(one, *places)
        made.close()
        published(made, work(made.request()))
        client = as_user(who(people[0]))
        addresses = [reverse("rounds:result_draw", args=[made.entry(people[0]).pk]), reverse("rounds:draw", args=[made.round.pk])]
        counts.append([_queries(client, address) for address in addresses])
    assert counts[0] == counts[1]


def _queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_without_javascript(region: World, work: Work, browser: Browser, live_server: object) -> None:
    run = published(region, work(region.request()))
    entry = entry_of(region, "Ola")
    client = as_user(who(entry.link.candidate))
    context = browser.new_context(java_script_enabled=False, locale="nb-NO")
    (cookie,) = [one for one in client.cookies.values() if "session" in one.key]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": str(live_server)}])
    page = context.new_page()
    page.goto(f"{live_server}{reverse('rounds:result')}")
    page.get_by_role("link", name="Sjekk trekningen").click()
    assert "Det stemmer" in page.inner_text("main")
    page.get_by_text("Veien til roten").click()
    neighbours = [hash_ for step in Outcome.objects.get(run=run, entry=entry).leaf["path"] for hash_ in step.values()]
    assert all(one in page.inner_text("main") for one in neighbours)
    with page.expect_download() as download:
        page.get_by_role("link", name="Last ned trekningen din").click()
    assert download.value.suggested_filename == "trekning.json"
    context.close()
