"""What a check found."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

CODES = {
    "digest": "the result belongs to another instance or seed",
    "unknown": "an id or a kind that the instance does not have",
    "asked": "somebody sits where they did not ask",
    "eligible": "somebody sits where they may not",
    "capacity": "more people than seats of a kind",
    "minimum": "an open place with fewer than the minimum of a kind",
    "equal": "a place that wants equally many of each kind has not",
    "open": "the list of open places is wrong",
    "pool": "more people in the places of a pool than its limit",
    "pin": "somebody pinned does not sit there",
    "together": "partners who are not in the same place",
    "level-order": "the levels are not those of the objective, in its order",
    "level-value": "the value of a level is not what the allocation gives",
    "proven": "a level is called proven where it cannot be",
    "bound": "a bound that contradicts the value, or that a better allocation refutes",
    "certificate": "a certificate that does not fit, or that proves less than is claimed",
    "kind-order": "the kinds at a place are not the least possible list",
    "policy": "a field that does not go with the policy",
    "limit": "a limit that does not exist",
    "blocking": "a blocking pair that is none, or one that is missing",
    "stable": "called stable, and it is not, or the other way round",
    "queue": "first come, first served would have placed somebody elsewhere",
    "released": "somebody is called released who is not, or the other way round",
    "stays": "somebody who stays has no place, or one of a worse rank",
    "could-open": "another number of closed places could have opened",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One broken rule: its code (see CODES), a sentence, and the ids it is about."""

    rule: str
    message: str
    ids: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.rule}: {self.message}"


type Problems = Iterator[Problem]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything found. `notes` say what was not checked; they break nothing. `checked` holds level -> how its bound was."""

    problems: tuple[Problem, ...]
    notes: tuple[str, ...] = ()
    checked: Mapping[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether the result holds."""
        return not self.problems
