"""A small region to test on: two members, two hosts, three places, and a round that takes wishes."""

import itertools
import uuid
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from praksis.accounts.models import User
from praksis.candidates.models import Candidate, Need
from praksis.catalogue.choices import Extent, PlaceStage, SeatRule
from praksis.catalogue.models import Place, Seat
from praksis.organisations.choices import MemberKind, Role
from praksis.organisations.models import Host, Member, Membership
from praksis.rounds import actions
from praksis.rounds.choices import RoundState
from praksis.rounds.models import Entry, EntryLink, Round, Run
from praksis.rounds.tasks import allocate

type AsRole = Callable[[], AbstractContextManager[None]]

SEASON = "2027-spring"
_numbers = itertools.count(1)


def user(name: str) -> User:
    return User.objects.create(name=name, email=f"{name.lower()}{next(_numbers)}@example.no")


def staff(member: Member, role: Role = Role.COORDINATOR, name: str = "Kari") -> User:
    made = user(name)
    Membership.objects.create(user=made, member=member, role=role)
    return made


def who(one: Candidate) -> User:
    """The user a candidate signs in as."""
    assert one.user
    return one.user


def member(name: str, kind: MemberKind = MemberKind.UNIVERSITY) -> Member:
    return Member.objects.create(name=f"{name} {next(_numbers)}", short_name=name, kind=kind)


def host(name: str = "Fyllingsdalen hjemmetjeneste") -> Host:
    return Host.objects.create(name=name, number=f"{next(_numbers):09d}", field="health", municipality="4601")


def place(title: str, *seats: Seat, at: Host | None = None, rule: SeatRule = SeatRule.EACH) -> Place:
    """An open place with these seats (their place is set here)."""
    made = Place.objects.create(
        host=at or host(),
        title=title,
        tasks="Følge veilederen.",
        field="health",
        municipality="4601",
        season=SEASON,
        extent=Extent.FULL,
        rule=rule,
        stage=PlaceStage.OPEN,
        groups=sorted({group for seat in seats for group in seat.groups}),
        seats_total=sum(seat.capacity for seat in seats),
    )
    for seat in seats:
        seat.place = made
        seat.save()
    return made


def seat(
    capacity: int = 1,
    groups: Iterable[str] = ("student_elective",),
    kind: str = "a",
    requires: Iterable[str] = (),
    minimum: int = 0,
) -> Seat:
    return Seat(kind=kind, capacity=capacity, groups=list(groups), requires=list(requires), role=f"Du er {kind}")


def candidate(owner: Member, name: str = "Ola", group: str = "student_elective", *, digital: bool = True) -> Candidate:
    made = Candidate.objects.create(
        member=owner, first_name=name, last_name="Nordmann", user=user(name) if digital else None, digital=digital
    )
    Need.objects.create(candidate=made, member=owner, target_group=group, field="health", season=SEASON)
    return made


@dataclass
class World:
    """Who and what the tests speak of."""

    uib: Member
    nav: Member
    kari: User
    nils: User
    round: Round

    def enter(self) -> None:
        """Both members put their people in."""
        actions.enter_candidates(round_=self.round, member=self.uib, by=self.kari)
        actions.enter_candidates(round_=self.round, member=self.nav, by=self.nils)

    def entry(self, one: Candidate) -> Entry:
        return EntryLink.objects.select_related("entry__round").get(candidate=one, round=self.round).entry

    def rank(self, one: Candidate, *places: Place, send: bool = True) -> Entry:
        """Save the list of `one`, and send it in."""
        by = one.user or (self.kari if one.member == self.uib else self.nils)
        entry = self.entry(one)
        entry = actions.save_ranking(entry=entry, groups=[[wanted.pk] for wanted in places], version=entry.version, by=by)
        return actions.send_ranking(entry=entry, version=entry.version, by=by) if send else entry

    def close(self) -> None:
        self.round = actions.close_round(round_=self.round, by=self.kari)

    def request(self) -> Run:
        return actions.request_run(round_=self.round, click_key=uuid.uuid4(), by=self.kari)

    def allocate(self, as_worker: AsRole) -> Run:
        """Ask for a run, do its job as the worker, and read the run again."""
        run = self.request()
        with as_worker():
            allocate.func(run_id=str(run.pk))
        return Run.objects.get(pk=run.pk)


def world() -> World:
    """Two members, their coordinators, and a round open for wishes. Places and people are the test's own."""
    uib, nav = member("UiB"), member("NAV", MemberKind.NAV)
    kari, nils = staff(uib, name="Kari"), staff(nav, name="Nils")
    now = timezone.now()
    round_ = Round.objects.create(
        name="Vårrunden 2027",
        season=SEASON,
        owner=uib,
        seed=20270115,
        opens_at=now - timedelta(days=1),
        closes_at=now + timedelta(days=1),
        papers_due_on=timezone.localdate() + timedelta(days=14),
        state=RoundState.PREPARING,
    )
    round_.members.set([uib, nav])
    return World(uib, nav, kari, nils, round_)


def opened(made: World) -> World:
    """The world with its round open for wishes: all open places are in it."""
    made.round = actions.open_round(round_=made.round, by=made.kari)
    return made
