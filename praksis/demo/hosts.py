"""Made-up hosts: names joined from words, numbers that no real enterprise has, a place on the map within their municipality."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from stdnum.no import orgnr

from praksis.base.codes import Language, TargetGroup
from praksis.demo.draw import Draw
from praksis.demo.texts import Kind, kinds, ordinary_places, workplaces
from praksis.organisations.models import Host

NYNORSK = {"4601": 0.06, "4627": 0.2, "4624": 0.45}
"""The share of hosts that write nynorsk, by municipality; elsewhere four of five."""
METRES_OF_A_DEGREE = 111_000
SPREAD = 350
"""Metres from the middle of an area at most: all of that is land of the municipality."""


@dataclass(eq=False)
class Workplace:
    """A host with its kind and how much it is wanted (1 for the most wanted)."""

    host: Host
    kind: Kind
    popularity: float = 0.0


def build_hosts(draw: Draw, count: int, today: date) -> list[Workplace]:
    """`count` hosts: each kind of workplace once, and open, then by weight. A few are closed, some lack an agreement."""
    names, numbers = _names(draw), _numbers(draw)
    weights = {kind: kind.weight for kind in kinds().values()}
    chosen = [*weights, *(draw.weighted(weights) for _ in range(count - len(weights)))]
    found: list[Workplace] = []
    for kind in chosen[:count]:
        host = _host(draw, kind, next(numbers), today)
        host.name = names(kind, host.language)
        if len(found) < len(weights):
            host.closed_on = None
        found.append(Workplace(host, kind))
    for rank, workplace in enumerate(draw.shuffled(found)):
        workplace.popularity = (rank + 1) ** -0.4
    return found


def made_up_number(draw: Draw) -> str:
    """An organisation number with a right check digit (modulus 11) that begins with 1, 2 or 3: in use are 8 and 9 only."""
    while True:
        stem = str(draw.between(10_000_000, 39_999_999))
        for digit in "0123456789":
            if orgnr.is_valid(stem + digit):
                return stem + digit


def _numbers(draw: Draw) -> Iterator[str]:
    used: set[str] = set()
    while True:
        number = made_up_number(draw)
        if number not in used:
            used.add(number)
            yield number


class _names:  # noqa: N801 - a function that remembers what it has given
    """Names that no other host of the region has."""

    def __init__(self, draw: Draw) -> None:
        words = workplaces()
        self._draw, self._used = draw, set[str]()
        self._stems = [first + last for first in words["stem_first"] for last in words["stem_last"]]

    def __call__(self, kind: Kind, language: str) -> str:
        patterns = kind.patterns_nn if language == Language.NN and kind.patterns_nn else kind.patterns
        while True:
            name = self._draw.one(patterns).format(stem=self._draw.one(self._stems))
            if name not in self._used:
                self._used.add(name)
                return name


def _host(draw: Draw, kind: Kind, number: str, today: date) -> Host:
    places = workplaces()["municipalities"]
    municipality = draw.weighted({code: row["share"] for code, row in places.items()})
    area, latitude, longitude = draw.one(places[municipality]["areas"])
    nynorsk = bool(kind.about_nn) and draw.chance(NYNORSK.get(municipality, 0.8))
    return Host(
        id=draw.uuid(),
        number=number,
        field=kind.field,
        municipality=municipality,
        area=area,
        latitude=latitude + draw.real(-SPREAD, SPREAD) / METRES_OF_A_DEGREE,
        longitude=longitude + draw.real(-SPREAD, SPREAD) / METRES_OF_A_DEGREE * 2,
        employees=draw.between(*kind.employees),
        about=kind.about_nn if nynorsk else kind.about,
        language=Language.NN if nynorsk else Language.NB,
        agreement_signed_on=today - timedelta(days=draw.between(60, 900)) if draw.chance(0.85) else None,
        training_approved_until=_approval(draw, kind),
        closed_on=today - timedelta(days=draw.between(5, 200)) if draw.chance(0.02) else None,
        made_up=True,
    )


def _approval(draw: Draw, kind: Kind) -> date | None:
    """Most that could train apprentices are approved; for a few it has lapsed (opplæringslova § 7-9)."""
    if kind.name not in _training_kinds() or draw.chance(0.25):
        return None
    return date(2026, draw.between(3, 9), 1) if draw.chance(0.04) else date(draw.between(2029, 2032), draw.between(1, 12), 1)


def _training_kinds() -> set[str]:
    return {kind for text in ordinary_places() if TargetGroup.APPRENTICE in text.groups for kind in text.at}
