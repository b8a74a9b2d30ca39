"""Made-up spreadsheets to take in, and somebody who may."""

import io
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook

from praksis.accounts.models import User
from praksis.organisations.choices import MemberKind, Role
from praksis.organisations.models import Member, Membership

HEADER = (
    "Emnenavn",
    "Emnekode",
    "Målgruppe",
    "Lenke",
    "Søknadsfrist",
    "Plasser i året",
    "Lønnet",
    "Studiepoeng",
    "Deltakere 2024",
)
GROUPS = ("Praksisemne", "Profesjonspraksis", "Lærling", "Elev")
WORDS = (
    "arkiv",
    "botanikk",
    "dans",
    "energi",
    "fiske",
    "geologi",
    "havneteknikk",
    "jus",
    "kjemi",
    "logopedi",
    "musikk",
    "norrønt",
)


def good_row(number: int) -> list[Any]:
    """A made-up scheme that nothing is wrong with."""
    first, second = WORDS[number % 12], WORDS[number // 12 % 12]
    title = f"Praksis i {first} og {second} {chr(65 + number // 144)}"
    address = f"https://example.org/emne/{number}"
    return [
        title,
        f"OPP{number:03}",
        GROUPS[number % 4],
        address,
        f"{number % 28 + 1}.3.2027",
        number % 40,
        "nei",
        "10",
        number % 30,
    ]


FAULTS = (
    ("Emnenavn", ""),
    ("Målgruppe", "marsboere"),
    ("Søknadsfrist", "31.2.2027"),
    ("Plasser i året", "mange"),
    ("Lenke", "www example"),
    ("Lønnet", "kanskje"),
    ("Studiepoeng", "svært mange studiepoeng i alt"),
    ("Plasser i året", "=SUM(A1:A2)"),
    ("Deltakere 2024", "#REF!"),
    ("Emnekode", "OPP000"),
)


def faulty_rows(count: int, faults: int) -> list[list[Any]]:
    """So many rows, of which so many have one fault each, spread over the file."""
    rows = [good_row(number) for number in range(count)]
    for number in range(faults):
        heading, cell = FAULTS[number % len(FAULTS)]
        rows[(number + 1) * (count // (faults + 1))][HEADER.index(heading)] = cell
    return rows


def workbook(rows: Sequence[Sequence[Any]], header: Sequence[str] = HEADER) -> bytes:
    """As Excel would write it, with formulas and all."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (header, *rows):
        sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def member_with_coordinator(name: str = "Universitetet i Fjorden", kind: str = MemberKind.UNIVERSITY) -> tuple[Member, User]:
    """A made-up member, and the one who coordinates there."""
    member = Member.objects.create(name=name, short_name=name.rsplit(maxsplit=1)[-1], kind=kind)
    user = User.objects.create(
        name=f"Karin {name.rsplit(maxsplit=1)[-1]}", email=f"karin@{name.rsplit(maxsplit=1)[-1].lower()}.example"
    )
    Membership.objects.create(user=user, member=member, role=Role.COORDINATOR)
    return member, user
