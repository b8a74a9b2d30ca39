"""The tables of docs/access.md, and the addresses that there are."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "access.md"

type Tables = Mapping[str, list[list[str]]]


def tables(text: str) -> Tables:
    """Every table by the first word of its head, in rows of cells; the head itself is the first row."""
    found: dict[str, list[list[str]]] = {}
    for block in re.findall(r"(?:^\|.*\|\n)+", text, re.MULTILINE):
        rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in block.splitlines()]
        found[rows[0][0]] = [rows[0], *rows[2:]]
    return found


@dataclass(frozen=True)
class Row:
    """One address with one method, and the words under each role."""

    name: str
    method: str
    words: Mapping[str, frozenset[str]]

    def __str__(self) -> str:
        return f"{self.name} {self.method}"

    @property
    def plain(self) -> bool:
        """The same for everyone: nothing there depends on who asks."""
        return all(words == {"all"} for words in self.words.values())


def rows(text: str) -> list[Row]:
    """The table of addresses."""
    (_address, *roles), *lines = tables(text)["Address"]
    return [_row(roles, first, cells) for first, *cells in lines]


def _row(roles: list[str], first: str, cells: list[str]) -> Row:
    address = re.fullmatch(r"`([\w:-]+)` (GET|POST)", first)
    assert address, f"«{first}» is not an address with a method"
    words = {role: frozenset(cell.split(", ")) for role, cell in zip(roles, cells, strict=True)}
    return Row(address[1], address[2], words)


def named(text: str, table: str) -> set[str]:
    """The names in the first column of a table, without their marks."""
    return {first.strip("`") for first, *_ in tables(text)[table][1:]}


@dataclass(frozen=True)
class Address:
    """An address of the house: its name, and the arguments its pattern takes."""

    name: str
    arguments: Mapping[str, Any]


def addresses() -> list[Address]:
    """Every address that the configuration has, by name."""
    return list(_addresses(get_resolver().url_patterns, "", {}))


def _addresses(patterns: list[Any], space: str, outer: dict[str, Any]) -> Iterator[Address]:
    for pattern in patterns:
        arguments = outer | pattern.pattern.converters
        if isinstance(pattern, URLResolver):
            yield from _addresses(pattern.url_patterns, f"{pattern.namespace}:" if pattern.namespace else space, arguments)
        elif isinstance(pattern, URLPattern):
            yield Address(f"{space}{pattern.name}", arguments)
