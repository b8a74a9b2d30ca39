"""What made-up hosts say of themselves: «ask us», experience good and bad, and what they have had before."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from praksis.catalogue.choices import Extent, PlaceStage
from praksis.catalogue.models import Place, Seat
from praksis.demo.draw import Draw
from praksis.demo.hosts import Workplace
from praksis.demo.texts import ordinary_places
from praksis.organisations.choices import Experience, SeenBy

WELCOME, TELLS = 0.2, 0.3
"""Shares of open hosts that say «ask us», and that say anything of their experience."""
PAST_SEASON = "2026-spring"
WORDS = {
    Experience.GOOD: (
        "De som var hos oss, stilte spørsmål vi ikke hadde tenkt på. Det hjalp at oppgaven var avgrenset fra første dag.",
        "Vi satte av en time i uken til veiledning. Det holdt, og vi har ansatt en av dem.",
    ),
    Experience.MIXED: (
        "Den første gangen var ingen forberedt, heller ikke vi. Andre gang hadde vi en plan, og da gikk det godt.",
        "Faglig gikk det bra. Tiden til rapporten kom på toppen av arbeidsdagen, og det ble for mye.",
    ),
    Experience.BAD: (
        "Vi fikk vite hvem som kom dagen før. Ingen hadde tid, og de ble sittende for seg selv.",
        "Perioden falt sammen med årsoppgjøret. Vi burde sagt nei til den og ja til en annen.",
    ),
    Experience.NONE_YET: ("Vi har ikke hatt noen ennå, og vet ikke helt hva det krever.",),
}


@dataclass
class Described:
    """The closed places of earlier half-years, with their seats."""

    places: list[Place] = field(default_factory=list)
    seats: list[Seat] = field(default_factory=list)


def describe_hosts(draw: Draw, workplaces: Sequence[Workplace], house: Workplace) -> Described:
    """Let some open hosts speak; the employer's own speaks in any case, and everyone may see it."""
    found = Described()
    for one in workplaces:
        host = one.host
        if host.closed_on is None and (one is house or draw.chance(TELLS)):
            host.experience = Experience.GOOD if one is house else draw.one(list(WORDS))
            host.experience_words = draw.one(WORDS[Experience(host.experience)])
            host.experience_seen_by = SeenBy.ALL if one is house else draw.one(SeenBy.values)
            host.shows_past = host.experience != Experience.NONE_YET
        host.asks_welcome = host.closed_on is None and (one is house or draw.chance(WELCOME))
        if host.shows_past:
            found.places += _past(draw, one)
    found.seats = [
        Seat(id=draw.uuid(), place=place, kind="a", capacity=place.seats_total, groups=place.groups, taken=place.seats_taken)
        for place in found.places
    ]
    return found


def _past(draw: Draw, one: Workplace) -> Iterator[Place]:
    """One place that somebody had last spring, of those that fit such a host."""
    fitting = [text for text in ordinary_places() if one.kind.name in text.at]
    if not fitting:
        return
    text = draw.one(fitting)
    yield Place(
        id=draw.uuid(),
        click_key=draw.uuid(),
        host=one.host,
        title=text.titles[0],
        tasks=text.tasks,
        field=one.host.field,
        municipality=one.host.municipality,
        season=PAST_SEASON,
        extent=Extent.TWO_DAYS,
        stage=PlaceStage.CLOSED,
        groups=sorted(text.groups),
        seats_total=2,
        seats_taken=draw.between(1, 2),
        made_up=True,
    )
