"""The trail in the Common Event Format, read back by the grammar of its specification."""

import re
import uuid
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from conftest import AsRole
from praksis.base.cef import extension_of
from praksis.base.models import TrailEntry

pytestmark = pytest.mark.django_db
HEADER = re.compile(r"CEF:0((?:\|(?:[^|\\]|\\[|\\])*){6})\|(.*)")
FIELD = re.compile(r"(\w+)=((?:[^=\\]|\\[=\\nr])*?)(?= \w+=|$)")


def parsed(line: str) -> tuple[list[str], dict[str, str]]:
    """Header fields and extension; fails on a line that is not wholly in the format."""
    found = HEADER.fullmatch(line)
    assert found, line
    fields = FIELD.findall(found[2])
    assert " ".join(f"{key}={value}" for key, value in fields) == found[2]
    unescaped = {"\\n": "\n", "\\=": "=", "\\\\": "\\"}
    plain = {key: re.sub(r"\\[n=\\]", lambda one: unescaped[one[0]], value) for key, value in fields}
    return found[1].split("|")[1:], plain


def enter(kind: str, **told: object) -> TrailEntry:
    entry = TrailEntry(request=uuid.uuid4(), kind=kind, actor=uuid.uuid4(), member=uuid.uuid4(), method="GET", **told)
    entry.save(using="trail", force_insert=True)
    return entry


def lines(as_worker: AsRole, *options: str) -> list[str]:
    told = StringIO()
    with as_worker():
        call_command("trail_cef", *options, stdout=told)
    return told.getvalue().splitlines()


def test_each_entry_is_a_line_that_any_reader_of_the_format_takes(as_worker: AsRole) -> None:
    person = uuid.uuid4()
    shown = enter("person", person=person, page="candidates:candidate", shown="facts", read_by="staff")
    refused, listed = enter("refusal", page="rounds:result_of"), enter("list", person=person)
    first, second = (parsed(line) for line in lines(as_worker))
    assert first[0] == ["Praksistorget", "praksistorget", "1.0", "audit:access", "Innsynslogg", "INFO"]
    told = {"sproc": str(shown.request), "flexString1": "Permit", "cs1": str(shown.member), "cs3": "facts", "cs2": "staff"}
    assert first[1].items() >= {**told, "request": "candidates:candidate", "externalId": str(shown.pk)}.items()
    assert (second[0][-1], second[1]["flexString1"], second[1]["externalId"]) == ("WARN", "Deny", str(refused.pk))
    assert "duid" not in second[1]
    assert [parsed(line)[1]["externalId"] for line in lines(as_worker, "--lists")] == [
        str(one.pk) for one in (shown, refused, listed)
    ]
    assert str(person) not in "".join(lines(as_worker, "--lists"))
    assert lines(as_worker, "--since", "2999-01-01") == []


def test_a_moment_that_is_none_is_told(as_worker: AsRole) -> None:
    with pytest.raises(CommandError, match="is no moment"):
        lines(as_worker, "--since", "i går")


@pytest.mark.parametrize("value", ["a=b", "a\\b", "two\nlines", "end\\", "a|b", "suid=x duid=y", "æøå"])
def test_no_value_can_end_its_field(value: str) -> None:
    _header, fields = parsed("CEF:0|a|b|c|d|e|f|" + extension_of({"request": value, "suid": "somebody", "cs1Label": "Nothing"}))
    assert fields == {"request": value, "suid": "somebody"}
