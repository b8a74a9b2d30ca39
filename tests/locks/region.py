"""A small region in which every table of persons has rows of several members, of people in two rounds, and of ways in."""

import uuid
from datetime import timedelta
from typing import Any

from django.utils import timezone

from praksis.accounts.models import Factor, LinkRequest, OutsideIdentity, Passkey, RecoveryCode, Session, SignInLink, User
from praksis.base.models import Change, TrailEntry
from praksis.candidates.models import Candidate, Conflict, Consent, Correction, Guardian, HeldPaper, Need
from praksis.catalogue.models import Place, SavedSearch
from praksis.intake.models import Feed, Intake, IntakeFile
from praksis.intake.models import Row as IntakeRow
from praksis.messages.choices import Topic
from praksis.messages.models import Message, Muted
from praksis.organisations.choices import Role
from praksis.organisations.models import Host, HostContact, Invitation, Member, Membership, ResourcePerson, Unit
from praksis.rounds.choices import Policy
from praksis.rounds.models import Auditor, Choice, Entry, EntryLink, Outcome, Round, Run, RunInput
from praksis.rounds.tests.world import SEASON, World, candidate, host, place, seat, staff, user, world


def fill() -> None:
    """Runs as the owner. Everyone has everything there is, in two rounds with a run each."""
    made = world()
    people = [candidate(made.uib, name) for name in ("Ola", "Eva")] + [candidate(made.nav, "Siri", "work_training")]
    people.append(candidate(made.nav, "Per", "work_training", digital=False))
    wanted = place("Kontor", seat(4))
    _units(made, people[1])
    _invitations(made, wanted.host)
    _resource_persons(made, wanted.host)
    Guardian.objects.create(candidate=people[1], user=user("Mor"))
    Guardian.objects.create(candidate=people[2], user=user("Far"))
    HostContact.objects.create(user=user("Vert"), host=host("Verksted"))
    decides = user("Veileder")
    for role in ("contact", "supervisor"):
        HostContact.objects.create(user=decides, host=wanted.host, role=role)
    for one in people:
        HeldPaper.objects.create(candidate=one, paper="police")
        Conflict.objects.create(candidate=one, host=wanted.host, code="relation")
        Consent.objects.create(candidate=one, kind="share_name", given_by=one.user)
        Correction.objects.create(candidate=one, text="Feil år", click_key=uuid.uuid4())
    this, later = _allocated(made.round, people, wanted), _allocated(_next(made.round), people[1:3], wanted)
    _auditors(made, [this.round, later.round])
    _kept_long_enough(made, people, later.round)
    _of_one_member_about_anothers_person(made, people[1], people[3], later.round)
    for run, other in ((this, later), (later, this)):  # what no job writes: a result for an entry of another round
        Outcome.objects.create(run=run, entry=Entry.objects.filter(round=other.round).latest("pk"))
    Membership.objects.create(user=user("Leder"), member=made.uib, role=Role.LEAD)
    for reader, one in ((made.kari, people[0]), (made.nils, people[2]), (made.nils, people[3])):
        TrailEntry.objects.create(request=uuid.uuid4(), actor=reader.pk, person=one.pk, member=one.member_id)
        Change.objects.create(
            row=one.pk, relation="candidates_candidate", operation="update", person=one.pk, member=one.member_id
        )
    Change.objects.create(row=made.kari.pk, relation="organisations_membership", operation="insert", member=made.uib.pk)
    TrailEntry.objects.create(request=uuid.uuid4(), actor=made.kari.pk, member=made.uib.pk)
    _told(made)
    _taken_in([made.uib, made.nav])
    _searches(made)
    for one in (None, made.kari, made.nils):
        SignInLink.objects.create(digest=uuid.uuid4().hex, user=one, expires_at=timezone.now() + timedelta(hours=1))
    SignInLink.objects.create(digest=uuid.uuid4().hex, user=made.kari, expires_at=timezone.now() - timedelta(hours=1))
    for number in range(2):
        marks = {name: f"{name}{number}" for name in ("pair", "near", "network")}
        asked_at = timezone.now() - number * timedelta(hours=2)
        LinkRequest.objects.create(email=made.kari.email, browser=f"browser{number}", asked_at=asked_at, **marks)
    for one in (made.kari, made.nils):
        Factor.objects.create(user=one, secret="sealed")
        Passkey.objects.create(user=one, credential=b"credential", public_key=b"key")
        RecoveryCode.objects.create(user=one, mark=uuid.uuid4().hex)
        OutsideIdentity.objects.create(user=one, provider="feide", mark=uuid.uuid4().hex)
    for one, hours in ((None, -1), (made.kari, 1), (made.nils, -1)):
        ends = timezone.now() + timedelta(hours=hours)
        Session.objects.create(session_key=uuid.uuid4().hex, session_data="", user=one, expire_date=ends)


def _told(made: World) -> None:
    """New, read, sent, and old enough to go."""
    now = timezone.now()
    states: list[dict[str, Any]] = [{}, {"read_at": now}, {"mailed_at": now}, {"told_at": now - timedelta(days=9999)}]
    for one in (made.kari, made.nils):
        Muted.objects.create(user=one, topic=Topic.HOST)
        for state in states:
            Message.objects.create(user=one, topic=Topic.CONFIRM, template="messages/none.txt", **state)


def _taken_in(members: list[Member]) -> None:
    """What each sent to make schemes of: new, and old enough to go."""
    for member in members:
        feed = Feed.objects.create(member=member, name="Kontoret")
        for moment in (timezone.now(), timezone.now() - timedelta(days=9999)):
            intake = Intake.objects.create(feed=feed, click_key=uuid.uuid4(), state="checked", started_at=moment)
            IntakeFile.objects.create(intake=intake, member=member, content=b"Tittel", sent_at=moment)
            IntakeRow.objects.create(intake=intake, member=member, number=1, outcome="new", tried_at=moment)


def _searches(made: World) -> None:
    """In use; not used for long; asked about just now, and long ago; asked long ago and used since."""
    now, long_ago = timezone.now(), timezone.now() - timedelta(days=9999)
    states: list[dict[str, Any]] = [{}, {"used_at": long_ago}, {"used_at": long_ago, "asked_at": now}, {"asked_at": long_ago}]
    states.append({"used_at": long_ago, "asked_at": long_ago})
    for one in (made.kari, made.nils):
        for number, state in enumerate(states):
            SavedSearch.objects.create(user=one, name="Søk", address=f"?q={number}", **state)


def _auditors(made: World, rounds: list[Round]) -> None:
    """One who is, one who was, one who will be, one who was taken back, one for the other round, one for a round of one member,
    one for a member that is not in it, and one without a last day."""
    now, today = timezone.now(), timezone.localdate()
    day, alone = timedelta(days=1), _next(rounds[0])
    alone.members.set([made.nav])
    spans: list[dict[str, Any]] = [
        {"ends_on": today},
        {"ends_on": today - day},
        {"starts_on": today + day, "ends_on": today + day},
        {"ends_on": today + day, "taken_back_at": now},
        {"ends_on": today + day, "round": rounds[1], "member": made.nav},
        {"round": alone, "member": made.nav},
        {"round": alone, "member": made.uib},
        {},
    ]
    for number, span in enumerate(spans):
        who = user(f"Kontrollør{number}")
        kept = {"starts_on": today - 9 * day, "round": rounds[0], "member": made.uib} | span
        Auditor.objects.create(user=who, name=who.name, email=who.email, **kept)


def _kept_long_enough(made: World, people: list[Candidate], round_: Round) -> None:
    """Of each kind something that is old enough to go."""
    long_ago = timezone.now() - timedelta(days=9999)
    day = long_ago.date()
    ended = {"starts_on": day, "ends_on": day}
    Membership.objects.create(user=made.nils, member=made.uib, role=Role.BOARD, **ended)
    HostContact.objects.create(user=made.nils, host=host("Nedlagt"), **ended)
    Auditor.objects.create(user=made.nils, round=round_, member=made.uib, name="Nils", email=made.nils.email, **ended)
    _invite(email="gammel@example.no", member=made.nav, role=Role.BOARD, expires_at=long_ago)
    HeldPaper.objects.create(candidate=people[2], paper="safety", valid_until=day)
    Candidate.objects.filter(pk=people[3].pk).update(added_on=day)
    User.objects.filter(pk=made.nils.pk).update(created_at=long_ago)
    Round.objects.filter(pk=round_.pk).update(published_at=long_ago)


def _of_one_member_about_anothers_person(made: World, in_unit: Candidate, person: Candidate, round_: Round) -> None:
    """What nobody of the house writes; and somebody who places the people of both."""
    Need.objects.create(candidate=in_unit, member=made.nav, target_group="work_training", field="health", season=SEASON)
    both = staff(made.uib, Role.COUNSELLOR, "Begge")
    Membership.objects.create(user=both, member=made.nav, role=Role.COUNSELLOR)
    need = Need.objects.create(candidate=person, member=made.uib, target_group="student_elective", field="health", season=SEASON)
    entry = Entry.objects.create(round=round_, member=made.uib, tags=[need.target_group])
    EntryLink.objects.create(entry=entry, round=round_, candidate=person, need=need, member=made.uib)


def _units(made: World, inside: Candidate) -> None:
    """A person in a department; a counsellor for its faculty, and one for another."""
    faculty, other = (Unit.objects.create(member=made.uib, name=name) for name in ("Fakultet", "Annet"))
    inside.unit = Unit.objects.create(member=made.uib, name="Institutt", above=faculty)
    inside.save()
    for name, unit in (("Vera", faculty), ("Anna", other)):
        Membership.objects.create(user=user(name), member=made.uib, role=Role.COUNSELLOR, unit=unit)


def _invitations(made: World, workplace: Host) -> None:
    """A lead; an operator of a region that has none; a newcomer with a role at a member and one at a host, and invitations: those
    that gave these roles, the same taken back and too old, and others that give something else in one thing each."""
    lead, newcomer = staff(made.uib, Role.LEAD, "Lise"), user("Ny")
    staff(Member.objects.create(name="Regionen", short_name="Regionen", kind="region"), Role.OPERATOR, "Drift")
    for one in (newcomer, lead):
        Membership.objects.create(user=one, member=made.uib, role=Role.COUNSELLOR)
    HostContact.objects.create(user=newcomer, host=workplace, role="supervisor")
    now, today = timezone.now(), timezone.localdate()
    same = {"email": newcomer.email, "expires_at": now + timedelta(days=1)}
    other = [{}, {"taken_back_at": now}, {"expires_at": now}, {"starts_on": today - timedelta(days=1)}, {"ends_on": today}]
    at_member = [*other, {"member": made.nav}, {"role": Role.BOARD}, {"unit": Unit.objects.first()}]
    at_host = [*other, {"host": host("Nabo")}, {"role": "contact"}]
    for more in at_member:
        _invite(**{**same, "member": made.uib, "role": Role.COUNSELLOR, **more})
    for more in at_host:
        _invite(**{**same, "host": workplace, "role": "supervisor", **more})


def _resource_persons(made: World, workplace: Host) -> None:
    """Shown and not, at a member and at a host; one that was hidden long ago; and invitations that a newcomer may use, or not."""
    newcomer, guide, other = user("Ressurs"), user("Emneansvarlig"), user("Verkstedsjef")
    now = timezone.now()
    for who, where, agreed_at in (
        (guide, {"member": made.uib}, now),
        (guide, {"member": made.nav}, None),
        (other, {"host": workplace}, now),
        (newcomer, {"member": made.uib}, None),
    ):
        ResourcePerson.objects.create(user=who, name=who.name, agreed_at=agreed_at, **where)
    ResourcePerson.objects.create(user=other, name="Gammel", member=made.uib, changed_at=now - timedelta(days=9999))
    same = {"email": newcomer.email, "expires_at": now + timedelta(days=1), "role": "resource"}
    for more in ({"member": made.uib}, {"member": made.nav}, {"host": workplace}, {"member": made.uib, "taken_back_at": now}):
        _invite(**{**same, **more})


def _invite(**row: Any) -> None:
    Invitation.objects.create(digest=uuid.uuid4().hex, invited_by=users()[0], **row)


def _next(round_: Round) -> Round:
    members = list(round_.members.all())
    later = Round.objects.get(pk=round_.pk)
    later.pk, later.name = uuid.uuid4(), "Høstrunden"
    later.save(force_insert=True)
    later.members.set(members)
    return later


def _allocated(round_: Round, people: list[Candidate], wanted: Place) -> Run:
    run = Run.objects.create(round=round_, click_key=uuid.uuid4(), policy=Policy.OPTIMAL, seed=round_.seed)
    RunInput.objects.create(run=run, instance=b"people")
    for one in people:
        need = one.needs.get()
        entry = Entry.objects.create(round=round_, member=one.member, tags=[need.target_group])
        EntryLink.objects.create(entry=entry, round=round_, candidate=one, need=need, member=one.member)
        Choice.objects.create(entry=entry, place=wanted, rank=1)
        Outcome.objects.create(run=run, entry=entry, place=wanted, kind="a", rank=1)
    return run


def users() -> list[User]:
    """Everyone, in an order that does not change."""
    return list(User.objects.order_by("email"))
