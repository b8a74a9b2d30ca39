"""From a coordinator's own spreadsheet to the catalogue, through the pages, with the worker's jobs run as the worker."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from praksis.accounts.models import User
from praksis.base.identity import Identity, acting
from praksis.base.jobs import defer_job
from praksis.base.models import SearchRow
from praksis.base.tables import read_table, write_table
from praksis.catalogue.actions import index_schemes
from praksis.catalogue.models import Scheme, SchemeYear
from praksis.catalogue.tests.examples import example_place, example_scheme
from praksis.intake import actions
from praksis.intake.actions import writing
from praksis.intake.choices import IntakeState, Outcome
from praksis.intake.models import Feed, Intake, IntakeFile, Row
from praksis.intake.tests.examples import FAULTS, HEADER, faulty_rows, good_row, member_with_coordinator, workbook
from praksis.organisations.models import Member

pytestmark = pytest.mark.django_db


class Office:
    """A coordinator at her browser, and the worker behind it."""

    def __init__(self, run_jobs: Callable[[], int]) -> None:
        self.member, self.user = member_with_coordinator()
        self.client = Client()
        self.client.force_login(self.user)
        self.run_jobs = run_jobs

    def send(self, content: bytes, name: str = "ordninger.xlsx", feed: str = "Praksiskontoret", **more: str) -> Any:
        known = Feed.objects.filter(member=self.member, name=feed).first()
        data = {"name": feed, "feed": str(known.pk) if known else "", "click_key": str(uuid.uuid4())} | more
        file = SimpleUploadedFile(name, content)
        return self.client.post(reverse("intake:intakes", args=[self.member.pk]), {**data, "file": file})

    def sent(self, content: bytes, **more: str) -> Intake:
        answer = self.send(content, **more)
        assert answer.status_code == 302, answer.content.decode()
        return self.last()

    def last(self) -> Intake:
        self.run_jobs()
        return Intake.objects.order_by("-started_at")[0]

    def page(self, intake: Intake, outcome: str = "") -> str:
        return str(self.client.get(f"{intake.get_absolute_url()}?outcome={outcome}").content.decode())

    def post(self, name: str, intake: Intake, data: dict[str, Any] | None = None) -> Intake:
        answer = self.client.post(reverse(f"intake:{name}", args=[intake.pk]), data or {})
        assert answer.status_code == 302, answer.content.decode()
        return self.last()

    def columns(self, intake: Intake, key: str = "Emnekode") -> Intake:
        said = {f"column_{at}": intake.columns.get(name, "") for at, name in enumerate(intake.file.header)}
        return self.post("columns", intake, said | {"key": key})

    def taken_in(self, rows: list[list[Any]]) -> Intake:
        """The whole way, for a file without faults."""
        intake = self.sent(workbook(rows))
        if intake.state == IntakeState.MAPPING:
            intake = self.columns(intake)
        return self.post("write", intake)


@pytest.fixture
def office(run_jobs: Callable[[], int]) -> Office:
    return Office(run_jobs)


def test_500_schemes_with_40_faults_become_a_clean_catalogue_through_the_pages(office: Office) -> None:
    rows = faulty_rows(500, 40)
    intake = office.sent(workbook(rows))
    assert (intake.state, set(intake.columns)) == (IntakeState.MAPPING, set(HEADER))
    assert "Deltakere i året" in office.page(intake)
    intake = office.columns(intake)
    assert (intake.state, intake.counts) == (IntakeState.CHECKED, {"new": 460, "refused": 40})
    assert Scheme.objects.count() == 0
    page = office.page(intake, "refused")
    assert "marsboere» er ikke kjent. Skriv en av disse:" in page
    assert "Her står en formel som ikke er regnet ut" in page
    assert "Lagre 460 ordninger" in page

    intake = office.post("write", intake)
    assert (intake.state, Scheme.objects.count()) == (IntakeState.WRITTEN, 460)
    assert SearchRow.objects.filter(kind="scheme").count() == 460
    assert set(Scheme.objects.values_list("owner_id", "institution")) == {(office.member.pk, office.member.name)}
    assert SchemeYear.objects.filter(year=2024).count() == 460

    answer = office.client.get(reverse("intake:wrong_rows", args=[intake.pk]))
    wrong = read_table(answer.content)
    assert (wrong.form, len(wrong.lines), wrong.header[-1]) == ("xlsx", 40, "Hva som må rettes")
    again = office.sent(mended(wrong))
    assert (again.state, again.counts) == (IntakeState.CHECKED, {"new": 40}), "the columns are remembered"
    office.post("write", again)
    assert Scheme.objects.count() == 500

    third = office.sent(workbook(rows))
    assert third.counts == {"same": 460, "refused": 40}
    assert "Det er ingenting å lagre" in office.page(third)


def mended(wrong: Any) -> bytes:
    """As somebody would who reads the last column: the cell it names gets what a good row has."""
    rows = []
    for at, line in enumerate(wrong.lines):
        cells = list(line.cells)
        for heading, _bad in FAULTS:
            if f"{heading}:" in cells[-1] or (heading == "Emnenavn" and "Emnenavn" in cells[-1]):
                cells[HEADER.index(heading)] = str(good_row(at + 500)[HEADER.index(heading)])
        rows.append(cells)
    return write_table("xlsx", wrong.header, rows)


def test_a_second_time_shows_what_changed_and_keeps_what_was_mended_here(office: Office) -> None:
    rows = [good_row(number) for number in range(6)]
    office.taken_in(rows)
    first = Scheme.objects.get(code="OPP001")
    Scheme.objects.filter(pk=first.pk).update(location="Lagt til her", capacity=99)
    rows[1][5], rows[2][5], rows[3][7], rows[4][8] = 7, 8, "", 77
    intake = office.sent(workbook(rows))
    assert intake.counts == {"same": 4, "changed": 2}
    row = Row.objects.get(intake=intake, number=4)
    assert (row.before, row.after) == ({"capacity": 2}, {"capacity": 8})
    page = office.page(intake, "changed")
    assert "Plasser i året" in page
    assert "77" in page
    assert "Endret i katalogen siden sist, og blir stående: Plasser i året" in " ".join(office.page(intake, "same").split())
    office.post("write", intake)
    first.refresh_from_db()
    assert (first.location, first.capacity) == ("Lagt til her", 99)
    assert Scheme.objects.get(code="OPP002").capacity == 8
    assert Scheme.objects.get(code="OPP003").credits == "10", "an empty cell takes nothing away"
    assert SchemeYear.objects.get(scheme__code="OPP004").took_part == 77


def test_the_same_click_and_the_same_file_twice_do_one_thing(office: Office) -> None:
    key = str(uuid.uuid4())
    content = workbook([good_row(1), good_row(2)])
    first, second = office.sent(content, click_key=key), office.sent(content, click_key=key)
    assert first.pk == second.pk
    intake = office.columns(first, key="")
    office.client.post(reverse("intake:write", args=[intake.pk]))
    office.client.post(reverse("intake:write", args=[intake.pk]))
    office.run_jobs()
    office.client.post(reverse("intake:write", args=[intake.pk]))
    office.run_jobs()
    assert Scheme.objects.count() == 2
    again = office.sent(content)
    assert again.counts == {"same": 2}, "known by contents, where no column tells rows apart"
    twice = office.sent(workbook([good_row(1), good_row(1)]))
    assert twice.counts == {"same": 1, "refused": 1}


def test_an_import_is_undone_but_for_what_others_have_built_on(office: Office) -> None:
    rows = [good_row(number) for number in range(5)]
    office.taken_in(rows[:1])
    rows[0][5] = 33
    rows[0][8] = 44
    intake = office.taken_in(rows)
    assert (Scheme.objects.count(), Scheme.objects.get(code="OPP000").capacity) == (5, 33)
    example_place(scheme=Scheme.objects.get(code="OPP001"))
    Scheme.objects.filter(code="OPP002").update(summary="Noen skrev dette.", version=2)
    assert "Angre importen fra Praksiskontoret?" in str(
        office.client.get(reverse("intake:undo", args=[intake.pk])).content.decode()
    )
    intake = office.post("undo", intake)
    assert (intake.state, intake.undo) == (IntakeState.UNDONE, {"removed": 2, "restored": 1, "left": 2})
    assert set(Scheme.objects.values_list("code", flat=True)) == {"OPP000", "OPP001", "OPP002"}
    assert Scheme.objects.get(code="OPP000").capacity == 0
    assert SchemeYear.objects.get(scheme__code="OPP000").took_part == 0
    assert SearchRow.objects.filter(kind="scheme").count() == 3
    page = office.page(intake, "left")
    assert "Noe annet bruker ordningen nå." in page
    assert "Noen har endret ordningen siden." in page
    again = office.sent(workbook(rows))
    assert again.counts == {"new": 2, "changed": 1, "same": 2}
    office.post("write", again)
    assert Scheme.objects.count() == 5


def test_a_row_that_may_be_known_already_waits_for_an_answer(office: Office) -> None:
    known = example_scheme(title="Praksis i sammenliknende politikk", institution=office.member.name, code="SAM 100")
    other = example_scheme(title="Praksis i norrønt og dans", institution=office.member.name)
    rows: list[list[Any]] = [
        ["Praksis i samanliknande politikk", "SAM100"],
        ["Praksis i norrønt og dans", "NOR1"],
        ["Arkiv", "ARK1"],
    ]
    header = ("Tittel", "Emnekode")
    intake = office.columns(office.sent(workbook(rows, header)))
    assert intake.counts == {"doubtful": 2, "new": 1}
    page = office.page(intake, "doubtful")
    assert "Kan være samme ordning som" in page
    assert "Samme emnekode." in page
    doubtful = list(Row.objects.filter(intake=intake, outcome=Outcome.DOUBTFUL))
    intake = office.post("decide", intake, {f"row_{doubtful[0].pk}": "same", f"row_{doubtful[1].pk}": "another", "row_x": "same"})
    assert intake.counts == {"changed": 1, "new": 2}
    office.post("write", intake)
    assert Scheme.objects.count() == 4
    assert {known.pk, other.pk} <= set(Scheme.objects.values_list("pk", flat=True))
    known.refresh_from_db()
    assert known.title == "Praksis i samanliknande politikk"
    assert office.sent(workbook(rows, header)).counts == {"same": 3}, "what was said is remembered"


def test_what_changes_between_the_dry_run_and_the_writing_is_looked_at_anew(office: Office) -> None:
    rows = [good_row(number) for number in range(3)]
    office.taken_in(rows)
    rows[0][5], rows[1][5] = 20, 21
    intake = office.sent(workbook(rows))
    Scheme.objects.filter(code="OPP001").update(capacity=5)
    intake = office.post("write", intake)
    assert (intake.state, intake.counts) == (IntakeState.CHECKED, {"changed": 1, "same": 2})
    assert Scheme.objects.get(code="OPP000").capacity == 0, "all or nothing"
    office.post("write", intake)
    assert set(Scheme.objects.values_list("capacity", flat=True)) == {20, 5, 2}


def test_a_worker_that_was_killed_is_gone_on_from(office: Office, as_worker: Any) -> None:
    intake = office.columns(office.sent(workbook([good_row(number) for number in range(3)])))
    Intake.objects.filter(pk=intake.pk).update(state=IntakeState.WRITING)
    intake.refresh_from_db()
    with as_worker(), acting(Identity(purpose="intake", key=str(intake.pk))), transaction.atomic():
        writing._write_all(Intake.objects.select_related("feed__member").get(pk=intake.pk))
    assert SearchRow.objects.filter(kind="scheme").count() == 0

    with transaction.atomic():
        defer_job("intake.write", intake_id=str(intake.pk))
        defer_job("intake.write", intake_id=str(intake.pk))
    assert office.last().state == IntakeState.WRITTEN
    assert (Scheme.objects.count(), SearchRow.objects.filter(kind="scheme").count()) == (3, 3)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"%PDF-1.7", "ikke et regneark"), (b" ", "Filen er tom"), (b"PK\x03\x04x", "Filen er skadet"), (None, "Velg en fil")],
)
def test_a_wrong_file_is_told_and_nothing_is_kept(office: Office, content: bytes | None, sentence: str) -> None:
    if content is None:
        data = {"name": "Ny", "click_key": str(uuid.uuid4())}
        answer = office.client.post(reverse("intake:intakes", args=[office.member.pk]), data)
    else:
        answer = office.send(content)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert (Feed.objects.count(), Intake.objects.count()) == (0, 0)


def test_columns_that_cannot_be_right_are_told(office: Office) -> None:
    intake = office.sent(workbook([good_row(1)]))
    address = reverse("intake:columns", args=[intake.pk])
    for said, sentence in [
        ({"column_0": "code", "column_1": "code"}, "Velg «Ikke med» for den ene"),
        ({"column_1": "code"}, "Velg hvilken kolonne som har tittelen"),
        ({"column_0": "title", "column_1": "year"}, "Overskriften må ha et årstall"),
    ]:
        answer = office.client.post(address, said)
        assert answer.status_code == 422
        assert sentence in answer.content.decode()


def test_another_sheet_of_the_same_file_can_be_chosen(office: Office) -> None:
    from io import BytesIO

    from openpyxl import load_workbook

    book = load_workbook(BytesIO(workbook([good_row(1)])))
    book.create_sheet("Videregående").append(["Tittel"])
    book["Videregående"].append(["Utplassering"])
    out = BytesIO()
    book.save(out)
    intake = office.sent(out.getvalue())
    assert "Bytt ark" in office.page(intake)
    intake = office.post("sheet", intake, {"sheet": "Videregående"})
    assert (intake.sheet, intake.file.header, intake.columns) == ("Videregående", ["Tittel"], {"Tittel": "title"})
    office.post("write", office.columns(intake, key=""))
    assert Scheme.objects.get().title == "Utplassering"


def test_a_list_is_fetched_from_an_address_and_an_inner_one_is_not(office: Office, settings: Any) -> None:
    from http.server import HTTPServer
    from threading import Thread

    from praksis.base.tests.test_fetching import _Answers  # a real server with one good page

    server = HTTPServer(("127.0.0.1", 0), _Answers)
    Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    try:
        data = {"name": "Systemet", "address": f"{address}/data", "click_key": str(uuid.uuid4())}
        office.client.post(reverse("intake:intakes", args=[office.member.pk]), data)
        refused = office.last()
        assert refused.state == IntakeState.FAILED
        assert "portnummer" in refused.problem
        assert refused.problem in office.page(refused)
        settings.FETCH_INSIDE = frozenset({f"127.0.0.1:{server.server_port}"})
        feed = Feed.objects.get()
        office.client.post(
            reverse("intake:intakes", args=[office.member.pk]), {"feed": str(feed.pk), "click_key": str(uuid.uuid4())}
        )
        fetched = office.last()
        assert (fetched.state, fetched.file.header, fetched.form) == (IntakeState.MAPPING, ["a"], "json")
    finally:
        server.shutdown()
        server.server_close()


def test_pages_ask_as_often_for_three_rows_as_for_one(office: Office, django_assert_num_queries: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for rows in ([good_row(1)], [good_row(number) for number in range(2, 5)]):
        index_schemes(Scheme.objects.all())
        intake = office.sent(workbook(rows, HEADER))
        intake = office.columns(intake) if intake.state == IntakeState.MAPPING else intake
        with CaptureQueriesContext(connection) as asked:
            office.page(intake, "new")
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_others_see_nothing_of_it(office: Office) -> None:
    intake = office.sent(workbook([good_row(1)]))
    _member, stranger = member_with_coordinator("Høgskulen Innerst")
    client = Client()
    client.force_login(stranger)
    assert client.get(intake.get_absolute_url()).status_code == 404
    assert client.get(reverse("intake:intakes", args=[office.member.pk])).status_code == 404
    assert client.get(reverse("intake:wrong_rows", args=[intake.pk])).status_code == 404
    assert isinstance(stranger, User)
    assert isinstance(_member, Member)


def test_files_are_forgotten_after_a_month(office: Office, as_worker: Any) -> None:
    intake = office.sent(workbook([good_row(1)]))
    long_ago = timezone.now() - timedelta(days=31)
    IntakeFile.objects.filter(intake=intake).update(sent_at=long_ago)
    Row.objects.filter(intake=intake).update(tried_at=long_ago)
    with as_worker():
        actions.forget_files()
    assert (IntakeFile.objects.count(), Row.objects.count()) == (0, 0)
    assert "ble slettet" in office.client.get(intake.get_absolute_url()).content.decode()
    assert office.client.get(reverse("intake:wrong_rows", args=[intake.pk])).status_code == 404
