"""docs/asvs.md against the house: every requirement of the levels we hold has one line, and a test that is named exists."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "asvs.md"
SECTIONS = {
    1: (2, 9, 11, 3, 2), 2: (3, 3, 4, 1), 3: (0, 2, 4, 6, 5, 0, 2), 4: (3, 1, 2, 4), 5: (1, 3, 2, 3),
    6: (3, 12, 4, 4, 5, 3, 0, 4), 7: (3, 4, 2, 5, 2, 2), 8: (2, 3, 1, 1), 9: (3, 4),
    10: (2, 2, 4, 11, 5, 2, 3), 11: (2, 3, 3, 4, 1, 1), 12: (3, 2, 4), 13: (1, 5, 2, 5), 14: (2, 4, 3),
    15: (3, 3, 7), 16: (1, 5, 4, 3, 3), 17: (1, 4, 2),
}  # fmt: skip
"""How many requirements of level 1 and 2 each section of each chapter has (OWASP ASVS 5.0.0): 253 in all."""
WAYS = ("test", "document", "not applicable", "open")


def lines() -> list[tuple[str, str, str, str]]:
    """Number, what it asks, how it is met, and where."""
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.read_text().splitlines() if line[:3] != "| -"]
    return [(row[0], row[1], row[2], row[3]) for row in cells if re.fullmatch(r"\d+\.\d+\.\d+", row[0]) and len(row) == 4]


def names_of_tests() -> set[str]:
    files = [file for room in ("praksis", "matching", "tests") for file in ROOT.joinpath(room).rglob("test_*.py")]
    return {name for file in files for name in re.findall(r"^\s*def (test_\w+)", file.read_text(), re.MULTILINE)}


def test_every_requirement_has_one_line() -> None:
    numbers = [number for number, *_ in lines()]
    assert len(numbers) == len(set(numbers)) == 253
    counted = {chapter: [0] * len(sections) for chapter, sections in SECTIONS.items()}
    for number in numbers:
        chapter, section, _ = map(int, number.split("."))
        counted[chapter][section - 1] += 1
    assert {chapter: tuple(sections) for chapter, sections in counted.items()} == SECTIONS


def test_every_line_is_met_in_one_of_four_ways_and_says_where() -> None:
    assert [line for line in lines() if line[2] not in WAYS or not line[3]] == []


def test_a_test_that_is_named_exists() -> None:
    named = {line[0]: set(re.findall(r"`(test_\w+)`", line[3])) for line in lines() if line[2] == "test"}
    there = names_of_tests()
    assert {number for number, names in named.items() if not names or names - there} == set()


def test_documents_that_are_named_exist() -> None:
    named = {name for line in lines() for name in re.findall(r"`?(docs/[\w/.-]+\.md|[A-Z]+\.md)", line[3])}
    assert {name for name in named if not ROOT.joinpath(name).exists()} == set()


def test_the_page_counts_right() -> None:
    counts = {way: sum(line[2] == way for line in lines()) for way in WAYS}
    assert counts["test"] >= 100
    assert all(f"{count} {way}" in PAGE.read_text() for way, count in counts.items()), counts
