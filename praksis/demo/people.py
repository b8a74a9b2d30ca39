"""Made-up people in the six groups, with their needs, papers and consents. Names are joined at random."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from praksis.base.codes import Field, Language, Paper, TargetGroup
from praksis.candidates.models import Candidate, Conflict, Consent, Guardian, HeldPaper, Need
from praksis.demo.draw import Draw
from praksis.demo.sizes import POPULATION
from praksis.demo.texts import read

if TYPE_CHECKING:
    from praksis.demo.members import Source

BIRTH_YEARS = {
    TargetGroup.STUDENT_ELECTIVE: (1998, 2006),
    TargetGroup.STUDENT_MANDATORY: (1990, 2006),
    TargetGroup.APPRENTICE: (2006, 2009),
    TargetGroup.WORK_TRAINING: (1968, 2008),
    TargetGroup.LANGUAGE_PRACTICE: (1972, 2007),
    TargetGroup.PUPIL: (2011, 2012),
}
PAPERS: dict[TargetGroup, dict[str, float]] = {
    TargetGroup.STUDENT_ELECTIVE: {Paper.POLICE: 0.55, Paper.SAFETY: 0.5, Paper.HYGIENE: 0.2, Paper.DRIVING: 0.4},
    TargetGroup.STUDENT_MANDATORY: {Paper.POLICE: 0.93, Paper.DRIVING: 0.5},
    TargetGroup.APPRENTICE: {Paper.POLICE: 0.9, Paper.SAFETY: 0.92, Paper.HYGIENE: 0.9, Paper.DRIVING: 0.3},
    TargetGroup.WORK_TRAINING: {Paper.SAFETY: 0.55, Paper.HYGIENE: 0.5, Paper.POLICE: 0.5, Paper.DRIVING: 0.5},
    TargetGroup.LANGUAGE_PRACTICE: {Paper.HYGIENE: 0.6, Paper.SAFETY: 0.4, Paper.POLICE: 0.6},
    TargetGroup.PUPIL: {},
}
"""The share of each group that has shown a paper."""
INTERESTS: dict[TargetGroup, dict[str, float]] = {
    TargetGroup.WORK_TRAINING: {
        Field.TRADE: 5, Field.HEALTH: 3, Field.FOOD: 3, Field.ECONOMICS: 3, Field.IT: 2, Field.BUILDING: 2, Field.OCEAN: 1,
        Field.CULTURE: 1,
    },
    TargetGroup.LANGUAGE_PRACTICE: {
        Field.TRADE: 4, Field.HEALTH: 3, Field.FOOD: 4, Field.TEACHING: 4, Field.HUMANITIES: 2, Field.BUILDING: 2, Field.OCEAN: 1,
    },
    TargetGroup.PUPIL: {
        Field.HEALTH: 3, Field.TEACHING: 3, Field.TRADE: 4, Field.BUILDING: 3, Field.IT: 4, Field.ENGINEERING: 3,
        Field.ELECTRO: 2, Field.FOOD: 3, Field.ECONOMICS: 2, Field.OCEAN: 1, Field.CULTURE: 3, Field.HUMANITIES: 1,
    },
}  # fmt: skip
"""What those without a programme are interested in."""


@dataclass(eq=False)
class Person:
    """A candidate and what belongs to it. `topic` is what a programme or trade is matched on, empty for the others."""

    candidate: Candidate
    needs: list[Need]
    papers: list[HeldPaper]
    topic: str = ""
    conflicts: list[Conflict] = field(default_factory=list)
    guardians: list[Guardian] = field(default_factory=list)
    consents: list[Consent] = field(default_factory=list)

    @property
    def need(self) -> Need:
        return self.needs[0]

    @property
    def group(self) -> TargetGroup:
        return TargetGroup(self.need.target_group)

    @property
    def held(self) -> frozenset[str]:
        return frozenset(paper.paper for paper in self.papers)


@cache
def _names() -> dict[str, list[str]]:
    return read("names")


def full_name(draw: Draw) -> str:
    return f"{draw.one(_names()['first'])} {draw.one(_names()['last'])}"


def build_people(draw: Draw, sources: Iterable["Source"], count: int, season: str) -> list[Person]:
    """`count` people of the one group that `sources` are of, in proportion to their weights."""
    weights = {source: source.weight for source in sources}
    return [build_person(draw, draw.weighted(weights), season) for _ in range(count)]


def build_person(draw: Draw, source: "Source", season: str) -> Person:
    """One person. One in a hundred of the confidential groups has a protected address (kode 7), one in twelve no BankID."""
    group = source.group
    exposed = group in {TargetGroup.WORK_TRAINING, TargetGroup.LANGUAGE_PRACTICE}
    candidate = Candidate(
        id=draw.uuid(),
        member=source.member,
        first_name=draw.one(_names()["first"]),
        last_name=draw.one(_names()["last"]),
        birth_year=_birth_year(draw, group),
        language=_language(draw, group),
        address_protected=exposed and draw.chance(0.01),
        digital=not (exposed and draw.chance(0.08)),
    )
    need = _need(draw, candidate, source, season)
    person = Person(candidate, [need], [], topic=source.topic)
    person.papers = [paper_of(draw, candidate, paper) for paper, share in PAPERS[group].items() if draw.chance(share)]
    person.consents = [
        Consent(id=draw.uuid(), candidate=candidate, kind=kind)
        for kind, share in (("share_name", 0.35), ("tandem_name", 0.3))
        if draw.chance(share)
    ]
    return person


def paper_of(draw: Draw, candidate: Candidate, paper: str) -> HeldPaper:
    return HeldPaper(id=draw.uuid(), candidate=candidate, paper=paper)


def _birth_year(draw: Draw, group: TargetGroup) -> int:
    """A few pupils are 14 in the year of the round: born 2013."""
    return 2013 if group == TargetGroup.PUPIL and draw.chance(0.03) else draw.between(*BIRTH_YEARS[group])


def _language(draw: Draw, group: TargetGroup) -> str:
    english = 0.25 if group == TargetGroup.LANGUAGE_PRACTICE else 0.01
    return draw.weighted({Language.NB: 0.86 - english, Language.NN: 0.14, Language.EN: english}).value


def _need(draw: Draw, candidate: Candidate, source: "Source", season: str) -> Need:
    """Where a protected person lives is never written down."""
    home = source.municipality if source.municipality and draw.chance(0.93) else draw.weighted(POPULATION)
    return Need(
        id=draw.uuid(),
        candidate=candidate,
        member=source.member,
        target_group=source.group,
        programme=source.programme,
        field=source.programme.field if source.programme else draw.weighted(INTERESTS[source.group]),
        season=season,
        municipality="" if candidate.address_protected else home,
    )
