"""The judged questions (data/judged.txt), the collection they are asked of, and how well an answer does."""

import csv
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import log2
from pathlib import Path
from typing import Any
from uuid import UUID

from praksis.base.codes import TargetGroup
from praksis.catalogue.models import Place, Scheme
from praksis.catalogue.tests.examples import example_host, example_place, example_scheme

JUDGED = Path(__file__).parent / "data" / "judged.txt"
DEMO = Path(__file__).parents[2] / "demo" / "data"
SCHEMES = Path(__file__).parents[1] / "data" / "schemes.csv"
COLUMNS = {
    "institution": "institution",
    "unit": "unit",
    "programme": "programme",
    "scheme_code": "code",
    "field": "field",
    "where": "location",
    "what_the_page_says_in_at_most_15_words_of_your_own": "summary",
}
ANSWERS, OF_USE = 3, 1
CUT, RECALLED = 10, 20


@dataclass(frozen=True)
class Judged:
    """A question, and what each text that answers it is worth."""

    language: str
    words: str
    grades: dict[str, int]

    @property
    def held_out(self) -> bool:
        """Which half it is in: by its words, so that nobody chose."""
        return sha256(self.words.encode()).digest()[0] % 2 == 1


def judged() -> list[Judged]:
    """The questions of the file."""
    topics: dict[str, list[str]] = {}
    found = []
    for line in JUDGED.read_text(encoding="utf-8").splitlines():
        if line.startswith("topic "):
            _topic, name, *texts = line.split()
            topics[name] = texts
        elif line and not line.startswith("#"):
            language, words, answers, of_use = (part.strip() for part in line.split("|"))
            grades = dict.fromkeys(_texts(of_use, topics), OF_USE) | dict.fromkeys(_texts(answers, topics), ANSWERS)
            found.append(Judged(language, words, grades))
    return found


def _texts(said: str, topics: dict[str, list[str]]) -> list[str]:
    return [text for word in said.split() for text in topics.get(word, [word])]


def collection() -> dict[UUID, str]:
    """Store the collection; the texts' names in the judgements, by id."""
    with SCHEMES.open(encoding="utf-8", newline="") as opened:
        names = {_scheme(row).pk: f"s{line}" for line, row in enumerate(csv.DictReader(opened, delimiter=";"), 2)}
    for kind, file in (("p", "places"), ("t", "tandems")):
        rows = tomllib.loads((DEMO / f"{file}.toml").read_text(encoding="utf-8"))
        for number, row in enumerate(next(iter(rows.values()))):
            names |= {place.pk: f"{kind}{number}{form}" for form, place in _places(row)}
    return names


def _scheme(row: dict[str, str]) -> Scheme:
    group = row["target_group"] if row["target_group"] in TargetGroup else ""
    title = row["title_nb_or_nn"] or row["title_en"]
    return example_scheme(title=title, target_group=group, **{field: row[column] for column, field in COLUMNS.items()})


def _places(row: dict[str, Any]) -> list[tuple[str, Place]]:
    """Its text in bokmål, and in nynorsk where there is one, at a host whose name tells nothing."""
    host = example_host(name="Haugen AS", field=row["fields"][0], area="")
    forms = [("", row)] + ([("n", row["nn"])] if row.get("nn") else [])
    groups = row.get("groups") or sorted({*row["a"]["groups"], *row["b"]["groups"]})
    found = []
    for form, text in forms:
        title = "; ".join(text["titles"]) if "titles" in text else text["title"]
        words = [text["tasks"], *(f"{row[half]['role']} {row[half]['tasks']}" for half in ("a", "b") if half in row and not form)]
        place = example_place(host=host, title=title, tasks=" ".join(words), groups=groups, field=row["fields"][0])
        found.append((form, place))
    return found


def gain(found: Sequence[str], grades: dict[str, int]) -> float:
    """nDCG@10: 1 when the best ten stand first, in the order of their worth."""
    ideal = _discounted(sorted(grades.values(), reverse=True))
    return _discounted([grades.get(name, 0) for name in found]) / ideal


def _discounted(grades: Sequence[int]) -> float:
    return float(sum((2**grade - 1) / log2(place + 2) for place, grade in enumerate(grades[:CUT])))


def recall(found: Sequence[str], grades: dict[str, int]) -> float:
    """recall@20: how much of what answers stands among the first twenty; of no more than twenty."""
    answers = {name for name, grade in grades.items() if grade == ANSWERS}
    return len(answers & set(found[:RECALLED])) / min(len(answers), RECALLED)
