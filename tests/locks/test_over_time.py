"""Organisations come, people and roles move, end and come again: at every moment everyone sees what is theirs then."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule, run_state_machine_as_test

from praksis.accounts.models import User
from praksis.base.identity import acting
from praksis.candidates.models import Candidate, Guardian, Need
from praksis.organisations.choices import MemberKind, Role
from praksis.organisations.models import Member, Membership
from praksis.web.middleware import identity_of

pytestmark = pytest.mark.django_db
PLACING = {"counsellor", "coordinator", "lead"}
ROLES = st.sampled_from([*sorted(PLACING), "board", "operator"])
DAYS = st.integers(-2, 2)


class Organisations(RuleBasedStateMachine):
    """What is done is remembered here in plain sets, and nobody may see more of the database, or less, than they say.

    Rows are made by the tests' own hand in the policies; they are left where they are. Nobody of a later run sees them, but for
    an operator, who sees the roles wherever nobody leads.
    """

    members, users, people = Bundle("members"), Bundle("users"), Bundle("people")

    def __init__(self) -> None:
        super().__init__()
        self.roles: dict[Any, tuple[Any, Any, str, int, int | None]] = {}
        self.belongs: dict[Any, Any] = {}
        self.is_user: dict[Any, Any] = {}
        self.guards: set[tuple[Any, Any]] = set()
        self.known: list[Any] = []

    # ------------------------------------------------------------ what happens

    @initialize(target=members)
    def two_organisations(self) -> Any:
        return multiple(self._member(), self._member())

    @initialize(target=users)
    def two_people(self) -> Any:
        return multiple(self._user(), self._user())

    @initialize(target=people, first=members, second=members)
    def one_person_each(self, first: Any, second: Any) -> Any:
        return multiple(self._person(first, None), self._person(second, None))

    @rule(target=members)
    def organisation_comes(self) -> Any:
        return self._member()

    @rule(target=users)
    def somebody_comes(self) -> Any:
        return self._user()

    def _member(self) -> Any:
        made = Member(name="", short_name="x", kind=MemberKind.SCHOOL)
        made.name = str(made.pk)
        made.save(force_insert=True)
        return made.pk

    def _user(self) -> Any:
        made = User(name="Noen")
        made.email = f"{made.pk}@example.no"
        made.save(force_insert=True)
        self.known.append(made.pk)
        return made.pk

    @rule(
        user=users,
        member=members,
        role=ROLES,
        first=DAYS,
        last=st.none() | DAYS,
    )
    def role_is_given(self, user: Any, member: Any, role: str, first: int, last: int | None) -> None:
        held = any(one[:3] == (user, member, role) for one in self.roles.values())
        if held or (last is not None and last < first):
            return
        made = Membership.objects.create(
            user_id=user, member_id=member, role=Role(role), starts_on=_day(first), ends_on=_day(last)
        )
        self.roles[made.pk] = (user, member, role, first, last)

    @rule(data=st.data(), member=members)
    def role_moves(self, data: st.DataObject, member: Any) -> None:
        key = data.draw(st.sampled_from([None, *self.roles]))
        if key is None or any(one[:3] == (self.roles[key][0], member, self.roles[key][2]) for one in self.roles.values()):
            return
        Membership.objects.filter(pk=key).update(member=member)
        user, _old, *rest = self.roles[key]
        self.roles[key] = (user, member, *rest)

    @rule(data=st.data())
    def role_ends(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from([None, *self.roles]))
        if key is None:
            return
        Membership.objects.filter(pk=key).update(starts_on=_day(-3), ends_on=_day(-1))
        self.roles[key] = (*self.roles[key][:3], -3, -1)

    @rule(target=people, member=members, user=st.none() | users)
    def person_comes(self, member: Any, user: Any) -> Any:
        return self._person(member, user)

    def _person(self, member: Any, user: Any) -> Any:
        made = Candidate.objects.create(member_id=member, user_id=user, first_name="En", last_name="Person")
        Need.objects.create(candidate=made, member_id=member, target_group="pupil", field="trade", season="2027-spring")
        self.belongs[made.pk], self.is_user[made.pk] = member, user
        return made.pk

    @rule(person=people, member=members)
    def person_moves(self, person: Any, member: Any) -> None:
        Candidate.objects.filter(pk=person).update(member=member)
        Need.objects.filter(candidate=person).update(member=member)
        self.belongs[person] = member

    @rule(person=people, user=users)
    def guardian_comes(self, person: Any, user: Any) -> None:
        Guardian.objects.get_or_create(candidate_id=person, user_id=user)
        self.guards.add((person, user))

    @rule(data=st.data())
    def guardian_goes(self, data: st.DataObject) -> None:
        gone = data.draw(st.sampled_from([None, *sorted(self.guards)]))
        if gone:
            Guardian.objects.filter(candidate=gone[0], user=gone[1]).delete()
            self.guards.remove(gone)

    # ------------------------------------------------------------ what must hold

    @invariant()
    def everyone_sees_what_is_theirs_now(self) -> None:
        for user in self.known:
            placed = {person for person, member in self.belongs.items() if member in self._placed_for(user)}
            own = {person for person, who in self.is_user.items() if who == user} | {one for one, by in self.guards if by == user}
            found = User.objects.get(pk=user)
            with acting(identity_of(found)), transaction.atomic():
                assert set(Candidate.objects.placed_by(found).values_list("pk", flat=True)) == placed
                assert set(Candidate.objects.owned_by(found).values_list("pk", flat=True)) == own
                assert _raw("id", "candidates_candidate") == placed | own
                assert _raw("candidate_id", "candidates_need") == placed | own
                assert _raw("id", "organisations_membership") & {*self.roles} == self._roles_seen(user)

    def _placed_for(self, user: Any) -> set[Any]:
        return {member for who, member, role in self._current() if who == user and role in PLACING}

    def _roles_seen(self, user: Any) -> set[Any]:
        """One's own, and those at the members that one leads, or for an operator at those that nobody leads."""
        leads = {(who, member) for who, member, role in self._current() if role == "lead"}
        led = {member for who, member in leads if who == user}
        if any(who == user and role == "operator" for who, _member, role in self._current()):
            led |= {one[1] for one in self.roles.values()} - {member for _who, member in leads}
        return {key for key, one in self.roles.items() if one[0] == user or one[1] in led}

    def _current(self) -> list[tuple[Any, Any, str]]:
        """Who is what, where, today."""
        return [one[:3] for one in self.roles.values() if one[3] <= 0 and (one[4] is None or one[4] >= 0)]


def _day(number: int | None) -> Any:
    return None if number is None else timezone.localdate() + timedelta(days=number)


def _raw(column: str, table: str) -> set[Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"select {column} from {table}")  # noqa: S608 - names of our own
        return {key for (key,) in cursor.fetchall()}


UNHURRIED = settings(
    deadline=None, suppress_health_check=list(HealthCheck), database=None, phases=[Phase.generate], report_multiple_bugs=False
)
"""What goes wrong is told as it was found: to look for a shorter way there takes minutes."""


@pytest.mark.slow
def test_everyone_sees_what_is_theirs_whatever_moves() -> None:
    run_state_machine_as_test(
        Organisations, settings=settings(UNHURRIED, max_examples=5, stateful_step_count=15, derandomize=True)
    )


@pytest.mark.prove
def test_everyone_sees_what_is_theirs_whatever_moves_for_long() -> None:
    run_state_machine_as_test(Organisations, settings=settings(UNHURRIED, max_examples=150, stateful_step_count=40))
