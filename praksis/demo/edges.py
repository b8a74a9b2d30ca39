"""The cases that are rare and must be there: each is made once whatever was drawn, and found again by its key (`Edges`)."""

from datetime import date, timedelta

from praksis.accounts.models import User
from praksis.base.codes import Language, TargetGroup
from praksis.candidates.models import Guardian, Need
from praksis.catalogue.choices import PlaceStage
from praksis.demo.halfyear import HalfYear, Plan, pool, rare_people
from praksis.demo.hosts import Workplace
from praksis.demo.people import Person, full_name
from praksis.demo.periods import period_of
from praksis.demo.places import Offer, Offering
from praksis.demo.texts import PlaceText, ordinary_places
from praksis.demo.wishes import Ranking

type Edges = dict[str, str]
"""What the case is -> the id of its host, candidate or place."""

LAPSED = date(2026, 6, 1)


def mark_hosts(plan: Plan, kept: Workplace) -> Edges:
    """A host that is bankrupt, one without an agreement, one whose approval to train has lapsed, one that writes nynorsk.

    `kept` stays as it is.
    """
    bergen = [one for one in plan.workplaces if one is not kept and one.host.municipality == "4601"]
    elsewhere = [one for one in plan.workplaces if one is not kept and one.host.municipality != "4601" and one.kind.about_nn]
    closed, bare = next(one for one in reversed(plan.workplaces) if one is not kept), _of_kind(bergen, "regnskap")
    lapsed, nynorsk = _of_kind(bergen, "elektro"), next(iter(elsewhere or bergen))
    closed.host.closed_on = plan.now.date() - timedelta(days=20)
    bare.host.agreement_signed_on = None
    lapsed.host.training_approved_until, lapsed.host.closed_on = LAPSED, None
    nynorsk.host.language, nynorsk.host.about = Language.NN, nynorsk.kind.about_nn
    marked = {"bankrupt_host": closed, "no_agreement": bare, "lapsed_approval": lapsed, "nynorsk_host": nynorsk}
    return {key: str(workplace.host.pk) for key, workplace in marked.items()}


def _of_kind(workplaces: list[Workplace], kind: str) -> Workplace:
    return next((one for one in workplaces if one.kind.name == kind), workplaces[0])


def add_places(plan: Plan, half: HalfYear, edges: Edges) -> None:
    """A closed host's place, the lapsed host's apprenticeship, a seat two agencies want, three places with one supervisor."""
    by_id = {str(one.host.pk): one for one in plan.workplaces}
    bankrupt = by_id[edges["bankrupt_host"]]
    closed = _offer(plan, next(text for text in ordinary_places() if bankrupt.kind.name in text.at), bankrupt)
    closed.place.stage = PlaceStage.CLOSED
    lapsed = _offer(plan, _text("elektro", TargetGroup.APPRENTICE), by_id[edges["lapsed_approval"]])
    wanted = _one_seat(_offer(plan, _text("butikk", TargetGroup.WORK_TRAINING), _at(plan, "butikk")))
    clinic = _at(plan, "klinikk")
    crowded = [
        _offer(plan, text, clinic) for text in ordinary_places() if "klinikk" in text.at and "student_mandatory" in text.groups
    ]
    half.offers += [closed, lapsed, wanted, *crowded[:3]]
    half.pools.append(pool(plan.draw, crowded[:3], "Én veileder for alle", 1))
    edges |= {
        "closed_place": str(closed.place.pk),
        "place_without_approval": str(lapsed.place.pk),
        "two_agencies": str(wanted.place.pk),
        "overloaded_supervisor": str(half.pools[-1][0].pk),
    }


def _at(plan: Plan, kind: str) -> Workplace:
    """The most popular open host of a kind."""
    possible = [one for one in plan.workplaces if one.kind.name == kind and one.host.closed_on is None]
    return max(possible, key=lambda one: one.popularity)


def _text(kind: str, group: TargetGroup) -> PlaceText:
    return next(text for text in ordinary_places() if kind in text.at and group in text.groups)


def _offer(plan: Plan, text: PlaceText, workplace: Workplace) -> Offer:
    offering = Offering(plan.draw, plan.season, [], plan.schemes, plan.now)
    group = text.halves[0].groups[0]
    offer = offering.offer(text, workplace, period_of(group, plan.season, plan.draw))
    offer.place.stage = PlaceStage.OPEN
    return offer


def _one_seat(offer: Offer) -> Offer:
    offer.seats[0].capacity, offer.seats[0].minimum, offer.place.seats_total = 1, 0, 1
    return offer


def mark_people(plan: Plan, half: HalfYear, edges: Edges) -> User:
    """Protected address, no BankID, 14 years old (with a guardian: returned), two needs, and lists that meet at one seat."""
    rare = rare_people(half)
    lists = {group: [one for one in half.rankings if one.person in rare and one.person.group == group] for group in TargetGroup}
    hidden, paper = lists[TargetGroup.WORK_TRAINING][0].person, lists[TargetGroup.LANGUAGE_PRACTICE][0].person
    young, twice = lists[TargetGroup.PUPIL][0].person, _with_choice_of_courses(plan, half)
    hidden.candidate.address_protected, hidden.need.municipality = True, ""
    paper.candidate.digital = False
    young.candidate.birth_year = 2013
    guardian = User(id=plan.draw.uuid(), name=full_name(plan.draw), email="foresatt@praksistorget.example")
    young.guardians.append(Guardian(id=plan.draw.uuid(), candidate=young.candidate, user=guardian))
    _add_course(plan, twice)
    _meet_at(half, edges["two_agencies"], lists[TargetGroup.WORK_TRAINING][1], lists[TargetGroup.LANGUAGE_PRACTICE][1])
    _meet_at(half, edges["place_without_approval"], lists[TargetGroup.APPRENTICE][0])
    marked = {"protected_address": hidden, "no_bankid": paper, "aged_14": young, "two_needs": twice}
    edges |= {key: str(person.candidate.pk) for key, person in marked.items()}
    return guardian


def _with_choice_of_courses(plan: Plan, half: HalfYear) -> Person:
    """Someone whose university has practice courses as well."""
    offering = {source.member for source in plan.members.sources if source.group == TargetGroup.STUDENT_ELECTIVE}
    strangers = [person for person in half.people if person not in plan.known]
    return next(one for one in strangers if one.group == TargetGroup.STUDENT_MANDATORY and one.need.member in offering)


def _add_course(plan: Plan, person: Person) -> None:
    """A second need at the same member: a practice course beside the practice that must be passed."""
    source = next(
        source
        for source in plan.members.sources
        if source.group == TargetGroup.STUDENT_ELECTIVE and source.member == person.need.member and source.programme
    )
    programme = source.programme
    person.needs.append(
        Need(
            id=plan.draw.uuid(),
            candidate=person.candidate,
            member=source.member,
            target_group=source.group,
            programme=programme,
            field=programme.field if programme else person.need.field,
            season=plan.season,
            municipality=person.need.municipality,
        )
    )


def _meet_at(half: HalfYear, place: str, *rankings: Ranking) -> None:
    """Put one place first on each list."""
    offer = next(one for one in half.offers if str(one.place.pk) == place)
    for ranking in rankings:
        others = [[one for one in group if one is not offer] for group in ranking.groups][:9]
        ranking.groups, ranking.sent = [[offer], *(group for group in others if group)], True
        ranking.person.conflicts = [one for one in ranking.person.conflicts if one.host != offer.place.host]
