"""Auditors: named by a lead, with the files of the round for as long as the role lasts, each download in every member's log."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser

from matching.tests.test_cli import run as command
from praksis.accounts.models import User
from praksis.base.codes import ReadBy, ReadKind, Shown
from praksis.base.identity import acting
from praksis.base.models import TrailEntry
from praksis.base.translations import ROOT
from praksis.organisations.choices import MemberKind, Role
from praksis.rounds import actions
from praksis.rounds.models import Auditor, EntryLink, Round, Run, RunInput
from praksis.rounds.tests.test_pages import as_user, text_of
from praksis.rounds.tests.world import World, candidate, member, opened, place, seat, staff, user, who, world
from praksis.web.middleware import identity_of

pytestmark = pytest.mark.django_db
AsRole = Callable[[], AbstractContextManager[None]]
NAMES = ("instance", "result", "leaves")


@pytest.fixture
def region(as_worker: AsRole) -> World:
    """A round that is allocated, of two members with a lead each."""
    made = world()
    people = [candidate(made.uib, name) for name in ("Ola", "Eva")]
    wanted = place("Kontor", seat(1))
    opened(made).enter()
    for one in people:
        made.rank(one, wanted)
    made.close()
    made.allocate(as_worker)
    return made


def lead_of(made: World, of: str = "uib") -> User:
    return staff(getattr(made, of), Role.LEAD, f"Leder {of}")


def named(made: World, by: User, **more: object) -> Auditor:
    today = timezone.localdate()
    facts: dict[str, Any] = {
        "name": "Tora Tilsyn",
        "email": "Tora@Example.no",
        "starts_on": today,
        "ends_on": today,
        "member": made.uib,
    }
    return actions.name_auditor(round_=made.round, by=by, **(facts | more))


def files_of(made: World, one: User) -> list[int]:
    run = Run.objects.get(round=made.round)
    client = as_user(one)
    return [client.get(reverse("rounds:audit_file", args=[run.pk, name])).status_code for name in NAMES]


def test_an_auditor_checks_the_whole_with_the_commands(region: World, tmp_path: Path) -> None:
    tora = named(region, lead_of(region)).user
    assert (tora.email, tora.name) == ("tora@example.no", "Tora Tilsyn")
    run = Run.objects.get(round=region.round)
    client = as_user(tora)
    assert reverse("rounds:audit", args=[region.round.pk]) in client.get(reverse("web:my_page")).content.decode()
    page = client.get(reverse("rounds:audit", args=[region.round.pk]))
    for word in (run.root, run.digest, run.engine, str(run.seed), "draw check", "UiB"):
        assert word in text_of(page)
    for name in NAMES:
        file = client.get(reverse("rounds:audit_file", args=[run.pk, name]))
        assert f'"{name}.json.gz"' in file.headers["Content-Disposition"]
        (tmp_path / f"{name}.json.gz").write_bytes(file.content)
    instance, result, leaves = (tmp_path / f"{name}.json.gz" for name in NAMES)
    assert command("draw", "check", instance, result, "--leaves", leaves, "--root", run.root).returncode == 0
    assert command("verify", instance, result).returncode == 0
    assert "Ola" not in text_of(page)


def test_each_download_is_in_the_log_of_every_member(region: World) -> None:
    lead, other = lead_of(region), lead_of(region, "nav")
    tora = named(region, lead).user
    assert files_of(region, tora) == [200, 200, 200]
    for one, at in ((lead, region.uib), (other, region.nav)):
        with acting(identity_of(one)), transaction.atomic():
            entries = TrailEntry.objects.filter(kind=ReadKind.EXPORT, member=at.pk)
            facts = set(entries.values_list("shown", "read_by", "page", "person"))
            assert entries.count() == 3
        assert facts == {(Shown.FILES, ReadBy.AUDITOR, "rounds:audit_file", None)}
        words = text_of(as_user(one).get(reverse("candidates:access_log")))
        assert "Kontrollør" in words
        assert "Filene fra en fordeling, uten navn" in words


def test_the_role_has_its_days_and_ends_at_once(region: World) -> None:
    lead, other = lead_of(region), lead_of(region, "nav")
    today, day = timezone.localdate(), timedelta(days=1)
    spans = [(today - day, today - day), (today + day, today + day), (today - day, today + day)]
    auditors = [
        named(region, lead, email=f"a{number}@example.no", starts_on=first, ends_on=last)
        for number, (first, last) in enumerate(spans)
    ]
    assert [files_of(region, one.user)[0] for one in auditors] == [404, 404, 200]
    for _time in range(2):
        actions.end_auditor(auditor=auditors[2], by=other)  # of another member in the round
    assert files_of(region, auditors[2].user) == [404, 404, 404]
    assert as_user(auditors[2].user).get(reverse("rounds:audit", args=[region.round.pk])).status_code == 404


def test_the_second_lock_shows_the_files_to_auditors_alone(region: World) -> None:
    lead = lead_of(region)
    tora = named(region, lead).user
    for one, seen in ((tora, 1), (lead, 0), (region.kari, 0), (user("Noen"), 0)):
        with acting(identity_of(one)), transaction.atomic():
            assert RunInput.objects.count() == seen


def test_who_follows_people_in_the_round_or_is_in_it_sees_nothing(region: World) -> None:
    lead = lead_of(region)
    ola = User.objects.get(name="Ola")
    for email in (region.nils.email, ola.email):
        auditor = named(region, lead, email=email)
        assert files_of(region, auditor.user) == [404, 404, 404]
    with pytest.raises(ValidationError, match="kan ikke kontrollere den"):
        named(region, lead, email=region.kari.email)
    board = staff(region.nav, Role.BOARD, "Styre")
    assert files_of(region, named(region, lead, email=board.email).user) == [200, 200, 200]


def test_who_may_name_whom(region: World) -> None:
    outside = member("HVL")
    lead, other, stranger = lead_of(region), lead_of(region, "nav"), staff(outside, Role.LEAD, "Fremmed")
    for by, at in ((region.kari, region.uib), (other, region.uib), (stranger, outside), (stranger, region.uib)):
        with pytest.raises(PermissionDenied):
            named(region, by, member=at)
    auditor = named(region, lead)
    with pytest.raises(ValidationError, match="allerede"):
        named(region, other, member=region.nav)
    for by in (stranger, region.kari, auditor.user):
        with pytest.raises(PermissionDenied):
            actions.end_auditor(auditor=auditor, by=by)
    actions.end_auditor(auditor=auditor, by=lead)
    assert named(region, other, member=region.nav).user == auditor.user


def test_a_lead_cannot_name_one_past_the_application(region: World) -> None:
    """The database itself: not for another member, not in a round of others, not for oneself as another."""
    outside = member("HVL", MemberKind.UNIVERSITY)
    stranger = staff(outside, Role.LEAD, "Fremmed")
    today = timezone.localdate()
    kept = {"round": region.round, "user": stranger, "name": "x", "email": "x@example.no", "starts_on": today, "ends_on": today}
    for at in (outside, region.uib):
        with acting(identity_of(stranger)), pytest.raises(ProgrammingError), transaction.atomic():
            Auditor.objects.create(member=at, **kept)
    auditor = named(region, lead_of(region))
    with acting(identity_of(lead_of(region))), pytest.raises(ProgrammingError), transaction.atomic():
        Auditor.objects.filter(pk=auditor.pk).update(user=region.nils)
    with acting(identity_of(auditor.user)), transaction.atomic():
        assert Auditor.objects.filter(pk=auditor.pk).update(taken_back_at=None) == 0


def test_the_leads_page_names_and_ends(region: World) -> None:
    lead, today = lead_of(region), timezone.localdate().isoformat()
    client, address = as_user(lead), reverse("rounds:auditors", args=[region.round.pk])
    assert address in client.get(region.round.get_absolute_url()).content.decode()
    assert address not in as_user(region.kari).get(region.round.get_absolute_url()).content.decode()
    sent = {"name": "Tora Tilsyn", "email": "tora@example.no", "member": region.uib.pk, "starts_on": today, "ends_on": today}
    assert client.post(address, sent | {"ends_on": "2020-01-01"}).status_code == 422
    assert client.post(address, sent | {"member": region.nav.pk}).status_code == 422
    assert not Auditor.objects.exists()
    assert "Tora Tilsyn kan kontrollere runden" in text_of(client.post(address, sent, follow=True))
    assert "allerede" in text_of(client.post(address, sent))
    page = text_of(as_user(lead_of(region, "nav")).get(address))
    assert "Tora Tilsyn" in page
    assert "For UiB" in page
    end = reverse("rounds:end_auditor", args=[Auditor.objects.get().pk])
    assert "Skal Tora Tilsyn ikke lenger kontrollere" in text_of(client.get(end))
    for _time in range(2):
        assert client.post(end).status_code == 302
    assert "Har kontrollert" in text_of(client.get(address))


def test_to_name_somebody_does_not_tell_who_has_the_address(region: World) -> None:
    known = user("Hemmelig")
    lead = lead_of(region)
    named(region, lead, email=known.email, name="Det lederen skrev")
    page = text_of(as_user(lead).get(reverse("rounds:auditors", args=[region.round.pk])))
    assert "Det lederen skrev" in page
    assert "Hemmelig" not in page


def test_queries_do_not_grow(region: World, as_worker: AsRole) -> None:
    lead = lead_of(region)
    tora = named(region, lead).user
    counts = [_counts(region.round, tora, lead)]
    for number in range(2):
        region.allocate(as_worker)
        named(region, lead, email=f"a{number}@example.no")
    counts.append(_counts(region.round, tora, lead))
    assert counts[0] == counts[1]


def _counts(round_: Round, auditor: User, lead: User) -> list[int]:
    return [
        _queries(as_user(auditor), reverse("rounds:audit", args=[round_.pk])),
        _queries(as_user(lead), reverse("rounds:auditors", args=[round_.pk])),
    ]


def _queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


AXE = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def test_the_pages_are_for_all_and_fit_a_phone(region: World, browser: Browser, live_server: object) -> None:
    lead = lead_of(region)
    auditor = named(region, lead)
    actions.publish_run(run=Run.objects.get(), member=region.uib, by=region.kari)
    link = EntryLink.objects.select_related("candidate__user").get(candidate__first_name="Ola")
    pages = [
        (who(link.candidate), reverse("rounds:result_draw", args=[link.entry_id])),
        (auditor.user, reverse("rounds:audit", args=[region.round.pk])),
        (lead, reverse("rounds:auditors", args=[region.round.pk])),
        (lead, reverse("rounds:end_auditor", args=[auditor.pk])),
        (lead, reverse("rounds:draw", args=[region.round.pk])),
    ]
    script = (ROOT / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
    for one, address in pages:
        context = browser.new_context(locale="nb-NO", viewport={"width": 320, "height": 800})
        value = as_user(one).cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": str(live_server)}])
        page = context.new_page()
        page.goto(f"{live_server}{address}")
        page.evaluate(script)
        found = page.evaluate("only => axe.run(document, {runOnly: only, resultTypes: ['violations']})", AXE)
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        context.close()
