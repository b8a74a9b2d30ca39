"""A small region to walk through: people of confidential groups beside others, two members' rounds, places in every stage."""

import uuid
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta

import typst
from django.utils import timezone

from praksis.accounts.actions import make_link
from praksis.accounts.models import User
from praksis.base.models import PublishedFigure
from praksis.candidates.models import Candidate, Correction, Guardian, Need
from praksis.catalogue.actions import index_places
from praksis.catalogue.choices import Extent, PlaceStage, SchemeStage, SeatRule
from praksis.catalogue.models import Citation, Place, SavedSearch, Scheme, Seat, Source, SourceFile, SourcePage
from praksis.demo.personas import CANDIDATES as PERSONAS
from praksis.intake.models import Feed, Intake, IntakeFile, Pair
from praksis.organisations.actions import invite
from praksis.organisations.choices import SeenBy
from praksis.organisations.models import Host, HostContact, Membership, ResourcePerson, Unit
from praksis.rounds import actions
from praksis.rounds.choices import Policy, RoundState
from praksis.rounds.models import Auditor, Entry, EntryLink, Round, RoundPlace, Run
from praksis.rounds.tasks import allocate
from praksis.ways.models import Gap, Hurdle
from tests.access.people import UNIT, Cast, cast

type AsRole = Callable[[], AbstractContextManager[None]]

SEASON = "2027-spring"
PEOPLE = {
    "student": ("uib", "student_elective", "student"),
    "doubleuib": ("uib", "student_elective", "double"),
    "doublenav": ("nav", "work_training", "double"),
    "participant": ("nav", "work_training", "participant"),
    "unable": ("nav", "work_training", ""),
    "newcomer": ("kommune", "language_practice", "newcomer"),
    "pupil": ("skole", "pupil", "pupil"),
    "apprentice": ("fylke", "apprentice", ""),
}
"""Each candidate's member, group, and whom of the actors it is (nobody, who cannot sign in)."""
ROUNDS = {
    "done": ("uib", RoundState.RANKING, ("uib", "nav", "kommune", "skole")),
    "open": ("uib", RoundState.RANKING, ("uib", "nav", "kommune", "skole")),
    "closed": ("uib", RoundState.RANKING, ("uib", "nav")),
    "closing": ("uib", RoundState.RANKING, ("uib", "nav")),
    "prepared": ("uib", RoundState.PREPARING, ("uib", "nav")),
    "others": ("fylke", RoundState.RANKING, ("fylke",)),
}
AUDITOR_SEEN_BY = ("uiblead", "skolelead")
"""The leads of the members in the first round."""
IN_THE_UNIT = ("student",)
ALL_GROUPS = ("student_elective", "work_training", "language_practice", "pupil")


@dataclass
class World:
    """Everything by name."""

    cast: Cast
    hosts: dict[str, Host]
    places: dict[str, Place] = field(default_factory=dict)
    schemes: dict[str, Scheme] = field(default_factory=dict)
    gaps: dict[str, Gap] = field(default_factory=dict)
    intakes: dict[str, Intake] = field(default_factory=dict)
    pairs: dict[str, Pair] = field(default_factory=dict)
    candidates: dict[str, Candidate] = field(default_factory=dict)
    rounds: dict[str, Round] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)
    auditors: dict[str, Auditor] = field(default_factory=dict)
    corrections: dict[str, Correction] = field(default_factory=dict)
    tokens: list[str] = field(default_factory=list)
    invitations: dict[str, str] = field(default_factory=dict)
    resources: dict[str, ResourcePerson] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    searches: dict[str, SavedSearch] = field(default_factory=dict)

    def by(self, key: str) -> User:
        return self.cast.user(key)

    def entry(self, person: str, round_: str) -> Entry:
        links = EntryLink.objects.select_related("entry__round")
        return links.get(candidate=self.candidates[person], round=self.rounds[round_]).entry

    def staff_of(self, person: str) -> set[str]:
        return self.cast.staff(PEOPLE[person][0], *([UNIT] if person in IN_THE_UNIT else []))

    def own(self, person: str) -> set[str]:
        """The person, and the guardian of the child."""
        return {PEOPLE[person][2], *(["guardian"] if person == "pupil" else [])} - {""}


def world(as_owner: AsRole, as_worker: AsRole) -> World:
    """Made by the owner of the tables; the finished run is the worker's."""
    with as_owner():
        hosts = {key: _host(key, number) for number, key in enumerate(("one", "two", "hidden"), 900_000_001)}
        made = World(cast(hosts), hosts)
        _people(made)
        _places(made)
        _rounds(made)
        for name in ("done", "closed"):
            made.rounds[name] = actions.close_round(round_=made.rounds[name], by=made.by("uibcoordinator"))
            by = made.by("uibcoordinator")
            made.runs[name] = actions.request_run(round_=made.rounds[name], click_key=uuid.uuid4(), by=by)
    with as_worker():
        for run in made.runs.values():
            allocate.func(run_id=str(run.pk))
    with as_owner():
        _publish(made)
        _invite(made)
        _resource_persons(made)
        _searches(made)
        _sources(made)
        linked = User.objects.create(name="Lenke", email="lenke@person.example")
        User.objects.create(name=PERSONAS[0].name, email=PERSONAS[0].email)
    made.tokens = [make_link(user=linked), make_link(user=None)]
    made.cast.sign_in()
    return made


def _host(key: str, number: int) -> Host:
    return Host.objects.create(name=f"Zq{key}vert", number=str(number), field="health", municipality="4601")


def _people(made: World) -> None:
    told = made.cast.told
    for key, (member, group, who) in PEOPLE.items():
        name = who or key
        user = made.by(who) if who else None
        person = Candidate.objects.create(
            member=made.cast.members[member],
            user=user,
            digital=user is not None,
            reference=f"ZQREF-{key}-1",
            first_name=f"Zq{name}fo",
            last_name=f"Zq{name}et",
            address_protected=key == "newcomer",
            unit=Unit.objects.get() if key in IN_THE_UNIT else None,
        )
        Need.objects.create(candidate=person, member=person.member, target_group=group, field="health", season=SEASON)
        made.candidates[key] = person
        for word in (person.first_name, person.last_name):
            told(word, made.staff_of(key) | made.own(key))
        for word in (person.reference, person.pk):
            told(word, made.staff_of(key) | made.own(key))
        if user:
            told(user.email, made.staff_of(key))
    Guardian.objects.create(candidate=made.candidates["pupil"], user=made.by("guardian"))
    for key in ("student", "participant", "pupil"):
        asked = Correction.objects.create(candidate=made.candidates[key], text=f"Zqfeil{key}", click_key=uuid.uuid4())
        made.corrections[key] = asked
        told(asked.text, made.staff_of(key) | made.own(key))


def _places(made: World) -> None:
    first, hidden = made.hosts["one"], made.hosts["hidden"]
    for name in ("done", "open", "closed", "closing", "others", "free", "toclose"):
        made.places[name] = _place(name, first, PlaceStage.OPEN)
    for name, stage in [("offered", PlaceStage.OFFERED), ("toapprove", PlaceStage.OFFERED), ("shut", PlaceStage.CLOSED)]:
        made.places[name] = _place(name, first, stage)
    PublishedFigure.objects.create(name="ranked_place", subject=made.places["shut"].pk, value=7)
    made.places["reopened"] = _place("reopened", first, PlaceStage.CLOSED)
    made.places["hidden"] = _place("hidden", hidden, PlaceStage.OFFERED)
    halves = [("student_elective", "work_training"), ("language_practice", "apprentice")]
    made.places["tandem"] = _place("tandem", first, PlaceStage.OPEN, *halves, rule=SeatRule.WHOLE)
    index_places(made.places.values())
    deciding = made.cast.staff(*made.cast.members, roles=("coordinator", "lead"))
    for key, owner in (("one", "contact"), ("hidden", "signer")):
        made.cast.told(_answers(made.hosts[key]), deciding | {owner})
    for name in ("offered", "shut", "hidden"):
        own = {"contact"} if name != "hidden" else {"signer"}
        made.cast.told(made.places[name].title, deciding | own)
    made.cast.told(hidden.name, deciding | {"signer"})
    told_members = {"experience": "bad", "experience_words": "Zqerfaring", "experience_seen_by": SeenBy.MEMBERS}
    Host.objects.filter(pk=first.pk).update(**told_members)
    made.cast.told("Zqerfaring", deciding | {"contact"})
    for key, stage in [("running", SchemeStage.RUNNING), ("ended", SchemeStage.ENDED)]:
        made.schemes[key] = Scheme.objects.create(title=f"Ordning {key}", institution="Universitetet", stage=stage)
    uib = made.cast.members["uib"]
    made.schemes["idea"] = Scheme.objects.create(title="Ordning idé", institution=uib.name, owner=uib, stage=SchemeStage.IDEA)
    made.schemes["owned"] = Scheme.objects.create(title="Ordning uib", institution=uib.name, owner=uib)
    _intakes(made)
    for key in ("todraft", "toclose"):
        gap = {"programme": key, "target_group": "student_elective", "field": "humanities", "level": "bachelor"}
        made.gaps[key] = Gap.objects.create(member=uib, **gap)
    Hurdle.objects.create(scheme=made.schemes["owned"], code="A01")


def _intakes(made: World) -> None:
    """An import of the university's in each state; and two of its schemes, each beside one that might be the same."""
    uib = made.cast.members["uib"]
    feed = Feed.objects.create(member=uib, name="Zqkilde")
    made.cast.told(feed.name, made.cast.staff("uib", roles=("coordinator", "lead")))
    content = b"Tittel;Kode\r\nOrdning;A\r\n"
    for state in ("mapping", "checked", "written"):
        facts = {"form": "csv", "written_at": timezone.now(), "counts": {"new": 1, "refused": 1}}
        made.intakes[state] = Intake.objects.create(feed=feed, click_key=uuid.uuid4(), state=state, **facts)
        IntakeFile.objects.create(intake=made.intakes[state], member=uib, content=content, header=["Tittel", "Kode"])
    made.intakes["forgotten"] = Intake.objects.create(feed=feed, click_key=uuid.uuid4(), state="checked", form="csv", digest="0")
    for key in ("tomerge", "different"):
        mine, nobodys = (
            Scheme.objects.create(title=f"Ordning {key} {number}", institution=uib.name, owner=owner)
            for number, owner in enumerate((uib, made.cast.members["fylke"]))
        )
        made.pairs[key] = Pair.objects.create(one=mine, other=nobodys, score=0.9, overlap=False)


def _answers(host: Host) -> str:
    return f"zq{host.number}@person.example"


def _place(name: str, host: Host, stage: PlaceStage, *halves: tuple[str, ...], rule: SeatRule = SeatRule.EACH) -> Place:
    kinds = halves or (ALL_GROUPS,)
    capacity = 1 if halves else 9
    place = Place.objects.create(
        host=host,
        title=f"Zq{name}plass",
        tasks="Følge veilederen.",
        field="health",
        municipality="4601",
        season=SEASON,
        extent=Extent.FULL,
        rule=rule,
        stage=stage,
        contact=_answers(host),
        groups=sorted({group for groups in kinds for group in groups}),
        seats_total=capacity * len(kinds),
    )
    for kind, groups in zip("ab", kinds, strict=False):
        minimum = capacity if halves else 0
        Seat.objects.create(
            place=place, kind=kind, role=f"Du er {kind}", tasks="Hjelpe til.", capacity=capacity, minimum=minimum, groups=groups
        )
    return place


def _rounds(made: World) -> None:
    now = timezone.now()
    for key, (owner, state, members) in ROUNDS.items():
        round_ = Round.objects.create(
            name=f"Zq{key}runde",
            season=SEASON,
            owner=made.cast.members[owner],
            seed=7,
            seed_published_at=None if state == RoundState.PREPARING else now - timedelta(days=1),
            opens_at=now - timedelta(days=1),
            closes_at=now + timedelta(days=1),
            papers_due_on=timezone.localdate() + timedelta(days=14),
            state=state,
        )
        round_.members.set([made.cast.members[member] for member in members])
        inside = [key, *(["tandem"] if key == "done" else [])]
        RoundPlace.objects.bulk_create(
            RoundPlace(round=round_, place=made.places[name]) for name in inside if name in made.places
        )
        made.rounds[key] = round_
        people = [person for person, (member, *_rest) in PEOPLE.items() if member in members and state == RoundState.RANKING]
        for member in members if people else ():
            by = made.by(next(iter(sorted(made.cast.staff(member)))))
            actions.enter_candidates(round_=round_, member=made.cast.members[member], by=by)
        public = set(made.cast.actors) if state != RoundState.PREPARING else set()
        made.cast.told(round_.name, public | made.cast.seeing(owner, *members))
        for person in people:
            auditors = {"auditor"} if key == "done" else set()
            made.cast.told(made.entry(person, key).pk, made.staff_of(person) | made.own(person) | auditors)
    _auditors(made)
    _wishes(made)


def _auditors(made: World) -> None:
    """Of the first round: one who is, one who was until yesterday, and two who may not be for what else they are."""
    today = timezone.localdate()
    for key in ("auditor", "former", "uibcoordinator", "student"):
        days = {"starts_on": today - timedelta(days=9), "ends_on": today - timedelta(days=1 if key == "former" else -9)}
        named = {"name": f"Zqtilsyn{key}", "email": f"zqtilsyn{key}@person.example"}
        made.auditors[key] = Auditor.objects.create(
            round=made.rounds["done"], user=made.by(key), member=made.cast.members["uib"], **named, **days
        )
        for word in named.values():
            made.cast.told(word, AUDITOR_SEEN_BY)


def _wishes(made: World) -> None:
    for person in ("student", "newcomer"):
        _rank(made, person, "done", ["tandem", "done"])
    for person in ("participant", "pupil"):
        _rank(made, person, "done", ["done"])
    for person in ("student", "participant"):
        _rank(made, person, "closed", ["closed"])
    for person in ("student", "pupil"):
        _rank(made, person, "open", ["open"])
    for person in ("participant", "unable", "doublenav", "newcomer"):
        _rank(made, person, "open", ["open"], send=False)


def _rank(made: World, person: str, round_: str, names: Iterable[str], *, send: bool = True) -> None:
    entry, who = made.entry(person, round_), PEOPLE[person][2]
    by = made.by(who or "navcounsellor")
    groups = [[made.places[name].pk] for name in names]
    entry = actions.save_ranking(entry=entry, groups=groups, version=entry.version, by=by)
    if send:
        actions.send_ranking(entry=entry, version=entry.version, by=by)


def _invite(made: World) -> None:
    """One to the university, one to a host, and one to use. Whoever leads sees colleagues' names and those who are invited."""
    members, hosts = made.cast.members, made.hosts
    for key, workplace, role, by in [
        ("uib", members["uib"], "coordinator", "uiblead"),
        ("one", hosts["one"], "supervisor", "contact"),
        ("skole", members["skole"], "board", "skolelead"),
    ]:
        address = f"zq{key}ny@person.example"
        made.invitations[key] = invite(
            workplace=workplace, email=address, role=role, by=made.by(by), starts_on=timezone.localdate()
        )
        made.cast.told(address, {by})
    operators = {"regionoperator"}
    for membership in Membership.objects.select_related("user", "member"):
        member = next(key for key, one in members.items() if one.pk == membership.member_id)
        _tell_name(made, membership.user, made.cast.staff(member, roles=("lead",)) or operators)
    for contact in HostContact.objects.select_related("user"):
        deciding = "contact" if contact.host_id == hosts["one"].pk else "signer"
        _tell_name(made, contact.user, {deciding})


def _resource_persons(made: World) -> None:
    """One who has said yes; one at a host who has not; one at a member who has not, and is taken away."""
    members, hosts = made.cast.members, made.hosts
    for key, who, where, agreed, seen_by in (
        ("seen", "nobody", {"member": members["uib"]}, True, set(made.cast.actors)),
        ("hidden", "supervisor", {"host": hosts["one"]}, False, {"supervisor", "contact"}),
        ("gone", "former", {"member": members["uib"]}, False, {"former", "uiblead"}),
    ):
        made.resources[key] = ResourcePerson.objects.create(
            user=made.by(who), name=f"Zqressurs{key}", knows="Alt.", agreed_at=timezone.now() if agreed else None, **where
        )
        made.cast.told(f"Zqressurs{key}", seen_by)


def _sources(made: World) -> None:
    """The university's own: read, each with one page."""
    uib, everyone = made.cast.members["uib"], set(made.cast.actors)
    own = made.cast.staff("uib", roles=("coordinator", "lead"))
    for key in ("shown", "kept", "gone", "toremove"):
        removed_at = timezone.now() if key == "gone" else None
        facts = {"form": "pdf", "state": "read", "pages_total": 1, "may_show": key != "kept", "removed_at": removed_at}
        source = Source.objects.create(member=uib, title=f"Rapport {key}", publisher="Utgiveren", **facts)
        SourceFile.objects.create(source=source, content=typst.compile(f"Zqfil{key}".encode(), format="pdf"))
        SourcePage.objects.create(source=source, number=1, text=f"Zqtekst{key}", picture=b"RIFF")
        for word in (f"Zqfil{key}", f"Zqtekst{key}"):
            made.cast.told(word, everyone if key in ("shown", "toremove") else own)
        made.sources[key] = source
    Citation.objects.create(scheme=made.schemes["owned"], source=made.sources["kept"], page=1)


def _searches(made: World) -> None:
    for who in ("nobody", "uibcoordinator", "student"):
        made.searches[who] = SavedSearch.objects.create(user=made.by(who), name=f"Zqsøk{who}", address=f"?q={who}")
        made.cast.told(f"Zqsøk{who}", {who})


def _tell_name(made: World, user: User, keys: Iterable[str]) -> None:
    for word in (*user.name.split(), user.email):
        made.cast.told(word, keys)


def _publish(made: World) -> None:
    run = Run.objects.get(pk=made.runs["done"].pk)
    for member, key in [
        ("uib", "uibcoordinator"),
        ("nav", "navcoordinator"),
        ("kommune", "kommunecoordinator"),
        ("skole", "skolelead"),
    ]:
        actions.publish_run(run=run, member=made.cast.members[member], by=made.by(key))
    others = made.rounds["others"]
    made.runs["others"] = Run.objects.create(
        round=others, click_key=uuid.uuid4(), policy=Policy.OPTIMAL, seed=7, progress={"step": "wait", "share": 0}
    )
    for name in made.by("uibcoordinator").name.split():
        made.cast.told(name, made.cast.seeing("uib", "nav", "kommune", "skole"))
