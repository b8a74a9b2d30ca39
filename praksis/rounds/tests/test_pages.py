"""The room's pages: what each reader sees and can do, and what stays hidden."""

import re
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from praksis.accounts.models import User
from praksis.base.models import PublishedFigure
from praksis.candidates.models import Guardian
from praksis.catalogue.models import Place
from praksis.organisations.choices import MemberKind, Role
from praksis.rounds import actions
from praksis.rounds.choices import RoundState, RunState
from praksis.rounds.models import Choice, Publication, Round, Run
from praksis.rounds.queries import ranking_of
from praksis.rounds.queries.results import Step
from praksis.rounds.sentences import Told
from praksis.rounds.tasks import allocate
from praksis.rounds.tests.world import SEASON, World, candidate, member, opened, place, seat, staff, user, who, world

pytestmark = pytest.mark.django_db
AsRole = Callable[[], AbstractContextManager[None]]


def as_user(one: User) -> Client:
    """A browser where `one` is signed in."""
    client = Client()
    client.force_login(one)
    return client


@pytest.fixture
def region() -> World:
    return world()


@pytest.fixture
def done(as_worker: AsRole) -> Callable[[World], Run]:
    """Close the round, run it, and give the run."""

    def ran(region: World) -> Run:
        region.close()
        return region.allocate(as_worker)

    return ran


def text_of(response: Any) -> str:
    """The words of a page, without marks and doubled space."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def query_count(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


# ---------------------------------------------------------------- wishes


def test_my_list_shows_how_each_place_fits(region: World) -> None:
    ola = candidate(region.uib)
    fits, strict = place("Ergoterapi", seat()), place("Skole", seat(requires=["police"]))
    opened(region).enter()
    region.rank(ola, fits, strict)
    page = text_of(as_user(who(ola)).get(reverse("rounds:wishes")))
    for words in ("Ergoterapi", "Du oppfyller alle krav", "Mangler politiattest", "Sendt inn", "20270115"):
        assert words in page


def test_buttons_move_tie_and_remove(region: World) -> None:
    ola = candidate(region.uib)
    first, second = place("a", seat()), place("b", seat())
    opened(region).enter()
    entry = region.rank(ola, first, second, send=False)
    client, address = as_user(who(ola)), reverse("rounds:wishes_of", args=[entry.pk])

    def press(do: str) -> list[list[uuid.UUID]]:
        entry.refresh_from_db()
        groups = ranking_of(entry)
        data = {
            "version": entry.version,
            "choice": [one for group in groups for one in group],
            "level": [one for group in groups for one in group[1:]],
            "do": do,
        }
        assert client.post(address, data).status_code == 302
        return ranking_of(entry)

    assert press(f"up:{second.pk}") == [[second.pk], [first.pk]]
    assert press(f"down:{second.pk}") == [[first.pk], [second.pk]]
    assert press(f"level:{second.pk}") == [sorted([first.pk, second.pk])]
    assert len(press(f"up:{second.pk}")) == 2
    assert press(f"remove:{first.pk}") == [[second.pk]]
    press("send")
    entry.refresh_from_db()
    assert entry.sent_at


def test_two_windows_show_both_versions_and_lose_none(region: World) -> None:
    ola = candidate(region.uib)
    first, second = place("Ergoterapi", seat()), place("Kontor", seat())
    opened(region).enter()
    entry = region.rank(ola, first, second, send=False)
    client, address = as_user(who(ola)), reverse("rounds:wishes_of", args=[entry.pk])
    old = {"version": entry.version, "choice": [first.pk, second.pk]}
    client.post(address, old | {"do": f"remove:{second.pk}"})
    late = client.post(address, old | {"do": f"up:{second.pk}"})
    assert late.status_code == 409
    assert "Slik du ville ha den" in text_of(late)
    assert ranking_of(entry) == [[first.pk]]
    client.post(address, {"version": entry.version + 1, "choice": [second.pk, first.pk], "do": "save"})
    assert ranking_of(entry) == [[second.pk], [first.pk]]


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"do": "up:x", "version": "1"},
        {"do": "up:" + str(uuid.uuid4()), "version": "0"},
        {"version": "x"},
        {"do": "send", "version": "x"},
    ],
)
def test_nonsense_is_answered_in_words_and_changes_nothing(region: World, data: dict[str, str]) -> None:
    ola = candidate(region.uib)
    first = place("a", seat())
    opened(region).enter()
    entry = region.rank(ola, first)
    client, address = as_user(who(ola)), reverse("rounds:wishes_of", args=[entry.pk])
    for choice in ([str(first.pk), "x"], [], ["x"]):
        response = client.post(address, {"choice": choice, **data}, follow=True)
        assert response.status_code == 200
        assert ranking_of(entry) == [[first.pk]]


def test_a_place_is_added_from_the_catalogue(region: World) -> None:
    ola = candidate(region.uib)
    first, for_nav = place("Ergoterapi", seat()), place("Kontor", seat(groups=["work_training"]))
    opened(region).enter()
    client = as_user(who(ola))
    for _time in range(2):
        client.post(reverse("rounds:add", args=[first.pk]))
    assert ranking_of(region.entry(ola)) == [[first.pk]]
    refused = client.post(reverse("rounds:add", args=[for_nav.pk]), follow=False)
    assert refused.status_code == 302
    assert Choice.objects.count() == 1
    assert Client().post(reverse("rounds:add", args=[first.pk])).headers["Location"] == reverse("accounts:sign_in")


def test_a_guardian_and_a_counsellor_choose_for_whom(region: World) -> None:
    pupil, other = candidate(region.uib, "Emma"), candidate(region.uib, "Ida")
    parent = user("Berit")
    for one in (pupil, other):
        Guardian.objects.create(candidate=one, user=parent)
    unable = candidate(region.uib, "Eva", digital=False)
    first = place("a", seat())
    opened(region).enter()
    client, address = as_user(parent), reverse("rounds:add", args=[first.pk])
    own_page = client.get(reverse("web:my_page")).content.decode()
    for one in (pupil, other):
        assert reverse("rounds:wishes_of", args=[region.entry(one).pk]) in own_page
    assert "Hvem gjelder det?" in text_of(client.post(address))
    client.post(address, {"entry": str(region.entry(pupil).pk)})
    assert ranking_of(region.entry(pupil)) == [[first.pk]]
    as_user(region.kari).post(address)
    assert ranking_of(region.entry(unable)) == [[first.pk]]


def test_somebody_elses_list_is_missing(region: World) -> None:
    ola, eva = candidate(region.uib), candidate(region.uib, "Eva")
    first = place("a", seat())
    opened(region).enter()
    entry = region.rank(ola, first)
    for stranger in (who(eva), region.nils, staff(region.uib, Role.OPERATOR)):
        client = as_user(stranger)
        assert client.get(reverse("rounds:wishes_of", args=[entry.pk])).status_code == 404
        assert (
            client.post(
                reverse("rounds:wishes_of", args=[entry.pk]), {"do": "send", "version": 1, "choice": str(first.pk)}
            ).status_code
            == 404
        )
        assert client.get(reverse("rounds:result_of", args=[entry.pk])).status_code == 404
    assert (
        as_user(region.kari)
        .post(reverse("rounds:wishes_of", args=[entry.pk]), {"version": 1, "do": "save", "choice": str(first.pk)})
        .status_code
        == 404
    )
    assert ranking_of(entry) == [[first.pk]]


# ---------------------------------------------------------------- results


def test_a_result_is_shown_when_it_is_published_and_says_why(region: World, done: Callable[[World], Run]) -> None:
    ola, eva = candidate(region.uib), candidate(region.uib, "Eva")
    strict, left = place("Skole", seat(requires=["police"])), place("Kontor", seat(2))
    opened(region).enter()
    for one in (ola, eva):
        region.rank(one, strict, left)
    run = done(region)
    client = as_user(who(ola))
    assert "Ingen resultater ennå" in text_of(client.get(reverse("rounds:result")))
    actions.publish_run(run=run, member=region.uib, by=region.kari)
    page = text_of(client.get(reverse("rounds:result")))
    for words in ("Du fikk ditt andre ønske", "Manglet politiattest", "færre enn fem", "20270115", run.digest[:12]):
        assert words in page
    assert "Eva" not in page


def test_a_picture_says_how_many_it_has_no_room_for() -> None:
    told = Told("warn", "Fullt", "", "full")
    crowded, calm, hidden = (Step(1, Place(), told, 2, asked) for asked in (40, 14, None))
    assert (len(crowded.waiting), crowded.undrawn) == (12, 26)
    assert (len(calm.waiting), calm.undrawn) == (12, 0)
    assert (hidden.waiting, hidden.undrawn) == ([], 0)


def test_without_a_place_it_says_what_now(region: World, done: Callable[[World], Run]) -> None:
    people = [candidate(region.uib, name) for name in ("Ola", "Eva")]
    only = place("Kontor", seat(1))
    opened(region).enter()
    for one in people:
        region.rank(one, only)
    actions.publish_run(run=done(region), member=region.uib, by=region.kari)
    pages = [text_of(as_user(who(one)).get(reverse("rounds:result"))) for one in people]
    (without,) = [page for page in pages if "Du fikk ikke plass denne gangen" in page]
    for words in ("Fullt", "Én plass, færre enn fem ville ha den.", "Se ledige plasser"):
        assert words in without


# ---------------------------------------------------------------- rounds


@pytest.mark.parametrize(("lists", "told"), [(32, True), (40, True), (38, False), (None, False)])
def test_an_open_round_says_how_many_have_sent(region: World, as_worker: AsRole, lists: int | None, told: bool) -> None:
    """Not where fewer than five are left: that would tell of a few."""
    place("Kontor", seat())
    round_ = opened(region).round
    with as_worker():
        for name, value in (("entries", 40), ("lists", lists)):
            PublishedFigure.objects.create(subject=round_.pk, name=name, value=value)
    page = text_of(as_user(region.kari).get(round_.get_absolute_url()))
    assert (f"{lists} av 40 har sendt inn ønskene sine" in page) is told


def test_the_round_from_new_to_published(region: World, as_worker: AsRole) -> None:
    candidate(region.uib)
    place("Kontor", seat())
    client = as_user(region.kari)
    form = {
        "name": "Prøverunden",
        "owner": region.uib.pk,
        "season": SEASON,
        "opens_at": "2026-01-01T08:00",
        "closes_at": "2099-01-01T12:00",
        "papers_due_on": "2099-02-01",
        "max_choices": "5",
    }
    wrong = client.post(reverse("rounds:new_round"), form | {"closes_at": "2025-01-01T12:00"})
    assert wrong.status_code == 422
    assert "Fristen må være etter" in text_of(wrong)
    made = client.post(reverse("rounds:new_round"), form)
    round_ = Round.objects.get(name="Prøverunden")
    assert made.headers["Location"] == round_.get_absolute_url()
    for step in ("open", "enter", "close", "new_run"):
        arguments = [round_.pk, region.uib.pk] if step == "enter" else [round_.pk]
        client.post(reverse(f"rounds:{step}", args=arguments), {"click_key": str(uuid.uuid4())})
    run = Run.objects.get()
    assert "Venter på tur" in text_of(client.get(round_.get_absolute_url()))
    polled = client.get(run.get_absolute_url(), headers={"HX-Request": "true"})
    assert "HX-Refresh" not in polled.headers
    with as_worker():
        allocate.func(run_id=str(run.pk))
    assert client.get(run.get_absolute_url(), headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    page = text_of(client.get(round_.get_absolute_url()))
    for words in ("Bevist optimalt", "Publiser for UiB", run.requested_by.name if run.requested_by else ""):
        assert words in page
    address = f"{reverse('rounds:publish', args=[round_.pk, region.uib.pk])}?run={run.pk}"
    assert "Dette kan ikke angres" in text_of(client.get(address))
    for _time in range(2):
        client.post(address)
    assert Publication.objects.count() == 1
    assert Round.objects.get(pk=round_.pk).state == RoundState.PUBLISHED
    assert client.get(round_.get_absolute_url()).status_code == 200


def test_a_failed_run_says_what_to_do(region: World, as_owner: AsRole) -> None:
    place("a", seat())
    opened(region).enter()
    region.close()
    run = region.request()
    with as_owner():
        Run.objects.filter(pk=run.pk).update(state=RunState.FAILED, problem="not_verified", finished_at=run.requested_at)
    page = text_of(as_user(region.kari).get(region.round.get_absolute_url()))
    assert "Kontrollen godtok ikke resultatet" in page
    assert "Kjør fordelingen" in page


def test_members_never_see_each_others_people(region: World, done: Callable[[World], Run]) -> None:
    ola, siri = candidate(region.uib, "Ola"), candidate(region.nav, "Siri", "work_training")
    shared = place("Kontor", seat(2, ["student_elective", "work_training"]))
    opened(region).enter()
    for one in (ola, siri):
        region.rank(one, shared)
    run = done(region)
    addresses = [reverse(f"rounds:{name}", args=[region.round.pk]) for name in ("round", "own_results", "own_people")]
    for by, own, others in ((region.kari, "Ola", "Siri"), (region.nils, "Siri", "Ola")):
        pages = [text_of(as_user(by).get(address)) for address in addresses]
        assert not any(others in page for page in pages)
        assert own in pages[1]
        assert own in pages[2]
    assert (
        as_user(region.nils).get(f"{reverse('rounds:publish', args=[region.round.pk, region.uib.pk])}?run={run.pk}").status_code
        == 404
    )


def test_own_people_and_results_stand_in_norwegian_order(region: World, done: Callable[[World], Run]) -> None:
    names = ["Zahl", "Ås", "Ødegård", "Ærlig", "Berg"]
    for name in names:
        one = candidate(region.uib)
        one.last_name = name
        one.save()
    place("Kontor", seat())
    opened(region).enter()
    done(region)
    client = as_user(region.kari)
    for page in ("own_people", "own_results"):
        shown = text_of(client.get(reverse(f"rounds:{page}", args=[region.round.pk])))
        assert list(dict.fromkeys(re.findall("|".join(names), shown))) == ["Berg", "Zahl", "Ærlig", "Ødegård", "Ås"]


def test_a_round_is_missing_for_those_outside(region: World) -> None:
    place("a", seat())
    opened(region)
    outside = staff(member("Kommune", MemberKind.MUNICIPALITY))
    for stranger in (outside, user("Ingen"), staff(region.uib, Role.OPERATOR)):
        listed = as_user(stranger).get(reverse("rounds:rounds"))
        assert listed.status_code == (200 if stranger == outside else 404)
        assert region.round.name not in text_of(listed)
        for name in ("round", "close", "own_results", "own_people"):
            assert as_user(stranger).get(reverse(f"rounds:{name}", args=[region.round.pk])).status_code == 404
        assert as_user(stranger).post(reverse("rounds:new_run", args=[region.round.pk])).status_code == 404
    assert region.round.name in text_of(as_user(region.nils).get(reverse("rounds:rounds")))
    assert as_user(region.nils).post(reverse("rounds:close", args=[region.round.pk])).status_code == 404
    assert Round.objects.get().state == RoundState.RANKING


def test_queries_do_not_grow_with_people(region: World, done: Callable[[World], Run]) -> None:
    places = [place(f"p{number}", seat(1, ["student_elective", "work_training"])) for number in range(4)]
    people = [candidate(region.uib, f"Ola{number}") for number in range(6)]
    alone = candidate(region.nav, "Siri", "work_training")
    opened(region).enter()
    region.rank(people[0], places[0])
    for one in (*people[1:], alone):
        region.rank(one, *places)
    actions.publish_run(run=done(region), member=region.uib, by=region.kari)
    short, long = (reverse("rounds:wishes_of", args=[region.entry(one).pk]) for one in people[:2])
    assert query_count(as_user(who(people[0])), short) == query_count(as_user(who(people[1])), long)
    results = {query_count(as_user(who(one)), reverse("rounds:result")) for one in people[1:]}
    assert len(results) <= 2  # with a place and without one
    for name in ("own_results", "own_people"):
        address = reverse(f"rounds:{name}", args=[region.round.pk])
        assert query_count(as_user(region.kari), address) == query_count(as_user(region.nils), address)
