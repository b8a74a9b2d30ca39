"""The schemes that the house comes with: the source's own words, nothing twice, and every fault told with its row."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from praksis.base.models import SearchRow
from praksis.base.tables import NotATableError, read_table
from praksis.catalogue.models import Scheme
from praksis.intake.actions import import_schemes
from praksis.intake.actions.open_pages import SCHEMES, SUMMARY
from praksis.intake.columns import guess
from praksis.organisations.choices import MemberKind
from praksis.organisations.models import Member

pytestmark = pytest.mark.django_db


def file(tmp_path: Path, *rows: dict[str, str]) -> Path:
    """A file with these rows; what a row does not name is blank."""
    names = read_table(SCHEMES.read_bytes()).header
    plain = {"institution": "Universitetet i Bergen", "title_nb_or_nn": "Praksis"}
    lines = [";".join(names), *(";".join((plain | row).get(name, "") for name in names) for row in rows)]
    made = tmp_path / "schemes.csv"
    made.write_text("\n".join(lines), encoding="utf-8")
    return made


def test_every_column_of_the_file_goes_somewhere() -> None:
    table = read_table(SCHEMES.read_bytes())
    found = guess(table.header, [line.cells for line in table.lines])
    assert set(table.header) - set(found) == {SUMMARY}
    assert found["field"] == "field"


def test_twice_adds_nothing_and_what_came_in_can_be_found() -> None:
    owner = Member.objects.create(name="Universitetet i Bergen", short_name="UiB", kind=MemberKind.UNIVERSITY)
    first, second = import_schemes(), import_schemes()
    assert (first.added, first.known, first.faults) == (80, 0, [])
    assert (second.added, second.known) == (0, 80)
    assert Scheme.objects.count() == SearchRow.objects.filter(kind="scheme").count() == 80
    assert Scheme.objects.filter(owner=owner).count() == Scheme.objects.filter(institution=owner.name).count() > 20
    assert not Scheme.objects.filter(confirmed_on__isnull=False).exists()
    assert not Scheme.objects.filter(made_up=True).exists()


def test_the_words_of_the_source_are_kept_and_unknown_is_not_no() -> None:
    import_schemes()
    stored = set(Scheme.objects.values_list("code", "credits", "weeks"))
    assert {points for _code, points, _weeks in stored} >= {"20/30", ""}
    assert {code for code, _credits, _weeks in stored} >= {"SAMPOL290, SAMPOL291", "ELE 3637"}
    assert {weeks for _code, _credits, weeks in stored} >= {"13.5"}
    innovation = Scheme.objects.get(title="Innovation School")
    assert (innovation.language, innovation.paid, innovation.summary != "") == ("", None, True)
    assert Scheme.objects.filter(target_group="").count() > 3


def test_an_address_stays_the_same_from_version_to_version() -> None:
    import_schemes()
    assert str(Scheme.objects.get(code="SAMPOL113").pk) == "467c66b0-b81e-5d29-ab8d-85bc57799873"
    ids = set(Scheme.objects.values_list("pk", flat=True))
    Scheme.objects.all().update(summary="Bekreftet av eieren.")
    import_schemes()
    assert set(Scheme.objects.values_list("pk", flat=True)) == ids
    assert set(Scheme.objects.values_list("summary", flat=True)) == {"Bekreftet av eieren."}


def test_an_english_title_does_where_there_is_no_norwegian_one_and_identical_rows_are_one(tmp_path: Path) -> None:
    row = {"title_nb_or_nn": "", "title_en": "Internship"}
    done = import_schemes(file(tmp_path, row, row, {"source_date_or_year": "2018"}, {"source_date_or_year": "2019"}))
    assert (done.added, done.known) == (3, 1)
    assert Scheme.objects.filter(title="Internship").count() == 1


def test_the_command_tells_what_was_read_and_what_was_not(tmp_path: Path) -> None:
    out = StringIO()
    rows = [{"scheme_code": "A"}, {"target_group": "marsboer"}, {"institution": ""}, {"source_url": "javascript:alert(1)"}]
    call_command("import_schemes", str(file(tmp_path, *rows)), stdout=out)
    told = out.getvalue().splitlines()
    assert [line.split(":")[0] for line in told[:3]] == [
        "Rad 3 er ikke tatt med. target_group",
        "Rad 4 er ikke tatt med. institution",
        "Rad 5 er ikke tatt med. source_url",
    ]
    assert told[3:] == ["1 ordning er ny.", "0 var her fra før."]
    with pytest.raises(CommandError, match="kan ikke åpnes"):
        call_command("import_schemes", str(tmp_path / "gone.csv"))


def test_a_file_without_a_title_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a;b\n1;2\n")
    with pytest.raises(NotATableError, match="Tittel"):
        import_schemes(path)
