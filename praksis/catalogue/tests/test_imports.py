"""Schemes from a spreadsheet: the source's own words, nothing twice, and every fault told with its row."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from praksis.base.models import SearchRow
from praksis.catalogue.imports import COLUMNS, HEADER, SCHEMES, NotReadError, Rows, import_schemes, read_schemes, read_text
from praksis.catalogue.models import Scheme
from praksis.organisations.choices import MemberKind
from praksis.organisations.models import Member

NAMES = sorted(HEADER)


def table(*rows: dict[str, str]) -> str:
    """A file with these rows; what a row does not name is blank."""
    plain = {"institution": "Universitetet i Bergen", "title_nb_or_nn": "Praksis"}
    lines = [";".join(NAMES), *(";".join((plain | row).get(name, "") for name in NAMES) for row in rows)]
    return "\n".join(lines) + "\n"


def one(**row: str) -> tuple[Scheme, Rows]:
    rows = read_text(table(row))
    (scheme,) = rows.schemes
    return scheme, rows


def test_the_file_that_comes_along_is_read_whole() -> None:
    rows = read_schemes(SCHEMES)
    assert (len(rows.schemes), rows.problems, rows.doubles) == (80, [], 0)


def test_the_words_of_the_source_are_kept() -> None:
    by_source = {(scheme.institution, scheme.code, scheme.credits): scheme for scheme in read_schemes(SCHEMES).schemes}
    assert ("Universitetet i Bergen", "", "20/30") in by_source
    assert any(scheme.weeks == "13.5" for scheme in by_source.values())
    assert any(scheme.code == "SAMPOL290, SAMPOL291" for scheme in by_source.values())
    assert any(scheme.code == "ELE 3637" for scheme in by_source.values())
    assert all(scheme.source_url.startswith("http") for scheme in by_source.values())


def test_blank_stays_blank_and_unknown_is_not_no() -> None:
    (innovation,) = [scheme for scheme in read_schemes(SCHEMES).schemes if scheme.title == "Innovation School"]
    assert (innovation.language, innovation.paid) == ("", None)
    assert one(paid="yes")[0].paid is True
    assert one(paid="no", mandatory="unknown")[0].paid is False
    assert one(mandatory="unknown")[0].mandatory is None


def test_a_scheme_for_none_of_the_six_groups_has_no_group_and_no_fault() -> None:
    scheme, rows = one(target_group="other")
    assert (scheme.target_group, rows.problems) == ("", [])
    assert one(target_group="pupil")[0].target_group == "pupil"


@pytest.mark.parametrize(("column", "field"), [("target_group", "target_group"), ("language_form", "language"), ("paid", "paid")])
def test_a_word_that_means_nothing_is_left_blank_and_told(column: str, field: str) -> None:
    scheme, rows = one(**{column: "kanskje"})
    assert not getattr(scheme, field)
    assert [(problem.line, problem.whole) for problem in rows.problems] == [(2, False)]
    assert "kanskje" in rows.problems[0].text
    assert column in rows.problems[0].text


def test_an_english_title_does_where_there_is_no_norwegian_one() -> None:
    assert one(title_nb_or_nn="", title_en="Internship")[0].title == "Internship"


@pytest.mark.parametrize("row", [{"title_nb_or_nn": ""}, {"institution": ""}])
def test_a_row_without_title_or_institution_is_left_out_and_told(row: dict[str, str]) -> None:
    rows = read_text(table(row, {"scheme_code": "A1"}))
    assert [scheme.code for scheme in rows.schemes] == ["A1"]
    assert [(problem.line, problem.whole) for problem in rows.problems] == [(2, True)]


@pytest.mark.parametrize("address", ["javascript:alert(1)", "uib.no/emne", "ftp://uib.no/x"])
def test_only_web_addresses_become_links(address: str) -> None:
    scheme, rows = one(source_url=address)
    assert scheme.source_url == ""
    assert "source_url" in rows.problems[0].text


def test_a_text_too_long_for_its_field_is_told_and_the_rest_is_read() -> None:
    scheme, rows = one(scheme_code="x" * 81, field="biologi")
    assert (scheme.code, scheme.field) == ("", "biologi")
    assert "scheme_code" in rows.problems[0].text
    long, told = one(title_nb_or_nn="Praksis " * 50)
    assert len(long.title) == 300
    assert len(told.problems) == 1


def test_a_row_with_too_many_or_too_few_cells_is_told() -> None:
    lines = table({}, {"scheme_code": "B"}).splitlines()
    rows = read_text("\n".join([lines[0], lines[1] + ";mer", lines[2].rsplit(";", 1)[0]]))
    assert len(rows.schemes) == 2
    assert [problem.line for problem in rows.problems] == [2, 3]


def test_empty_rows_are_passed_over_and_identical_rows_are_one() -> None:
    lines = table({"scheme_code": "A"}).splitlines()
    rows = read_text("\n".join([*lines, ";" * (len(NAMES) - 1), lines[1]]))
    assert (len(rows.schemes), rows.doubles, rows.problems) == (1, 1, [])


def test_nearly_identical_rows_are_two() -> None:
    assert len(read_text(table({"source_date_or_year": "2018"}, {"source_date_or_year": "2019"})).schemes) == 2


def test_a_semicolon_in_quotes_and_a_mark_from_excel_are_understood(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes(b"\xef\xbb\xbf" + table({"field": '"fag; felt"'}).replace("\n", "\r\n").encode())
    assert [scheme.field for scheme in read_schemes(file).schemes] == ["fag; felt"]


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"", "Filen er tom"),
        (b"PK\x03\x04rest of a workbook", "regneark"),
        (b"\xd0\xcf\x11\xe0old workbook", "regneark"),
        ("institution;unit\nHøgskulen;x\n".encode("latin-1"), "ikke i UTF-8"),
        (b"\x00\x01\x02\x03", "ikke en tekstfil"),
        (b"a,b,c\n1,2,3\n", "Overskriftene mangler"),
        (b"institution;unit\nUiB;x\n", "mangler i f"),
        (table({"field": '"never closed'}).encode(), "ikke en gyldig CSV-fil"),
    ],
)
def test_a_wrong_file_says_what_is_wrong(tmp_path: Path, raw: bytes, sentence: str) -> None:
    file = tmp_path / "schemes.csv"
    file.write_bytes(raw)
    with pytest.raises(NotReadError, match=sentence):
        read_schemes(file)


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotReadError, match="kan ikke åpnes"):
        read_schemes(tmp_path / "nothing.csv")


def test_every_column_has_a_field() -> None:
    assert all(hasattr(Scheme(), name) for name in COLUMNS.values())


@pytest.mark.django_db
def test_twice_adds_nothing_and_what_came_in_can_be_found() -> None:
    owner = Member.objects.create(name="Universitetet i Bergen", short_name="UiB", kind=MemberKind.UNIVERSITY)
    first = import_schemes(read_schemes(SCHEMES))
    second = import_schemes(read_schemes(SCHEMES))
    assert (first.added, first.known) == (80, 0)
    assert (second.added, second.known) == (0, 80)
    assert Scheme.objects.count() == SearchRow.objects.filter(kind="scheme").count() == 80
    assert Scheme.objects.filter(owner=owner).count() == Scheme.objects.filter(institution=owner.name).count() > 20
    assert not Scheme.objects.filter(confirmed_on__isnull=False).exists()
    assert not Scheme.objects.filter(made_up=True).exists()


@pytest.mark.django_db
def test_what_somebody_has_mended_since_stays(tmp_path: Path) -> None:
    import_schemes(read_schemes(SCHEMES))
    mended = Scheme.objects.order_by("pk")[0]
    Scheme.objects.filter(pk=mended.pk).update(summary="Bekreftet av eieren.")
    import_schemes(read_schemes(SCHEMES))
    mended.refresh_from_db()
    assert mended.summary == "Bekreftet av eieren."


@pytest.mark.django_db
def test_the_command_tells_what_was_read_and_what_was_not(tmp_path: Path) -> None:
    file, out = tmp_path / "schemes.csv", StringIO()
    file.write_text(table({"scheme_code": "A", "target_group": "marsboer"}, {"title_nb_or_nn": ""}), encoding="utf-8")
    call_command("import_schemes", str(file), stdout=out)
    told = out.getvalue().splitlines()
    assert told[0].startswith("Linje 2: «marsboer»")
    assert told[1].startswith("Linje 3: Raden er ikke tatt med")
    assert told[2:] == ["1 ordning er ny.", "0 var her fra før."]
    with pytest.raises(CommandError, match="kan ikke åpnes"):
        call_command("import_schemes", str(tmp_path / "gone.csv"))
