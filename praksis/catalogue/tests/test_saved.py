"""Saved searches: one's own, told once of what is new, stopped by one click, gone when nobody wants them."""

import uuid
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from conftest import AsRole
from praksis.accounts.models import User
from praksis.accounts.tests.postbox import Postbox, postbox
from praksis.base.identity import Identity, acting
from praksis.base.mailing import mailers
from praksis.catalogue import saved
from praksis.catalogue.actions import close_place, index_places
from praksis.catalogue.choices import MOST_SEARCHES, PlaceStage
from praksis.catalogue.models import Place, SavedSearch
from praksis.catalogue.tests.examples import example_host, example_place, example_scheme, example_user
from praksis.messages.actions import choose_mail
from praksis.messages.models import Message

pytestmark = pytest.mark.django_db
RunJobs = Callable[[], int]
LIST = reverse("catalogue:saved_searches")
TODAY = timezone.localdate


@pytest.fixture
def kari() -> User:
    return example_user("Kari")


@pytest.fixture
def mine(kari: User) -> Client:
    return signed_in(kari)


@pytest.fixture(scope="module")
def mail_server() -> Iterator[tuple[Postbox, str]]:
    with postbox() as opened:
        yield opened


@pytest.fixture
def box(mail_server: tuple[Postbox, str], settings: Any) -> Postbox:
    box, url = mail_server
    box.letters.clear()
    settings.MAILERS = mailers({"EMAIL_URL": url})
    settings.CSRF_TRUSTED_ORIGINS = ["https://praksis.example.no"]
    return box


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def save(client: Client, query: str = "q=regnskap", **more: Any) -> Any:
    sent = {"name": "Regnskap i vest", "told": "daily", "click_key": str(uuid.uuid4())} | more
    return client.post(f"{reverse('catalogue:save_search')}?{query}", sent)


def the_one(user: User) -> SavedSearch:
    """Read as its owner."""
    with acting(Identity(user=str(user.pk))), transaction.atomic():
        return SavedSearch.objects.get()


def night(as_worker: AsRole, day: date, *, times: int = 1) -> None:
    """What the worker does in one night: look, then a job for each search."""
    with as_worker():
        for _time in range(times):
            saved.look_for_new(day)
            with transaction.atomic(), acting(Identity(purpose="saved-searches", key="due")):
                ids = list(SavedSearch.objects.values_list("pk", flat=True))
            for search_id in ids:
                saved.tell_of_new(search_id, day)


def told_to(client: Client) -> str:
    return client.get(reverse("messages:inbox")).content.decode()


def accounting(**values: Any) -> Place:
    return example_place(title="Regnskap på kontoret", **values)


# ---------------------------------------------------------------- kept, one's own


def test_what_is_on_the_page_is_saved_with_a_name_that_says_what(mine: Client, kari: User) -> None:
    accounting()
    page = mine.get(f"{reverse('catalogue:find')}?q=regnskap&municipality=4601&sort=title")
    assert f"{reverse('catalogue:save_search')}?q=regnskap&amp;municipality=4601" in page.content.decode()
    form = mine.get(f"{reverse('catalogue:save_search')}?q=regnskap&municipality=4601")
    assert form.context["form"]["name"].value() == "regnskap, Bergen"
    assert form.context["found"] == 1
    assert save(mine, "q=regnskap&municipality=4601&sort=title&page=2").headers["Location"] == LIST
    assert the_one(kari).address == "?q=regnskap&municipality=4601"
    listed = mine.get(LIST).content.decode()
    assert "Regnskap i vest" in listed
    assert 'href="/finn/?q=regnskap&amp;municipality=4601"' in listed


def test_a_visitor_signs_in_and_comes_back_to_the_same_question(client: Client) -> None:
    answer = client.get(f"{reverse('catalogue:save_search')}?q=regnskap&group=pupil")
    assert answer.status_code == 302
    assert "q%3Dregnskap%26group%3Dpupil" in answer.headers["Location"]


def test_the_empty_list_says_what_to_do(mine: Client) -> None:
    page = mine.get(LIST).content.decode()
    assert "velg «Lagre søket» over treffene" in page


def test_the_same_click_saves_once_and_the_same_question_too(mine: Client, kari: User) -> None:
    key = str(uuid.uuid4())
    assert save(mine, click_key=key).status_code == 302
    assert save(mine, click_key=key, name="Et annet navn").status_code == 302
    assert the_one(kari).name == "Regnskap i vest"
    again = save(mine, name="Igjen")
    assert again.status_code == 422
    assert "Du har alt lagret dette søket" in again.content.decode()
    assert 'value="Igjen"' in again.content.decode(), "nothing is lost"


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"name": " "}, "Gi søket et navn"),
        ({"name": "x" * 101}, "Navnet kan ha høyst 100 tegn. Dette har 101."),
        ({"told": "hourly"}, "Velg"),
        ({"told": ""}, "Velg hvordan du vil få vite om nye treff."),
        ({"click_key": "x"}, ""),
    ],
)
def test_what_is_wrong_gets_a_sentence(mine: Client, sent: dict[str, str], sentence: str) -> None:
    answer = save(mine, **sent)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_more_filters_than_anyone_chooses_are_refused(mine: Client) -> None:
    seasons = (
        "&".join(f"season=20{year:02}-spring" for year in range(100))
        + "&"
        + "&".join(f"season=20{year:02}-autumn" for year in range(100))
    )
    assert "flere filtre enn vi kan lagre" in save(mine, seasons).content.decode()


def test_nobody_has_more_than_twenty(mine: Client) -> None:
    for number in range(MOST_SEARCHES):
        assert save(mine, f"q=regnskap{number}").status_code == 302
    answer = save(mine, "q=enda ett")
    assert answer.status_code == 422
    assert "Du har 20 lagrede søk, og flere er det ikke plass til." in answer.content.decode()


def test_the_list_asks_as_often_for_one_as_for_five(mine: Client) -> None:
    save(mine)
    with CaptureQueriesContext(connection) as one:
        mine.get(LIST)
    for number in range(4):
        save(mine, f"q=regnskap{number}")
    with CaptureQueriesContext(connection) as five:
        mine.get(LIST)
    assert len(one) == len(five)


def test_it_is_renamed_stopped_and_deleted(mine: Client, kari: User) -> None:
    save(mine)
    search = the_one(kari)
    page = reverse("catalogue:change_search", args=[search.pk])
    assert 'value="Regnskap i vest"' in mine.get(page).content.decode()
    assert mine.post(page, {"name": "Tall", "told": "weekly", "seen": 1}).headers["Location"] == LIST
    late = mine.post(page, {"name": "Fra et annet vindu", "told": "here", "seen": 1})
    assert late.status_code == 422
    assert "endret et annet sted" in late.content.decode()
    assert 'value="Fra et annet vindu"' in late.content.decode()
    assert (the_one(kari).name, the_one(kari).told) == ("Tall", "weekly")
    mine.post(reverse("catalogue:stop_search", args=[search.pk]))
    assert the_one(kari).told == "stopped"
    gone = mine.post(reverse("catalogue:delete_search", args=[search.pk]), follow=True)
    assert "er slettet. Angrer du" in gone.content.decode()
    assert f'href="{reverse("catalogue:save_search")}?q=regnskap"' in gone.content.decode(), "and is saved again by a click"
    assert mine.get(page).status_code == 404


def test_nobody_sees_or_changes_anothers(mine: Client, kari: User) -> None:
    save(mine)
    search, ola = the_one(kari), signed_in(example_user("Ola"))
    assert "Regnskap i vest" not in ola.get(LIST).content.decode()
    for name in ("change", "stop", "keep", "delete"):
        assert ola.post(reverse(f"catalogue:{name}_search", args=[search.pk])).status_code == 404
    assert the_one(kari).told == "daily"


# ---------------------------------------------------------------- each night


def test_what_is_new_is_told_once_with_its_link(mine: Client, as_worker: AsRole) -> None:
    accounting()
    save(mine)
    new, other = accounting(), example_place(title="Hjelp i hagen")
    scheme = example_scheme(title="Praksis i regnskap")
    night(as_worker, TODAY())
    assert "Ingen meldinger ennå" in told_to(mine), "it was looked at today"
    night(as_worker, TODAY() + timedelta(days=1), times=2)
    page = told_to(mine)
    assert page.count("2 nye treff i «Regnskap i vest»") == 1
    assert '<a href="/finn/?q=regnskap">' in page
    assert f'<a href="{new.get_absolute_url()}">Regnskap på kontoret</a>' in page
    assert scheme.get_absolute_url() in page
    assert str(other.pk) not in page
    night(as_worker, TODAY() + timedelta(days=2))
    assert told_to(mine).count("«Regnskap i vest»") == 1


def test_what_ends_is_confirmed_anew_or_comes_back_is_not_new(mine: Client, as_worker: AsRole) -> None:
    place = accounting()
    save(mine)
    close_place(place_id=place.pk)
    night(as_worker, TODAY() + timedelta(days=1))
    Place.objects.filter(pk=place.pk).update(stage=PlaceStage.OPEN, confirmed_on=TODAY())
    index_places([Place.objects.get(pk=place.pk)])
    night(as_worker, TODAY() + timedelta(days=2))
    assert "Ingen meldinger ennå" in told_to(mine)


def test_what_begins_to_fit_is_new(mine: Client, as_worker: AsRole) -> None:
    place = example_place(title="Hjelp på kontoret")
    save(mine)
    place.title = "Regnskap og post"
    place.save()
    index_places([place])
    night(as_worker, TODAY() + timedelta(days=1))
    assert "1 nytt treff i «Regnskap i vest»" in told_to(mine)


def test_what_has_only_some_of_the_words_is_not_told(mine: Client, as_worker: AsRole) -> None:
    """On the page it is shown when nothing has them all; in a letter it would be noise."""
    save(mine, "q=regnskap tannlege")
    accounting()
    night(as_worker, TODAY() + timedelta(days=1))
    assert "Ingen meldinger ennå" in told_to(mine)
    example_place(title="Regnskap hos tannlege")
    night(as_worker, TODAY() + timedelta(days=2))
    assert "1 nytt treff" in told_to(mine)


def test_a_place_that_nobody_knows_any_more_finds_nothing(mine: Client, as_worker: AsRole) -> None:
    save(mine, "near=Ingensteds")
    accounting()
    night(as_worker, TODAY() + timedelta(days=1))
    assert "Ingen meldinger ennå" in told_to(mine)


def test_once_a_week_gathers(mine: Client, as_worker: AsRole) -> None:
    save(mine, told="weekly")
    for after in range(1, 7):
        accounting()
        night(as_worker, TODAY() + timedelta(days=after))
    assert "Ingen meldinger ennå" in told_to(mine)
    night(as_worker, TODAY() + timedelta(days=7))
    assert "6 nye treff" in told_to(mine)


def test_much_at_once_names_the_first_and_counts_the_rest(mine: Client, as_worker: AsRole) -> None:
    save(mine)
    host = example_host()
    for _number in range(23):
        accounting(host=host)
    night(as_worker, TODAY() + timedelta(days=1))
    page = told_to(mine)
    assert "23 nye treff" in page
    assert page.count("Regnskap på kontoret") == saved.MOST_LISTED
    assert "De første står her. 3 til ligger i søket." in page


def test_a_crash_between_finding_and_telling_leaves_neither(
    mine: Client, as_worker: AsRole, monkeypatch: pytest.MonkeyPatch, kari: User
) -> None:
    save(mine)
    accounting()
    with monkeypatch.context() as broken:
        broken.setattr(saved, "tell", lambda **_told: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            night(as_worker, TODAY() + timedelta(days=1))
    assert the_one(kari).seen == []
    night(as_worker, TODAY() + timedelta(days=1))
    assert told_to(mine).count("1 nytt treff") == 1


def test_a_stopped_search_tells_nothing_nor_what_came_meanwhile(mine: Client, kari: User, as_worker: AsRole) -> None:
    save(mine)
    search = the_one(kari)
    mine.post(reverse("catalogue:stop_search", args=[search.pk]))
    accounting()
    night(as_worker, TODAY() + timedelta(days=1))
    page = reverse("catalogue:change_search", args=[search.pk])
    mine.post(page, {"name": "Regnskap i vest", "told": "daily", "seen": 2})
    night(as_worker, TODAY() + timedelta(days=2))
    assert "Ingen meldinger ennå" in told_to(mine)
    accounting()
    night(as_worker, TODAY() + timedelta(days=3))
    assert "1 nytt treff" in told_to(mine)


# ---------------------------------------------------------------- letters


def test_the_letter_has_titles_links_and_a_way_to_stop(mine: Client, kari: User, box: Postbox, run_jobs: RunJobs) -> None:
    save(mine)
    new = accounting()
    yesterday(kari)
    look_tonight(run_jobs)
    (letter,) = box.letters
    assert letter["Subject"] == "1 nytt treff i «Regnskap i vest»"
    text = box.text().replace("\r\n", "\n")
    assert f"Regnskap på kontoret\nhttps://praksis.example.no{new.get_absolute_url()}" in text
    assert "https://praksis.example.no/finn/?q=regnskap" in text
    stops = next(word for word in text.split() if "/lagret-sok/stopp/" in word).removeprefix("https://praksis.example.no")
    stranger = Client()
    assert "Stoppe meldingene om «Regnskap i vest»?" in stranger.get(stops).content.decode()
    assert the_one(kari).told == "daily", "opening it does nothing"
    assert "Du får ikke flere meldinger om «Regnskap i vest»" in stranger.post(stops).content.decode()
    stranger.post(stops)
    assert the_one(kari).told == "stopped"
    for wrong in (stops[:-2] + "/", stops.replace("stopp", "behold")):
        assert Client().get(wrong).status_code == 410
        assert Client().post(wrong).status_code == 410
    assert "Lenken virker ikke lenger" in Client().get(stops[:-2] + "/").content.decode()


def look_tonight(run_jobs: RunJobs) -> None:
    from procrastinate.contrib.django import app

    with transaction.atomic():
        app.configure_task("catalogue.look_for_new").defer(timestamp=0)
    while run_jobs():
        pass


def yesterday(user: User) -> None:
    """As if it had been looked at then."""
    with acting(Identity(user=str(user.pk))), transaction.atomic():
        SavedSearch.objects.update(looked_on=TODAY() - timedelta(days=1))


@pytest.mark.parametrize("chosen", ["here", "muted"])
def test_whoever_wants_no_letter_gets_the_message_alone(
    mine: Client, kari: User, box: Postbox, run_jobs: RunJobs, chosen: str
) -> None:
    save(mine, told="here" if chosen == "here" else "daily")
    if chosen == "muted":
        with acting(Identity(user=str(kari.pk))):
            choose_mail(user=kari, topics=[])
        assert "Du har slått av e-post om lagrede søk" in mine.get(LIST).content.decode()
    accounting()
    yesterday(kari)
    look_tonight(run_jobs)
    assert box.letters == []
    assert "1 nytt treff" in told_to(mine)


def test_where_no_mail_is_sent_the_page_says_so(mine: Client) -> None:
    assert "Herfra sendes det ikke e-post ennå" in mine.get(reverse("catalogue:save_search")).content.decode()


# ---------------------------------------------------------------- the end


def test_a_search_that_nobody_uses_is_asked_about_and_kept_by_a_click(
    mine: Client, kari: User, box: Postbox, run_jobs: RunJobs
) -> None:
    save(mine)
    with acting(Identity(user=str(kari.pk))), transaction.atomic():
        SavedSearch.objects.update(used_at=timezone.now() - timedelta(days=340), looked_on=TODAY())
    look_tonight(run_jobs)
    look_tonight(run_jobs)
    (letter,) = box.letters
    assert letter["Subject"] == "Vil du fortsatt ha søket «Regnskap i vest»?"
    assert "Slettes snart" in mine.get(LIST).content.decode()
    keeps = next(word for word in box.text().split() if "/behold/" in word).removeprefix("https://praksis.example.no")
    assert "Beholde søket «Regnskap i vest»?" in Client().get(keeps).content.decode()
    assert the_one(kari).asked_at is not None
    assert "blir stående" in Client().post(keeps).content.decode()
    assert the_one(kari).asked_at is None
    assert "Slettes snart" not in mine.get(LIST).content.decode()


def test_the_worker_reads_one_search_at_a_time_and_nobody_reads_it_without_a_purpose(
    mine: Client, kari: User, as_worker: AsRole
) -> None:
    save(mine)
    search = the_one(kari)
    with as_worker():
        for by, seen in (
            (Identity(), 0),
            (Identity(user=str(kari.pk)), 0),
            (Identity(purpose="saved-search", key=str(uuid.uuid4())), 0),
            (Identity(purpose="saved-search", key=str(search.pk)), 1),
        ):
            with acting(by), transaction.atomic():
                assert SavedSearch.objects.count() == seen
    assert Message.objects.count() == 0
