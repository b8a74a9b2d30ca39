"""How large a made-up region is, and what its shares are.

Yearly demand, and the share that gets a place, are estimates for the Bergen region; mandatory practice and pupils are a little
tighter here, since a round covers one half-year in which all want the same weeks.
"""

from dataclasses import dataclass

from praksis.base.codes import TargetGroup

DEMAND = {
    TargetGroup.STUDENT_ELECTIVE: 900,
    TargetGroup.STUDENT_MANDATORY: 6000,
    TargetGroup.APPRENTICE: 1900,
    TargetGroup.WORK_TRAINING: 900,
    TargetGroup.LANGUAGE_PRACTICE: 600,
    TargetGroup.PUPIL: 5200,
}
"""People who want a place in a year, by group."""

SUPPLY = {
    TargetGroup.STUDENT_ELECTIVE: 0.50,
    TargetGroup.STUDENT_MANDATORY: 0.90,
    TargetGroup.APPRENTICE: 0.72,
    TargetGroup.WORK_TRAINING: 0.60,
    TargetGroup.LANGUAGE_PRACTICE: 0.65,
    TargetGroup.PUPIL: 0.80,
}
"""Seats at ordinary places for each person of the group. Tandems come on top."""

POPULATION = {
    "4601": 293, "4626": 40, "4627": 30, "4631": 30, "4624": 26, "4621": 16, "4630": 8, "4622": 8, "4625": 5, "4628": 4,
    "4623": 2.5, "4629": 0.4,
}  # fmt: skip
"""Thousands of inhabitants, by municipality."""

AUTUMN_SHARE = 0.10
"""The part of candidates and places that belong to the round which is still open."""


@dataclass(frozen=True)
class Size:
    """Totals of a region: people in both rounds, hosts, tandem places."""

    name: str
    candidates: int
    hosts: int
    tandems: int

    def people(self, group: TargetGroup, share: float) -> int:
        """How many of a group there are in a round that has `share` of all; three at least, so that no group is missing."""
        return max(3, round(self.candidates * share * DEMAND[group] / sum(DEMAND.values())))


SIZES = {size.name: size for size in (Size("tiny", 120, 70, 10), Size("small", 2010, 300, 64), Size("full", 40010, 5000, 1150))}
