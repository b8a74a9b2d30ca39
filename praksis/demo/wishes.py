"""What made-up people wish for: near home, within their field, and most of all where everyone else wants to be too."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from praksis.base.codes import CONFIDENTIAL_GROUPS, Field, TargetGroup
from praksis.catalogue.choices import Extent
from praksis.catalogue.models import Place
from praksis.demo.draw import Draw, Wheel
from praksis.demo.people import Person, paper_of
from praksis.demo.places import Offer
from praksis.demo.texts import workplaces

MOST, LEAST, SHORT = 10, 4, 0.05
"""Wishes on a list: four to ten, and shorter for one in twenty."""
NEIGHBOUR, FAR = 0.35, 0.05
"""How much less a place is wanted in a neighbouring municipality, and farther away."""
BESIDE = 0.12
"""How much less a place is wanted outside one's trade or interest, where it is open at all."""
TANDEM = 0.22
"""How much less a tandem is wanted than a place in one's own trade: some will not be filled."""
LACKING = 0.08
"""How often a place is wished for although a paper is missing."""

type Taste = tuple[str, str, str, str]


@dataclass(eq=False)
class Ranking:
    """A person's list: tie groups of places, best first, and whether it is sent."""

    person: Person
    groups: list[list[Offer]] = field(default_factory=list)
    sent: bool = True
    partner: "Ranking | None" = None
    pinned: Place | None = None

    @property
    def offers(self) -> list[Offer]:
        return [offer for group in self.groups for offer in group]


class Wishing:
    """Draws lists among the open offers of one round."""

    def __init__(self, draw: Draw, offers: Iterable[Offer], today: date) -> None:
        self.draw, self.today = draw, today
        self.offers: dict[str, list[Offer]] = {}
        for offer in offers:
            for group in offer.place.groups:
                self.offers.setdefault(group, []).append(offer)
        self.wheels: dict[Taste, Wheel[Offer]] = {}

    def ranking(self, person: Person) -> Ranking:
        length = self.draw.between(1, 3) if self.draw.chance(SHORT) else self.draw.between(LEAST, MOST)
        drawn = self.draw.ranked(self._wheel(person), 2 * length)
        wanted = [offer for offer in drawn if self._may_stand(person, offer)]
        return Ranking(person, self._tied(wanted[:length]))

    def popular_first(self, person: Person, length: int, asked: Mapping[Offer, int]) -> Ranking:
        """A list that begins with the places that most want for each seat there; `asked` counts the lists that have a place."""
        wanted = [offer for offer in self.draw.ranked(self._wheel(person), 3 * length) if not _is_closed_to(person, offer)]
        wanted = [offer for offer in wanted if not offer.lacks(person.group, person.need.field, person.held)][:length]
        taste = _taste(person)[:3]
        wanted.sort(key=lambda offer: -asked.get(offer, 0) / offer.place.seats_total * _fitting(offer, *taste))
        return Ranking(person, [[offer] for offer in wanted])

    def pair_up(self, rankings: Sequence[Ranking], share: float) -> None:
        """Let a share of all, two and two alike, want to be together: the second takes the first one's list."""
        waiting: dict[Taste, Ranking] = {}
        for ranking in self.draw.shuffled(rankings):
            roomy = sum(seat.capacity >= 2 for offer in ranking.offers for seat in offer.seats)
            if not self.draw.chance(share) or roomy < 2 or ranking.partner:
                continue
            other = waiting.pop(_taste(ranking.person), None)
            if other is None:
                waiting[_taste(ranking.person)] = ranking
            elif not any(_is_closed_to(ranking.person, offer) for offer in other.offers):
                ranking.partner, other.partner = other, ranking
                ranking.groups = [list(group) for group in other.groups]

    def pin(self, rankings: Sequence[Ranking], share: float) -> None:
        """Give a share their first place by hand: one at a place, in a seat that is theirs to have."""
        used: set[Place] = set()
        for ranking in rankings:
            if not ranking.groups or ranking.partner or not self.draw.chance(2 * share):
                continue
            offer = ranking.groups[0][0]
            person = ranking.person
            plain = len(offer.seats) == 1 and not offer.seats[0].minimum and not offer.pooled and offer.place not in used
            if plain and not offer.lacks(person.group, person.need.field, person.held):
                ranking.pinned = offer.place
                used.add(offer.place)

    def _wheel(self, person: Person) -> Wheel[Offer]:
        taste = _taste(person)
        if taste not in self.wheels:
            self.wheels[taste] = Wheel([(offer, self._weight(offer, *taste)) for offer in self.offers.get(person.group, [])])
        return self.wheels[taste]

    def _weight(self, offer: Offer, group: str, field_: str, topic: str, home: str) -> float:
        """How much an offer is wanted by people of one taste; 0 where it is closed to them."""
        if not offer.accepts(group, field_) or not _may_train(offer, group, self.today):
            return 0
        return offer.appeal * _near(home, offer.place.municipality) * _fitting(offer, group, field_, topic)

    def _may_stand(self, person: Person, offer: Offer) -> bool:
        if _is_closed_to(person, offer):
            return False
        return not offer.lacks(person.group, person.need.field, person.held) or self.draw.chance(LACKING)

    def _tied(self, offers: list[Offer]) -> list[list[Offer]]:
        """Tie groups of one, save for one list in twelve where two are wanted equally."""
        groups = [[offer] for offer in offers]
        if len(groups) > 2 and self.draw.chance(1 / 12):
            at = self.draw.between(0, len(groups) - 2)
            groups[at : at + 2] = [groups[at] + groups[at + 1]]
        return groups


def share_tandems(draw: Draw, rankings: Sequence[Ranking], offers: Iterable[Offer]) -> None:
    """See to it that two who are of no confidential group really apply for each half that is open to a confidential one.

    Otherwise whoever fills that half would be known to come from NAV or the introduction programme (docs/house.md).
    """
    by_taste: dict[tuple[str, str], list[Ranking]] = {}
    for ranking in draw.shuffled(rankings):
        if ranking.person.candidate.user is None and not ranking.pinned:
            by_taste.setdefault((ranking.person.group, ranking.person.need.field), []).append(ranking)
    for offer in offers:
        for seat in offer.seats:
            if len(offer.seats) > 1 and CONFIDENTIAL_GROUPS & set(seat.groups):
                wanted = [(group, field_) for group in seat.groups for field_ in seat.fields or Field]
                open_ones = [one for taste in wanted if taste[0] not in CONFIDENTIAL_GROUPS for one in by_taste.get(taste, [])]
                _ask_openly(draw, open_ones, offer, set(seat.requires))


def _ask_openly(draw: Draw, rankings: Sequence[Ranking], offer: Offer, requires: set[str]) -> None:
    """Those with the papers and room on their list come first; the others get the paper, or give up their last wish."""
    able = [one for one in rankings if one.sent and requires <= one.person.held]
    asking = sum(offer in one.offers for one in able)
    others = [one for one in rankings if offer not in one.offers and not _is_closed_to(one.person, offer)]
    others.sort(key=lambda one: (not one.sent, not requires <= one.person.held, len(one.offers) >= MOST))
    for ranking in others[: max(0, 2 - asking)]:
        held = ranking.person.held
        ranking.person.papers += [paper_of(draw, ranking.person.candidate, paper) for paper in sorted(requires - held)]
        kept = ranking.groups if len(ranking.offers) < MOST else ranking.groups[:-1]
        ranking.groups, ranking.sent = [*kept, [offer]], True


def _taste(person: Person) -> Taste:
    return person.group, person.need.field, person.topic, person.need.municipality


def _is_closed_to(person: Person, offer: Offer) -> bool:
    return any(conflict.host == offer.place.host for conflict in person.conflicts)


def _may_train(offer: Offer, group: str, today: date) -> bool:
    return group != TargetGroup.APPRENTICE or offer.place.host.may_train_apprentices(today)


def _near(home: str, municipality: str) -> float:
    if not home or home == municipality:
        return 1
    return NEIGHBOUR if municipality in workplaces()["neighbours"][home] else FAR


def _fitting(offer: Offer, group: str, field_: str, topic: str) -> float:
    if offer.place.is_tandem:
        is_part_time = group == TargetGroup.APPRENTICE and offer.place.extent != Extent.FULL
        return TANDEM * BESIDE if is_part_time else TANDEM
    if topic and offer.text.topics:
        return 1 if topic in offer.text.topics else 0
    return 1 if field_ == offer.place.field or field_ in offer.text.fields else BESIDE
