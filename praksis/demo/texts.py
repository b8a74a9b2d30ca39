"""What was written by hand (data/*.toml), read into plain values."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Half:
    """One kind of seat at a place, as written: who it is for and what they do."""

    groups: tuple[str, ...]
    fields: tuple[str, ...]
    requires: tuple[str, ...]
    seats: tuple[int, int]
    role: str = ""
    tasks: str = ""


@dataclass(frozen=True, eq=False)
class PlaceText:
    """A place as written. `topics` name the programmes and trades it suits (none: matched by field); `at` the kinds of hosts."""

    titles: tuple[str, ...]
    tasks: str
    nynorsk: tuple[tuple[str, ...], str] | None
    fields: tuple[str, ...]
    topics: frozenset[str]
    at: tuple[str, ...]
    halves: tuple[Half, ...]
    rule: str = "each"
    extent: str = ""

    @property
    def groups(self) -> set[str]:
        return {group for half in self.halves for group in half.groups}


@dataclass(frozen=True)
class Kind:
    """A kind of workplace. `weight` of 100 hosts are of this kind."""

    name: str
    weight: float
    field: str
    patterns: tuple[str, ...]
    patterns_nn: tuple[str, ...]
    employees: tuple[int, int]
    about: str
    about_nn: str


def read(name: str) -> dict[str, Any]:
    return tomllib.loads((DATA / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def ordinary_places() -> list[PlaceText]:
    return [_ordinary(row) for row in read("places")["place"]]


@cache
def tandems() -> list[PlaceText]:
    return [_tandem(row) for row in read("tandems")["tandem"]]


@cache
def kinds() -> dict[str, Kind]:
    return {name: _kind(name, row) for name, row in read("workplaces")["kinds"].items()}


@cache
def workplaces() -> dict[str, Any]:
    return read("workplaces")


def _ordinary(row: dict[str, Any]) -> PlaceText:
    by_topic = bool(row.get("for"))
    halves = [_half(row | {"fields": row["fields"] if by_topic else []}, row["seats"])]
    if also := row.get("also"):
        halves.append(_half(also, also["seats"]))
    nynorsk = row.get("nn")
    return PlaceText(
        titles=tuple(row["titles"]),
        tasks=row["tasks"],
        nynorsk=(tuple(nynorsk["titles"]), nynorsk["tasks"]) if nynorsk else None,
        fields=tuple(row["fields"]),
        topics=frozenset(row.get("for", ())),
        at=tuple(row["at"]),
        halves=tuple(halves),
    )


def _tandem(row: dict[str, Any]) -> PlaceText:
    nynorsk = row.get("nn")
    return PlaceText(
        titles=(row["title"],),
        tasks=row["tasks"],
        nynorsk=((nynorsk["title"],), nynorsk["tasks"]) if nynorsk else None,
        fields=tuple(row["fields"]),
        topics=frozenset(),
        at=tuple(row["at"]),
        halves=tuple(_half(row[name], row.get("seats", [1, 1])) for name in ("a", "b")),
        rule=row["rule"],
        extent=row["extent"],
    )


def _half(row: dict[str, Any], seats: list[int]) -> Half:
    low, high = seats
    return Half(
        groups=tuple(row["groups"]),
        fields=tuple(row.get("fields", ())),
        requires=tuple(row.get("requires", ())),
        seats=(low, high),
        role=row.get("role", ""),
        tasks=row.get("tasks", "") if "role" in row else "",
    )


def _kind(name: str, row: dict[str, Any]) -> Kind:
    low, high = row["employees"]
    return Kind(
        name=name,
        weight=row["weight"],
        field=row["field"],
        patterns=tuple(row["patterns"]),
        patterns_nn=tuple(row.get("nn", ())),
        employees=(low, high),
        about=row["about"],
        about_nn=row.get("about_nn", ""),
    )
