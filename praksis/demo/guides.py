"""Made-up resource persons at members and hosts: with good, bad and no experience, who have said yes to being asked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from praksis.accounts.models import User
from praksis.base.codes import Field, Language, TargetGroup
from praksis.catalogue.choices import SchemeKind
from praksis.demo.draw import Draw
from praksis.demo.hosts import Workplace
from praksis.demo.members import Members
from praksis.demo.people import full_name
from praksis.demo.personas import EMPLOYER, STAFF
from praksis.organisations.choices import Experience, MemberKind
from praksis.organisations.models import ResourcePerson

AT_HOSTS = 10
E, G, K = Experience, TargetGroup, SchemeKind
type Said = tuple[str, str, Experience, tuple[Field, ...], tuple[TargetGroup, ...], tuple[SchemeKind, ...]]
AT_MEMBERS: dict[str, tuple[Said, ...]] = {
    MemberKind.UNIVERSITY: (
        (
            "Emneansvarlig",
            "Hvordan vi fikk et praksisemne på 10 studiepoeng inn i studieplanen, og hva instituttet sa nei til først.",
            E.GOOD,
            (Field.HUMANITIES,),
            (G.STUDENT_ELECTIVE,),
            (K.ELECTIVE,),
        ),
        (
            "Programleder",
            "Vi prøvde prosjekt med bedrift i to år og ga oss. Jeg kan si hva som manglet.",
            E.BAD,
            (Field.IT, Field.ENGINEERING),
            (G.STUDENT_ELECTIVE,),
            (K.PROJECT, K.INTERNSHIP),
        ),
        (
            "Studieleder",
            "Vi har ikke praksis ennå og vil gjerne snakke med andre som er i samme situasjon.",
            E.NONE_YET,
            (Field.CULTURE,),
            (G.STUDENT_ELECTIVE,),
            (),
        ),
    ),
    MemberKind.COUNTY: (
        (
            "Rådgiver for fagopplæring",
            "Hva en virksomhet må ha på plass for å bli godkjent lærebedrift.",
            E.GOOD,
            (),
            (G.APPRENTICE,),
            (K.APPRENTICESHIP,),
        ),
    ),
    MemberKind.NAV: (
        (
            "Markedskontakt",
            "Hvordan en avtale om arbeidstrening blir til, og hva virksomheten får av oppfølging.",
            E.MIXED,
            (Field.TRADE, Field.FOOD),
            (G.WORK_TRAINING,),
            (K.WORK_TRAINING,),
        ),
    ),
    MemberKind.MUNICIPALITY: (
        (
            "Koordinator for språkpraksis",
            "Hvor mye norsk som trengs, og hvordan kolleger kan hjelpe.",
            E.GOOD,
            (),
            (G.LANGUAGE_PRACTICE,),
            (K.LANGUAGE_PRACTICE,),
        ),
    ),
    MemberKind.SCHOOL: (
        ("Rådgiver", "Hvordan en uke på en arbeidsplass blir mer enn å se på.", E.MIXED, (), (G.PUPIL,), (K.PUPIL,)),
    ),
}
"""By kind of member: title, what they know, experience, fields, groups, kinds of schemes."""
HOST_WORDS = {
    E.GOOD: "Vi har hatt folk hos oss flere ganger. Spør meg om hva en første dag bør inneholde.",
    E.MIXED: "Én gang gikk det skeis og én gang gikk det fint. Forskjellen var planen.",
    E.BAD: "Det passet ikke hos oss den gangen. Jeg forteller gjerne hvorfor.",
    E.NONE_YET: "Vi har ikke hatt noen ennå, men har tenkt mye på det. Spør meg om hva som hindrer.",
}


@dataclass
class Guides:
    """Their users, and what they say."""

    users: list[User] = field(default_factory=list)
    persons: list[ResourcePerson] = field(default_factory=list)


def build_guides(
    draw: Draw, members: Members, workplaces: Sequence[Workplace], house: Workplace, cast: dict[str, User], now: datetime
) -> Guides:
    """Some at each kind of member, some at hosts; the employer and the university's coordinator are among them."""
    found = Guides()
    hvl = next(one for one in STAFF if one.key == "university")
    known = {hvl.member: cast[hvl.key]}
    for number, member in enumerate(members.members.values()):
        said = AT_MEMBERS.get(member.kind, ())
        turn = number % len(said) if said else 0
        for title, knows, experience, fields, groups, kinds in said if member.name in known else said[turn : turn + 1]:
            user = known.pop(member.name, None) or _user(draw, found)
            one = _person(draw, user, now, title=title, knows=knows, experience=experience)
            one.member, one.fields, one.groups, one.kinds = member, list(fields), list(groups), list(kinds)
            found.persons.append(one)
    found.persons += _at_hosts(draw, workplaces, house, cast[EMPLOYER.key], found, now)
    return found


def _at_hosts(
    draw: Draw, workplaces: Sequence[Workplace], house: Workplace, employer: User, found: Guides, now: datetime
) -> Iterator[ResourcePerson]:
    open_hosts = [one for one in workplaces if one.host.closed_on is None and one.host.agreement_signed_on and one is not house]
    for number, one in enumerate([house, *draw.some(open_hosts, AT_HOSTS)]):
        experience = list(HOST_WORDS)[number % len(HOST_WORDS)]
        user = employer if one is house else _user(draw, found)
        person = _person(draw, user, now, title="Daglig leder", knows=HOST_WORDS[experience], experience=experience)
        person.host, person.fields = one.host, [one.host.field]
        person.title = "Fagansvarlig" if one is house else person.title
        yield person


def _user(draw: Draw, found: Guides) -> User:
    user = User(id=draw.uuid(), name=full_name(draw), email=f"ressurs{len(found.users) + 1}@praksistorget.example")
    found.users.append(user)
    return user


def _person(draw: Draw, user: User, now: datetime, *, title: str, knows: str, experience: Experience) -> ResourcePerson:
    agreed_at = now - timedelta(days=draw.between(3, 200))
    return ResourcePerson(
        id=draw.uuid(),
        user=user,
        name=user.name,
        title=title,
        knows=knows,
        experience=experience,
        languages=[Language.NB, *([Language.EN] if draw.chance(0.5) else [])],
        agreed_at=agreed_at,
        changed_at=agreed_at,
        made_up=True,
    )
