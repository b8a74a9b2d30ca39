"""Sources: added by a member, read page by page, found with their page, named by schemes, shown as far as may be, and undone."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from conftest import AsRole
from praksis.accounts.models import User
from praksis.base import tests as base_tests
from praksis.base.fetching import NotFetchedError
from praksis.base.models import SearchRow
from praksis.catalogue import sources
from praksis.catalogue.models import Citation, Scheme, SchemeChange, Source, SourceFile, SourcePage, paragraphs
from praksis.catalogue.tests.examples import example_coordinator, example_place, example_scheme, example_user
from praksis.catalogue.tests.test_offer import words
from praksis.organisations.choices import Role
from praksis.organisations.models import Member, Membership

pytestmark = pytest.mark.django_db
RunJobs = Callable[[], int]
DATA = Path(str(base_tests.__file__)).parent / "data"
NEW, FIND, LIST = (reverse(f"catalogue:{name}") for name in ("new_source", "find", "sources"))


@pytest.fixture
def mine(client: Client) -> Client:
    """A coordinator's."""
    client.force_login(example_coordinator())
    return client


def file(name: str = "rapport.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, (DATA / name).read_bytes())


def university() -> Member:
    return Member.objects.exclude(name="Fylket").get()


def said(**changes: Any) -> dict[str, Any]:
    usual = {
        "key": str(uuid.uuid4()),
        "member": str(university().pk),
        "title": "Praksis i disiplinfag",
        "language": "nb",
    }
    usual |= {"publisher": "Universitetet i Oppdal", "year": "2024", "licence": "CC BY 4.0", "may_show": "on"}
    return usual | changes


def added(client: Client, run_jobs: RunJobs, **changes: Any) -> Source:
    """Added and read."""
    answer = client.post(NEW, said(**({"file": file()} | changes)))
    assert answer.status_code == 302, words(answer)
    while run_jobs():
        pass
    return Source.objects.get(pk=answer.headers["Location"].strip("/").rsplit("/", 1)[1])


def colleague_elsewhere() -> Client:
    other = Client()
    user = User.objects.filter(name="Annet").first()
    if user is None:
        user = example_user("Annet")
        member = Member.objects.create(name="Fylket", short_name="Fylket", kind="county")
        Membership.objects.create(user=user, member=member, role=Role.COORDINATOR)
    other.force_login(user)
    return other


# ---------------------------------------------------------------- added and read


def test_a_report_is_added_and_read_page_by_page_while_one_sees_how_far(mine: Client, run_jobs: RunJobs) -> None:
    answer = mine.post(NEW, said(file=file()))
    page = words(mine.get(answer.headers["Location"]))
    assert "Filen hentes og åpnes" in page
    assert 'data-hx-trigger="every 2s"' in page
    source = added(mine, run_jobs, title="En til")
    assert (source.state, source.problem, source.pages_total, source.form) == ("read", "", 3, "pdf")
    assert [one.number for one in SourcePage.objects.filter(source=source)] == [1, 2, 3]
    page = words(mine.get(source.get_absolute_url()))
    for there in ("Universitetet i Oppdal, 2024", "CC BY 4.0", "Side 2 av 3", "Æ, ø og å står riktig.", 'lang="nb"'):
        assert there in page, there
    assert reverse("catalogue:source_picture", args=[source.pk, 1]) in page, "its first page is drawn"
    assert b"WEBP" in mine.get(reverse("catalogue:source_picture", args=[source.pk, 1])).content[:16]


def test_a_word_document_is_one_piece_of_text(mine: Client, run_jobs: RunJobs) -> None:
    source = added(mine, run_jobs, file=file("rapport.docx"))
    assert (source.state, source.pages_total) == ("read", 1)
    assert "Hele dokumentet" in words(mine.get(source.get_absolute_url()))


def test_many_pages_are_read_some_at_a_time(mine: Client, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "PAGES_AT_ONCE", 2)
    source = added(mine, run_jobs)
    assert (source.pages_done, source.pages_total) == (3, 3)
    with transaction.atomic():
        Source.objects.update(state="reading")
    sources_read_again(run_jobs, source)
    assert SourcePage.objects.count() == 3, "begun anew after a crash, nothing stands twice"


def sources_read_again(run_jobs: RunJobs, source: Source) -> None:
    from praksis.base.jobs import defer_job

    with transaction.atomic():
        defer_job("catalogue.read_source", source_id=str(source.pk))
    while run_jobs():
        pass


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("bilde.pdf", None, "Sidene er bilder uten tekst"),
        ("rapport.doc", None, "Filen er lagret i et gammelt Word-format."),
        ("hel.pdf", b"%PDF-1.7 " + b"x" * 500, "Filen er skadet eller ikke hel."),
    ],
)
def test_what_cannot_be_read_says_why_and_what_to_do(
    mine: Client, run_jobs: RunJobs, name: str, content: bytes | None, sentence: str
) -> None:
    sent = SimpleUploadedFile(name, content) if content else file(name)
    source = added(mine, run_jobs, file=sent)
    assert sentence in words(mine.get(source.get_absolute_url()))
    assert sentence not in words(Client().get(source.get_absolute_url()))
    assert SearchRow.objects.filter(object_id=source.pk).exists(), "it is found by its title all the same"


def test_what_is_no_document_is_refused_at_once(mine: Client) -> None:
    answer = mine.post(NEW, said(file=SimpleUploadedFile("rapport.pdf", b"<html>")))
    assert answer.status_code == 422
    assert "Dette er verken en PDF eller et Word-dokument." in words(answer)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"title": ""}, "Skriv hva kilden heter."),
        ({"publisher": ""}, "Skriv hvem som har gitt den ut."),
        ({"year": "24"}, "Skriv året kilden ble gitt ut, med fire sifre."),
        ({"licence": ""}, "Skriv hvilken lisens eller tillatelse som gjør at filen kan vises for alle."),
        ({"file": ""}, "Velg en fil, eller skriv en nettadresse."),
        ({"address": "rapport"}, "Skriv hele adressen"),
    ],
)
def test_what_is_wrong_gets_a_sentence_and_nothing_is_lost(mine: Client, changes: dict[str, str], sentence: str) -> None:
    answer = mine.post(NEW, said(**({"file": file()} | changes)))
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert "Universitetet i Oppdal" in words(answer) or "publisher" in changes
    assert not Source.objects.exists()


def test_the_same_click_is_the_same_source(mine: Client, run_jobs: RunJobs) -> None:
    sent = said()
    for _twice in range(2):
        assert mine.post(NEW, sent | {"file": file()}).status_code == 302
    assert Source.objects.count() == SourceFile.objects.count() == 1


def test_an_address_is_fetched_or_kept_as_a_link(mine: Client, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch) -> None:
    lies: dict[str, bytes | NotFetchedError] = {
        "https://a.example/r.pdf": (DATA / "rapport.pdf").read_bytes(),
        "https://b.example/": b"<html>",
        "https://c.example/": NotFetchedError("Nei"),
    }

    def fetch(address: str, *, most_bytes: int) -> bytes:
        assert most_bytes == sources.MOST_BYTES
        found = lies[address]
        if isinstance(found, NotFetchedError):
            raise found
        return found

    monkeypatch.setattr(sources, "fetch", fetch)
    read, link, gone = (added(mine, run_jobs, file="", address=address) for address in lies)
    assert (read.state, read.pages_total) == ("read", 3)
    assert (link.state, link.problem) == ("link", "not_document")
    assert "Kilden står med lenken alene." in words(mine.get(link.get_absolute_url()))
    assert (gone.state, gone.problem) == ("refused", "not_fetched")
    lies["https://c.example/"] = lies["https://a.example/r.pdf"]
    mine.post(reverse("catalogue:read_source", args=[gone.pk]))
    while run_jobs():
        pass
    gone.refresh_from_db()
    assert gone.state == "read"


def test_breaks_of_the_paper_are_no_breaks_of_the_text() -> None:
    long, short = "Dette er en linje som går helt ut til margen", "og slutter her."
    assert paragraphs(f"Overskrift\n{long}\n{long}\n{short}\n\nNytt avsnitt") == [
        "Overskrift",
        f"{long} {long} {short}",
        "Nytt avsnitt",
    ]
    assert paragraphs(" \n") == []


# ---------------------------------------------------------------- found


def test_a_hit_says_on_which_page_in_the_languages_forms(mine: Client, run_jobs: RunJobs) -> None:
    source = added(mine, run_jobs)
    example_place(title="Ved et sykehjem")
    page = words(Client().get(FIND + "?q=skjema&type=source"))
    assert "Side 3:" in page
    assert f"{source.get_absolute_url()}?side=3#side-3" in page
    assert "vertene ønsker færre skjemaer" in page
    assert "Kilde, ikke en plass" in page
    both = words(Client().get(FIND + "?q=sykehjem"))
    assert "Ved et sykehjem" in both
    assert "Side 1:" in both


def test_sources_cost_the_list_no_more_the_more_there_are(mine: Client, run_jobs: RunJobs) -> None:
    added(mine, run_jobs)
    with CaptureQueriesContext(connection) as one:
        Client().get(FIND + "?q=regnskap")
    for number in range(3):
        added(mine, run_jobs, title=f"Rapport {number}")
    with CaptureQueriesContext(connection) as four:
        answer = Client().get(FIND + "?q=regnskap&group=")
    assert len(answer.context["items"]) == 4
    assert len(one) == len(four)


# ---------------------------------------------------------------- who sees what


def test_a_file_that_may_not_be_shown_is_the_members_own(mine: Client, run_jobs: RunJobs) -> None:
    source = added(mine, run_jobs, may_show="", licence="")
    own = words(mine.get(source.get_absolute_url()))
    assert "Studentene møter regnskap" in own
    assert "Bare dere som er koordinatorer" in own
    addresses = [reverse("catalogue:source_file", args=[source.pk]), reverse("catalogue:source_picture", args=[source.pk, 1])]
    for other in (Client(), colleague_elsewhere()):
        page = words(other.get(source.get_absolute_url()))
        assert "Praksis i disiplinfag" in page
        assert "Studentene møter regnskap" not in page
        assert "Filen vises ikke her." in page
        assert [other.get(address).status_code for address in addresses] == [404, 404]
        assert "Praksis i disiplinfag" not in words(other.get(FIND + "?q=skjema"))
        assert "Praksis i disiplinfag" in words(other.get(FIND + "?q=disiplinfag"))
    assert [mine.get(address).status_code for address in addresses] == [200, 200]


def test_what_is_no_longer_to_be_shown_leaves_the_search(mine: Client, run_jobs: RunJobs) -> None:
    source = added(mine, run_jobs)
    address = reverse("catalogue:edit_source", args=[source.pk])
    assert mine.post(address, said(seen=1, may_show="", licence="")).status_code == 302
    while run_jobs():
        pass
    assert "Praksis i disiplinfag" not in words(Client().get(FIND + "?q=skjema"))
    late = mine.post(address, said(seen=1, title="Sist"))
    assert late.status_code == 422
    assert "Noen andre endret kilden" in words(late)
    assert 'value="Sist"' in words(late)


def test_the_file_is_downloaded_and_never_opened_as_a_page(mine: Client, run_jobs: RunJobs) -> None:
    source = added(mine, run_jobs)
    answer = Client().get(reverse("catalogue:source_file", args=[source.pk]))
    assert answer.content == (DATA / "rapport.pdf").read_bytes()
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="kilde-{source.pk.hex[:8]}.pdf"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("name", ["edit_source", "read_source", "remove_source", "restore_source"])
def test_only_who_added_it_changes_it(mine: Client, run_jobs: RunJobs, name: str) -> None:
    source = added(mine, run_jobs)
    other = colleague_elsewhere()
    assert other.post(reverse(f"catalogue:{name}", args=[source.pk]), said()).status_code == 404
    assert other.post(NEW, said(member=str(source.member_id), file=file())).status_code == 422
    source.refresh_from_db()
    assert (source.version, source.removed_at) == (1, None)


def test_what_is_removed_is_gone_and_comes_back_whole(mine: Client, run_jobs: RunJobs, as_worker: AsRole) -> None:
    source = added(mine, run_jobs)
    for _twice in range(2):
        mine.post(reverse("catalogue:remove_source", args=[source.pk]))
    assert Client().get(source.get_absolute_url()).status_code == 404
    assert Client().get(reverse("catalogue:source_file", args=[source.pk])).status_code == 404
    assert "Praksis i disiplinfag" not in words(Client().get(FIND + "?q=disiplinfag"))
    assert "Praksis i disiplinfag" not in words(Client().get(LIST))
    assert "Hent tilbake" in words(mine.get(LIST))
    assert "Hent tilbake" not in words(colleague_elsewhere().get(LIST))
    mine.post(reverse("catalogue:restore_source", args=[source.pk]))
    while run_jobs():
        pass
    assert "Side 3:" in words(Client().get(FIND + "?q=skjema"))
    with transaction.atomic():
        Source.objects.update(removed_at=timezone.now() - timedelta(days=29))
    with as_worker():
        assert sources.forget_removed() == 0
    with transaction.atomic():
        Source.objects.update(removed_at=timezone.now() - timedelta(days=31))
    with as_worker():
        assert sources.forget_removed() > 0
    assert not SourcePage.objects.exists()


def test_the_empty_list_says_what_to_do(mine: Client) -> None:
    assert "Legg til den første" in words(mine.get(LIST))
    assert "Koordinatorer hos medlemmene legger dem til." in words(Client().get(LIST))


# ---------------------------------------------------------------- schemes name sources


@pytest.fixture
def scheme(mine: Client) -> Scheme:
    return example_scheme(owner=university())


def cite(client: Client, scheme: Scheme, one: Source, **changes: Any) -> Any:
    sent = {"source": str(one.pk), "page": "2", "words": "Veiledning er nøkkelen."} | changes
    return client.post(reverse("catalogue:cite", args=[scheme.pk]), sent)


def test_a_schemes_page_shows_the_sources_page_beside_it(mine: Client, scheme: Scheme, run_jobs: RunJobs) -> None:
    source = added(mine, run_jobs, address="https://www.example.no/rapport")
    for _twice in range(2):
        assert cite(mine, scheme, source).status_code == 302
    while run_jobs():
        pass
    page = words(Client().get(scheme.get_absolute_url()))
    for there in (
        "Universitetet i Oppdal, 2024, side 2",
        f"{source.get_absolute_url()}?side=2#side-2",
        "https://www.example.no/rapport",
        "Veiledning er nøkkelen.",
        "Side to handler om veiledning. Æ, ø og å står riktig.",
        reverse("catalogue:source_picture", args=[source.pk, 2]),
    ):
        assert there in page, there
    assert Citation.objects.count() == 1
    assert SchemeChange.objects.filter(scheme=scheme).count() == 1
    assert scheme.title in words(Client().get(source.get_absolute_url()))
    gone = reverse("catalogue:stop_citing", args=[scheme.pk, Citation.objects.get().pk])
    assert [mine.post(gone).status_code for _twice in range(2)] == [302, 302]
    assert SchemeChange.objects.filter(scheme=scheme).count() == 2
    assert "side 2" not in words(Client().get(scheme.get_absolute_url())).split("Endret")[0]


def test_of_what_may_not_be_shown_a_scheme_names_title_and_page_alone(mine: Client, scheme: Scheme, run_jobs: RunJobs) -> None:
    source = added(mine, run_jobs, may_show="", licence="")
    cite(mine, scheme, source)
    page = words(Client().get(scheme.get_absolute_url()))
    assert "Universitetet i Oppdal, 2024, side 2" in page
    assert "Side to handler om veiledning" not in page


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"page": "4"}, "Kilden har bare 3 sider."),
        ({"page": "0"}, "Den første siden er 1."),
        ({"page": "to"}, "Skriv sidetallet med sifre."),
        ({"source": ""}, "Velg kilden."),
        ({"source": str(uuid.uuid4())}, "Velg en kilde fra listen."),
        ({"words": "x" * 501}, "500"),
    ],
)
def test_a_page_that_is_not_there_is_not_named(
    mine: Client, scheme: Scheme, run_jobs: RunJobs, changes: dict[str, str], sentence: str
) -> None:
    answer = cite(mine, scheme, added(mine, run_jobs), **changes)
    assert answer.status_code == 422
    assert sentence in words(answer)


def test_only_the_schemes_owner_says_what_it_leans_on(mine: Client, scheme: Scheme, run_jobs: RunJobs) -> None:
    source = added(mine, run_jobs)
    assert cite(colleague_elsewhere(), scheme, source).status_code == 404
    cite(mine, scheme, source)
    gone = reverse("catalogue:stop_citing", args=[scheme.pk, Citation.objects.get().pk])
    assert colleague_elsewhere().post(gone).status_code == 404
