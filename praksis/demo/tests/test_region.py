"""The made-up region before it is stored: the same from the same seed, plausible, and plainly made up."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from stdnum.eu import nace
from stdnum.no import orgnr

import praksis.base
from praksis.base.codes import CONFIDENTIAL_GROUPS, Field, TargetGroup
from praksis.catalogue.choices import PlaceStage, SeatRule
from praksis.catalogue.models import Place, Seat
from praksis.demo.draw import Draw, Wheel
from praksis.demo.firms import FILE, write_register
from praksis.demo.halfyear import HalfYear
from praksis.demo.periods import SPRING
from praksis.demo.places import Offer
from praksis.demo.region import Region, build_region
from praksis.demo.sizes import DEMAND, SIZES
from praksis.demo.texts import ordinary_places, tandems, workplaces
from praksis.demo.wishes import Ranking
from praksis.organisations.choices import field_of_industry

TODAY = date(2026, 11, 23)
MAP = Path(praksis.base.__path__[0]) / "static" / "base" / "map" / "vestland.json"
DIGEST = """
import django
django.setup()
from datetime import date
from praksis.demo.region import build_region
from praksis.demo.sizes import SIZES
print(build_region(SIZES["tiny"], 2027, date(2026, 11, 23)).digest())
"""


@pytest.fixture(scope="module")
def region() -> Region:
    return build_region(SIZES["small"], 2027, TODAY)


def tiny(seed: int) -> Region:
    return build_region(SIZES["tiny"], seed, TODAY)


def spring(region: Region) -> HalfYear:
    return next(half for half in region.halves if half.season == SPRING)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_rows_in_any_process() -> None:
    found = {
        subprocess.run(
            [sys.executable, "-c", DIGEST],
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for hash_seed in ("1", "2")
    }
    assert found == {tiny(2027).digest()}


def test_another_seed_gives_another_region() -> None:
    assert tiny(2027).digest() != tiny(2028).digest()


def test_numbers_are_right_and_none_that_could_be_in_use(region: Region) -> None:
    numbers = [one.host.number for one in region.workplaces]
    assert len(set(numbers)) == len(numbers) == 300
    assert all(orgnr.is_valid(number) for number in numbers)
    assert {number[0] for number in numbers} <= set("123")


def test_what_is_made_up_says_so(region: Region) -> None:
    assert all(one.host.made_up for one in region.workplaces)
    assert all(scheme.made_up for scheme in region.schemes)
    assert all(half.round.made_up and offer.place.made_up for half in region.halves for offer in half.offers)
    assert all(user.email.endswith(".example") for user in region.users)
    assert all(offer.place.contact.endswith(".example") for half in region.halves for offer in half.offers)


def test_names_of_hosts_are_their_own(region: Region) -> None:
    names = Counter(one.host.name for one in region.workplaces)
    assert names.most_common(1)[0][1] == 1


def test_hosts_lie_on_the_map_of_their_municipality(region: Region) -> None:
    shapes = {row["properties"]["code"]: row["geometry"] for row in json.loads(MAP.read_text())["features"]}
    outside = [
        (one.host.area, one.host.latitude, one.host.longitude)
        for one in region.workplaces
        if not lies_in(one.host.longitude or 0, one.host.latitude or 0, shapes[one.host.municipality])
    ]
    assert outside == []


def lies_in(x: float, y: float, shape: dict[str, list[list[list[list[float]]]]]) -> bool:
    """Whether a ray from the point crosses an outline an odd number of times."""
    polygons = shape["coordinates"] if str(shape["type"]) == "MultiPolygon" else [shape["coordinates"]]
    return any(sum(crosses(x, y, *edge) for edge in edges_of(polygon[0])) % 2 for polygon in polygons)  # type: ignore[arg-type]


def edges_of(ring: list[list[float]]) -> Iterator[tuple[list[float], list[float]]]:
    return zip(ring, [*ring[1:], ring[0]], strict=True)


def crosses(x: float, y: float, start: list[float], end: list[float]) -> bool:
    (x1, y1), (x2, y2) = start, end
    return (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1


def test_totals_and_shares_are_those_of_the_size(region: Region) -> None:
    people = {person.candidate.pk: person for person in region.people}
    assert len(people) == pytest.approx(2000, abs=30)
    groups = Counter(person.group for person in people.values())
    for group, wanted in DEMAND.items():
        assert groups[group] / len(people) == pytest.approx(wanted / sum(DEMAND.values()), abs=0.01), group
    in_bergen = sum(one.host.municipality == "4601" for one in region.workplaces)
    assert in_bergen / 300 == pytest.approx(0.72, abs=0.08)
    fields = Counter(one.host.field for one in region.workplaces)
    assert fields[Field.HEALTH] / 300 == pytest.approx(0.20, abs=0.07)
    assert fields[Field.TEACHING] / 300 == pytest.approx(0.14, abs=0.06)
    seats = sum(seat.capacity for half in region.halves for offer in half.in_round for seat in offer.seats)
    assert 1400 <= seats <= 1900


def test_there_are_too_few_seats_for_those_who_choose_freely_and_nearly_enough_for_those_who_must(region: Region) -> None:
    half = spring(region)
    people = Counter(person.group for person in half.people)
    seats: Counter[str] = Counter()
    for offer in half.in_round:
        if offer.place.rule == SeatRule.EACH:
            seats[offer.text.halves[0].groups[0]] += offer.seats[0].capacity
    assert seats[TargetGroup.STUDENT_ELECTIVE] < 0.65 * people[TargetGroup.STUDENT_ELECTIVE]
    assert seats[TargetGroup.STUDENT_MANDATORY] > 0.8 * people[TargetGroup.STUDENT_MANDATORY]


def test_the_full_size_is_a_real_region() -> None:
    size = SIZES["full"]
    assert (size.candidates >= 40_000, size.hosts, size.tandems >= 1_000) == (True, 5_000, True)


def test_texts_are_many_and_some_are_in_nynorsk() -> None:
    assert len(ordinary_places()) >= 60
    assert len(tandems()) >= 25
    assert sum(text.nynorsk is not None for text in (*ordinary_places(), *tandems())) >= 30
    tasks = [text.tasks for text in (*ordinary_places(), *tandems())]
    assert len(set(tasks)) == len(tasks)


def test_each_half_of_a_tandem_is_open_to_two_groups_and_hides_the_confidential(region: Region) -> None:
    for half in region.halves:
        asking = applicants(half)
        for offer in half.in_round:
            for seat in offer.seats if offer.place.is_tandem else []:
                assert len(seat.groups) >= 2
                if CONFIDENTIAL_GROUPS & set(seat.groups):
                    openly = [one for one in asking.get(offer.place, []) if may_have(one, seat)]
                    assert len(openly) >= 2, (offer.place.title, seat.kind)


def applicants(half: HalfYear) -> dict[Place, list[Ranking]]:
    found: dict[Place, list[Ranking]] = {}
    for ranking in half.rankings:
        for offer in ranking.offers if ranking.sent else []:
            found.setdefault(offer.place, []).append(ranking)
    return found


def may_have(ranking: Ranking, seat: Seat) -> bool:
    person = ranking.person
    fits = not seat.fields or person.need.field in seat.fields
    return person.group in set(seat.groups) - CONFIDENTIAL_GROUPS and fits and set(seat.requires) <= person.held


def test_lists_are_as_long_as_people_make_them(region: Region) -> None:
    lengths = Counter(len(ranking.offers) for ranking in spring(region).rankings)
    assert max(lengths) <= 10
    assert 0.8 < sum(lengths[length] for length in range(4, 11)) / lengths.total() < 0.99
    assert any(len(group) > 1 for ranking in spring(region).rankings for group in ranking.groups)


def test_everyone_does_not_want_the_same_and_some_places_are_wanted_by_many(region: Region) -> None:
    asked = Counter(offer.place for ranking in spring(region).rankings for offer in ranking.offers)
    most = asked.most_common(1)[0][1]
    assert 20 < most < len(spring(region).rankings) / 4


def test_minima_pools_reserves_pairs_and_pins_are_there(region: Region) -> None:
    half = spring(region)
    assert any(seat.minimum for offer in half.in_round if offer.place.rule == SeatRule.EACH for seat in offer.seats)
    assert len(half.pools) >= 5
    assert len(half.reserves) == 3
    assert all(one.partner and one.partner.partner is one for one in half.rankings if one.partner)
    assert sum(one.partner is not None for one in half.rankings) >= 20
    assert all(one.pinned in [offer.place for offer in one.offers] for one in half.rankings if one.pinned)
    assert sum(one.pinned is not None for one in half.rankings) >= 5


def test_the_rare_cases_are_there(region: Region) -> None:
    hosts = {str(one.host.pk): one.host for one in region.workplaces}
    people = {str(person.candidate.pk): person for person in spring(region).people}
    edges = region.edges
    closed_on = hosts[edges["bankrupt_host"]].closed_on
    assert closed_on is not None
    assert closed_on < TODAY
    assert hosts[edges["no_agreement"]].agreement_signed_on is None
    assert not hosts[edges["lapsed_approval"]].may_train_apprentices(TODAY)
    assert hosts[edges["nynorsk_host"]].language == "nn"
    hidden = people[edges["protected_address"]]
    assert hidden.candidate.address_protected
    assert hidden.need.municipality == ""
    assert not any(tag.startswith("zone:") for entry in entries_of(region, hidden.candidate.pk) for tag in entry)
    assert not people[edges["no_bankid"]].candidate.digital
    assert people[edges["aged_14"]].candidate.birth_year == 2013
    assert people[edges["aged_14"]].guardians


def entries_of(region: Region, candidate: object) -> list[list[str]]:
    return [link.entry.tags for half in region.halves for link in half.links if link.candidate.pk == candidate]


def test_someone_in_two_schemes_is_one_entry_with_both(region: Region) -> None:
    half = spring(region)
    links = [link for link in half.links if str(link.candidate.pk) == region.edges["two_needs"]]
    assert len(links) == 1
    assert {TargetGroup.STUDENT_MANDATORY, TargetGroup.STUDENT_ELECTIVE} <= set(links[0].entry.tags)
    assert links[0].entry.priority_class == 0


def test_two_agencies_want_the_one_seat_and_three_places_share_a_supervisor(region: Region) -> None:
    half = spring(region)
    wanted = offer_of(half, region.edges["two_agencies"])
    assert [seat.capacity for seat in wanted.seats] == [1]
    first = [one.person.group for one in half.rankings if one.groups and one.groups[0] == [wanted]]
    assert {TargetGroup.WORK_TRAINING, TargetGroup.LANGUAGE_PRACTICE} <= set(first)
    crowded = next((pool, offers) for pool, offers in half.pools if str(pool.pk) == region.edges["overloaded_supervisor"])
    assert (crowded[0].limit, len(crowded[1])) == (1, 3)
    asking = sum(offer in crowded[1] for one in half.rankings for offer in one.offers)
    assert asking > 3
    assert offer_of(half, region.edges["closed_place"]).place.stage == PlaceStage.CLOSED


def offer_of(half: HalfYear, place: str) -> Offer:
    return next(offer for offer in half.offers if str(offer.place.pk) == place)


@pytest.mark.parametrize("seed", [7, 33])
def test_every_seed_has_the_rare_cases(seed: int) -> None:
    """33 draws an autumn without an open place for pupils."""
    assert tiny(seed).edges.keys() == tiny(2027).edges.keys()


def test_personas_wish_first_for_what_many_want(region: Region) -> None:
    half = spring(region)
    asked = Counter(offer.place for ranking in half.rankings for offer in ranking.offers)
    for ranking in half.rankings:
        if ranking.person.candidate.user:
            assert len(ranking.offers) == 7
            assert asked[ranking.offers[0].place] > 2 * ranking.offers[0].place.seats_total


def test_drawing_by_weight_gives_different_options_and_the_heavy_ones_first() -> None:
    wheel = Wheel([("never", 0.0), ("seldom", 1.0), ("often", 50.0)])
    drawn = [Draw(seed).ranked(wheel, 2) for seed in range(200)]
    assert all(sorted(set(one)) == sorted(one) and "never" not in one for one in drawn)
    assert sum(one[0] == "often" for one in drawn) > 180


def test_the_fake_register_tells_the_same_as_the_region(region: Region, tmp_path: Path) -> None:
    """All hosts but what is new for the next reading: a new name and a bankruptcy; numbers that nobody has."""
    write_register(tmp_path, region.firms, region.workplaces, datetime(2026, 11, 23, 12, tzinfo=UTC))
    told = json.loads((tmp_path / FILE).read_text())
    rows = {row["organisasjonsnummer"]: row for row in [*told["enheter"], *told["underenheter"]]}
    hosts = [*region.firms.enterprises, *(one.host for one in region.workplaces)]
    assert rows.keys() == {host.number for host in hosts}
    assert all(orgnr.is_valid(number) and number[0] in "123" for number in rows)
    news = {line["organisasjonsnummer"] for line in told["oppdateringer"]["enheter"]}
    assert len(news) == 2
    for host in hosts:
        if host.number not in news:
            assert (rows[host.number]["navn"], rows[host.number].get("overordnetEnhet")) == (
                host.registered_name,
                host.above.number if host.above else None,
            )
            gone = {"konkurs", "underAvvikling", "slettedato"} & {name for name, value in rows[host.number].items() if value}
            assert bool(gone) == (host.closed_on is not None)
    assert len(told["underenheter"]) >= 3
    assert {one.host.above.name for one in region.workplaces if one.host.above} <= {one.name for one in region.firms.enterprises}


def test_industries_are_codes_of_the_edition_they_claim() -> None:
    for code, _words in workplaces()["industries"].values():
        assert nace.info(code[:5], revision="2.1")
        assert field_of_industry(code)
