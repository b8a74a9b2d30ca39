"""Made-up places: what was written by hand, at hosts where it fits, in periods of the group it is for."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from praksis.base.codes import Language, TargetGroup
from praksis.catalogue.choices import PlaceStage, SeatRule
from praksis.catalogue.models import Place, Scheme, Seat
from praksis.demo.draw import Draw
from praksis.demo.hosts import Workplace
from praksis.demo.people import Person
from praksis.demo.periods import Period, period_of, period_with
from praksis.demo.texts import Half, PlaceText, ordinary_places, tandems

EVENNESS = {TargetGroup.STUDENT_MANDATORY: 0.12}
"""Institutions see to it that each profession has about the places it needs; nobody does for the others."""
LITTLE_KNOWN = 0.3
"""The share of tandems that hardly anyone has heard of."""
CONTACTS = ("Avdelingsleder", "Praksiskoordinator", "Fagansvarlig", "Daglig leder", "Opplæringsansvarlig")
CONTACTS_NN = ("Avdelingsleiar", "Praksiskoordinator", "Fagansvarleg", "Dagleg leiar", "Opplæringsansvarleg")


@dataclass(eq=False)
class Offer:
    """A place with its seats, where it is, and the text it was made from. `appeal` is how much it is wanted."""

    place: Place
    seats: list[Seat]
    workplace: Workplace
    text: PlaceText
    appeal: float
    pooled: bool = False

    def accepts(self, group: str, field: str) -> bool:
        """Whether any seat is open to a group within a field."""
        return any(_accepts(seat, group, field) for seat in self.seats)

    def lacks(self, group: str, field: str, papers: frozenset[str]) -> bool:
        """Whether every seat open to the group asks for a paper that is not among `papers`."""
        return all(set(seat.requires) - papers for seat in self.seats if _accepts(seat, group, field))


def _accepts(seat: Seat, group: str, field: str) -> bool:
    return group in seat.groups and (not seat.fields or field in seat.fields)


class Offering:
    """Makes the places of one half-year. `today` dates the offers; `schemes` are the region's own, by group."""

    def __init__(
        self, draw: Draw, season: str, workplaces: Iterable[Workplace], schemes: dict[str, Scheme], today: datetime
    ) -> None:
        self.draw, self.season, self.schemes, self.today = draw, season, schemes, today
        self.by_kind: dict[str, list[Workplace]] = {}
        for workplace in workplaces:
            if workplace.host.closed_on is None:
                self.by_kind.setdefault(workplace.kind.name, []).append(workplace)
        self.used: Counter[Workplace] = Counter()

    def ordinary(self, people: Sequence[Person], ratio: float) -> list[Offer]:
        """Places for one group until there are `ratio` seats for each of its people; what people need decides which."""
        wanted, found = round(ratio * len(people)), list[Offer]()
        mix = Counter((person.topic, person.need.field) for person in people)
        needed = _uneven(self.draw, mix, EVENNESS.get(people[0].group, 0.45))
        seats = 0
        while seats < wanted:
            text = self._text_for(people[0].group, *self.draw.weighted(needed))
            offer = self.offer(text, self._workplace(text), period_of(people[0].group, self.season, self.draw))
            found.append(offer)
            seats += sum(seat.capacity for seat in offer.seats if people[0].group in seat.groups)
        return found

    def tandems(self, count: int) -> list[Offer]:
        """`count` tandems, the written ones in turn."""
        texts, found = self.draw.shuffled(tandems()), []
        for number in range(count):
            text = texts[number % len(texts)]
            offer = self.offer(text, self._workplace(text), period_with(text.extent, self.season, self.draw))
            offer.appeal *= 0.02 if self.draw.chance(LITTLE_KNOWN) else 1
            found.append(offer)
        return found

    def _text_for(self, group: str, topic: str, field: str) -> PlaceText:
        fitting = [text for text in ordinary_places() if group in text.groups and field in text.fields]
        by_topic = [text for text in fitting if topic in text.topics] if topic else [t for t in fitting if not t.topics]
        anywhere = [text for text in ordinary_places() if group in text.groups and not text.topics]
        return self.draw.one(by_topic or fitting or anywhere)

    def _workplace(self, text: PlaceText) -> Workplace:
        """A host of a kind where the place fits: larger ones more often, and not always the same."""
        possible = [workplace for kind in text.at for workplace in self.by_kind.get(kind, [])]
        fitting = [workplace for workplace in possible if _may_offer(workplace, text, self.today.date())] or possible
        few = self.draw.some(fitting, 3)
        chosen = min(few, key=lambda workplace: self.used[workplace] / (workplace.host.employees or 1))
        self.used[chosen] += 1
        return chosen

    def offer(self, text: PlaceText, workplace: Workplace, period: Period) -> Offer:
        """One place with its seats, open; a few still wait for somebody to look at them."""
        host, draw = workplace.host, self.draw
        nynorsk = text.nynorsk if host.language == Language.NN else None
        starts_on, ends_on, extent = period
        is_tandem = text.rule != SeatRule.EACH
        waiting = not is_tandem and draw.chance(0.02)
        place = Place(
            id=draw.uuid(),
            click_key=draw.uuid(),
            host=host,
            scheme=None if is_tandem else self.schemes.get(text.halves[0].groups[0]),
            title=draw.one(nynorsk[0] if nynorsk else text.titles),
            tasks=nynorsk[1] if nynorsk else text.tasks,
            language=Language.NN if nynorsk else Language.NB,
            field=host.field if host.field in text.fields else text.fields[0],
            municipality=host.municipality,
            season=self.season,
            starts_on=starts_on,
            ends_on=ends_on,
            extent=extent,
            rule=text.rule,
            stage=PlaceStage.OFFERED if waiting else PlaceStage.OPEN,
            contact=contact(draw, host.name, host.language),
            confirmed_on=(self.today - timedelta(days=draw.between(1, 45))).date(),
            offered_at=self.today - timedelta(days=draw.between(46, 130)),
            groups=sorted(text.groups),
            made_up=True,
        )
        seats = self._seats(place, text)
        place.seats_total = sum(seat.capacity for seat in seats)
        return Offer(place, seats, workplace, text, appeal=workplace.popularity * draw.real(0.4, 1.6))

    def _seats(self, place: Place, text: PlaceText) -> list[Seat]:
        """Both halves of a tandem have the same number of seats."""
        same = self.draw.between(*text.halves[0].seats)
        sizes = [same if place.rule != SeatRule.EACH else self.draw.between(*half.seats) for half in text.halves]
        lower = place.rule == SeatRule.EACH and len(sizes) == 1 and sizes[0] >= 3 and self.draw.chance(0.12)
        return [
            self._seat(place, kind, half, size, minimum=2 if lower else _minimum(place.rule, size))
            for kind, half, size in zip("ab", text.halves, sizes, strict=False)
        ]

    def _seat(self, place: Place, kind: str, half: Half, capacity: int, *, minimum: int) -> Seat:
        return Seat(
            id=self.draw.uuid(),
            place=place,
            kind=kind,
            role=half.role,
            tasks=half.tasks,
            capacity=capacity,
            minimum=minimum,
            groups=list(half.groups),
            fields=list(half.fields),
            requires=list(half.requires),
        )


def _minimum(rule: str, capacity: int) -> int:
    return {SeatRule.EACH: 0, SeatRule.WHOLE: capacity, SeatRule.EQUAL: 1}[SeatRule(rule)]


def _uneven(draw: Draw, needed: Counter[tuple[str, str]], most: float) -> dict[tuple[str, str], float]:
    """The mix of what is needed, each part up to `most` more or less: some fields have room to spare, some far too little."""
    return {key: count * draw.real(1 - most, 1 + most) for key, count in sorted(needed.items())}


def _may_offer(workplace: Workplace, text: PlaceText, today: date) -> bool:
    host = workplace.host
    if TargetGroup.APPRENTICE in text.groups and len(text.groups) == 1:
        return host.may_train_apprentices(today)
    return TargetGroup.STUDENT_MANDATORY not in text.groups or host.agreement_signed_on is not None


def contact(draw: Draw, host: str, language: str) -> str:
    """Whom to write to: a role, never a name."""
    role = draw.one(CONTACTS_NN if language == Language.NN else CONTACTS)
    return f"{role}, praksis@{_slug(host)}.example"


def _slug(name: str) -> str:
    plain = name.lower().replace("æ", "ae").replace("ø", "o").replace("å", "a")
    plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
