"""Pairs that a person has judged, beside what the software says of them. The held-out half was judged before it was first asked.

`one` and `other` are lines of catalogue/data/schemes.csv, `changes` what is otherwise in `other`: made up.
"""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from matching.tests.reports import write_report
from praksis.base.tables import Table, read_table
from praksis.catalogue import tests
from praksis.catalogue.likeness import Likeness, keys_of, likeness
from praksis.catalogue.models import Scheme
from praksis.intake.actions.open_pages import SCHEMES, _read
from praksis.intake.columns import guess

JUDGED = Path(tests.__file__).parent / "data" / "doubles.csv"


@dataclass(frozen=True)
class Judged:
    part: str
    same: bool
    told: str
    like: Likeness
    found: bool


def judged() -> Iterator[Judged]:
    table = read_table(SCHEMES.read_bytes())
    columns = guess(table.header, [line.cells for line in table.lines])
    with JUDGED.open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter=";"):
            one, other = (_scheme(table, columns, int(row[name])) for name in ("one", "other"))
            for change in filter(None, row["changes"].split("|")):
                name, _sign, value = change.partition("=")
                setattr(other, name, value)
            shared = bool(set(keys_of(one)) & set(keys_of(other)))
            told = f"{one.title} ({one.institution}) / {other.title} ({other.institution})"
            yield Judged(row["part"], row["judged"] == "same", told, likeness(one, other), shared)


def _scheme(table: Table, columns: dict[str, str], number: int) -> Scheme:
    line = next(line for line in table.lines if line.number == number)
    schemes, _faults, _rows = _read(Table("csv", table.header, [line]), columns)
    return next(iter(schemes.values()))


def measured(pairs: list[Judged]) -> tuple[float, float, Counter[str]]:
    """Precision and recall, of pairs that are found by a key and called likely."""
    counts = Counter(f"{'same' if one.same else 'different'} {one.like.likely and one.found}" for one in pairs)
    right, missed, wrong = counts["same True"], counts["same False"], counts["different True"]
    return right / (right + wrong), right / (right + missed), counts


def test_most_of_what_is_the_same_is_found_and_little_else() -> None:
    pairs = list(judged())
    assert len(pairs) >= 80
    precision, recall, _counts = measured([pair for pair in pairs if pair.part == "held"])
    assert precision >= 0.8
    assert recall >= 0.8


@pytest.mark.bench
def test_measure() -> None:
    pairs = list(judged())
    lines = ["Pairs of schemes that a person has judged, beside what is called likely the same.", ""]
    for part, name in (("tune", "used to set the weights (real pages)"), ("held", "held out (made-up variants of real ones)")):
        of_part = [pair for pair in pairs if pair.part == part]
        precision, recall, counts = measured(of_part)
        lines.append(f"{name}: {len(of_part)} pairs, precision {precision:.2f}, recall {recall:.2f}")
        lines.append(f"  {dict(sorted(counts.items()))}")
        for pair in of_part:
            if (pair.like.likely and pair.found) != pair.same:
                what = "missed" if pair.same else "wrongly called likely"
                lines.append(f"  {what}, {pair.like.score:.2f}{'' if pair.found else ', no key'}: {pair.told}")
        lines.append("")
    write_report("bench-doubles.txt", lines, of="praksis")
