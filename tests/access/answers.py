"""What rules, filters and reads say of this region, also where no page comes to it: each with the change that brings it about."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from praksis.accounts.choices import Way
from praksis.accounts.models import User
from praksis.candidates import actions as people
from praksis.candidates.models import Candidate
from praksis.candidates.queries import units_to_choose
from praksis.candidates.rules import may_consent_for, may_decide_for, may_place_in, members_led
from praksis.catalogue.actions import offer_place
from praksis.catalogue.choices import PlaceStage
from praksis.catalogue.models import Place, Seat
from praksis.catalogue.queries import open_places_of_scheme
from praksis.catalogue.rules import may_offer_for, may_see_host, may_see_host_places, may_see_place
from praksis.organisations import actions as organisations
from praksis.organisations.choices import HostRole, Role
from praksis.organisations.models import Host, HostContact, Invitation, Membership, Unit
from praksis.organisations.queries import held_to_change, ids_of_units_within, needs_second_factor, staff_of, waiting_invitation
from praksis.organisations.rules import has_someone_who_leads
from praksis.rounds import actions as rounds
from praksis.rounds.actions.rounds import add_places
from praksis.rounds.models import Auditor, EntryLink, Round, RoundPlace
from praksis.rounds.queries.audits import auditors_of, members_to_name_for
from praksis.rounds.queries.rounds import members_placed_for, rounds_of
from praksis.rounds.rules import may_audit, may_coordinate, may_end_auditor, may_name_auditor, may_rank_for
from praksis.ways.models import Gap
from praksis.ways.queries import Wanted, hosts_to_ask
from tests.access.people import Actor
from tests.access.world import PEOPLE, ROUNDS, World


def rules(world: World) -> Iterator[tuple[str, bool]]:
    """What the pages of this region do not come to, each with the change that brings it about."""
    today, nobody = timezone.localdate(), world.by("nobody")
    uib, done = world.cast.members["uib"], world.rounds["done"]
    spans = {Role.COUNSELLOR: (-1, 1), Role.COORDINATOR: (1, None), Role.LEAD: (-2, -1), Role.BOARD: (-1, None)}
    for role, (first, last) in spans.items():
        days = {"starts_on": today + timedelta(first), "ends_on": None if last is None else today + timedelta(last)}
        Membership.objects.create(user=nobody, member=uib, role=role, **days)
    taken_back = {"starts_on": today - timedelta(2), "taken_back_at": timezone.now()}
    Membership.objects.create(user=nobody, member=world.cast.members["region"], role=Role.OPERATOR, **taken_back)
    yield "a role is current from its first day to its last", _current(nobody) == {Role.COUNSELLOR, Role.BOARD}
    yield "whoever led until yesterday leads no more", members_led(nobody) == []
    yield (
        "an operator whose role was taken back adds no member",
        not is_done(lambda by: organisations.add_member(name="Ny", short_name="Ny", kind="school", by=by), nobody),
    )
    yield "whoever led nothing now names no auditor", not members_to_name_for(nobody, done).exists()
    yield "and ends none", not may_end_auditor(nobody, done)
    yield "whoever has left needs no second factor", not needs_second_factor(world.by("former"), Way.MAIL)
    yield "a former coordinator places nobody in a round", members_placed_for(world.by("former"), done) == []
    yield (
        "nobody follows another member's people who cannot sign in",
        not may_rank_for(world.by("uibcoordinator"), world.entry("unable", "open").link),
    )
    counsellor, unit = world.by("uibunit"), Unit.objects.get(name="Zqenhet")
    taken_in: dict[str, Any] = {"member": uib, "person": {"unit": unit}, "candidate": world.candidates["doubleuib"]}
    yield (
        "a unit's counsellor takes nobody in from elsewhere",
        not is_done(lambda by: people.save_candidate(**taken_in, by=by), counsellor),
    )
    yield "nor adds anybody", not is_done(lambda by: people.save_candidate(member=uib, person={}, by=by), counsellor)
    yield from _in_units(world, unit)
    yield from _deciding(world)
    yield from _leading(world)
    yield from _inviting(world)
    yield from _auditing(world)
    yield from _naming_auditors(world)
    yield "who is not signed in coordinates nothing", not may_coordinate(AnonymousUser(), done)
    yield "nobody decides at a host that does not exist", not may_offer_for(world.by("contact"), Host())
    done.members.clear()
    yield "the owner sees a round without members", Round.objects.visible_to(world.by("uiblead")).filter(pk=done.pk).exists()
    offered, open_ = world.places["offered"], world.places["free"]
    Place.objects.filter(pk=offered.pk).update(scheme=world.schemes["running"])
    Gap.objects.filter(pk=world.gaps["toclose"].pk).update(closed_at=timezone.now())
    yield "a need that was met is closed", {one.pk for one in Gap.objects.open()} == {world.gaps["todraft"].pk}
    asked = {one.host.name for one in hosts_to_ask(Wanted("", "pupil", "health", "bachelor"))}
    yield "hosts to ask are hosts that are known", world.hosts["one"].name in asked and world.hosts["hidden"].name not in asked
    yield "a scheme's page shows open places only", open_places_of_scheme(world.schemes["running"]) == []
    add_places(world.rounds["prepared"])
    yield "a round takes open places only", not RoundPlace.objects.filter(place=offered).exists()
    hidden, shut = Host.objects.get(pk=world.hosts["hidden"].pk), Host.objects.get(pk=open_.host_id)
    hidden.agreement_signed_on = today
    yield "a host with an agreement is known", may_see_host(AnonymousUser(), hidden)
    hidden.agreement_signed_on, hidden.closed_on = None, today
    yield "a host that was known stays known", may_see_host(AnonymousUser(), hidden)
    shut.closed_on = today
    shut.save()
    gone = Place.objects.select_related("host").get(pk=open_.pk)
    yield "a place at a host that is gone is not shown", not may_see_place(AnonymousUser(), gone)
    yield "nor listed", not Place.objects.open().filter(pk=open_.pk).exists()
    for actor in world.cast.actors.values():
        if actor.user:
            yield f"{actor.key} sees the people that are theirs", _seen(actor.user) == _people(world, actor)
            yield f"{actor.key} follows entries of theirs", _followed(actor.user) == _entries_of(world, actor)
            seen = {one.pk for one in rounds_of(actor.user)}
            yield f"{actor.key} is listed the rounds that are theirs", actor.key == "nobody" or seen == _rounds_of(world, actor)


def _in_units(world: World, unit: Unit) -> Iterator[tuple[str, bool]]:
    uib, nav, counsellor = world.cast.members["uib"], world.cast.members["nav"], world.by("uibunit")
    beside, below = (
        Unit.objects.create(member=uib, name=name, above=above) for name, above in (("Ved siden", None), ("Under", unit))
    )
    lowest = Unit.objects.create(member=uib, name="Underst", above=below)
    within = {unit.pk, below.pk, lowest.pk}
    yield "a unit is followed with those below it", set(ids_of_units_within([unit.pk])) == within
    yield "the counsellor gives people one of these", {one.pk for one in units_to_choose(counsellor, uib)[0]} == within
    yield "and places people there", all(may_place_in(counsellor, uib.pk, one) for one in within)
    yield "and nowhere else", not any(may_place_in(counsellor, uib.pk, one) for one in (beside.pk, None))
    yield "nor at another member", not may_place_in(counsellor, nav.pk, unit.pk)


def _deciding(world: World) -> Iterator[tuple[str, bool]]:
    uib, pupil = world.cast.members["uib"], world.candidates["pupil"]
    deciding = [key for key in world.cast.actors if key != "visitor" and may_decide_for(world.by(key), uib.pk)]
    yield "a member's coordinators and leads decide for it", sorted(deciding) == ["uibcoordinator", "uiblead"]
    consenting = [key for key in world.cast.actors if key != "visitor" and may_consent_for(world.by(key), pupil)]
    yield "a child's guardian consents", consenting == ["guardian"]
    host, offered = world.hosts["one"], world.places["offered"]
    deciding = [key for key in world.cast.actors if may_offer_for(world.cast.actors[key].user or AnonymousUser(), host)]
    yield "a host's contact decides there", deciding == ["contact"]
    acting = [key for key in world.cast.actors if may_see_host_places(world.cast.actors[key].user or AnonymousUser(), host)]
    yield "those who act for a host see its own side", sorted(acting) == ["contact", "supervisor"]
    made = Place(host=host, title="Ny", season=offered.season, extent=offered.extent, contact="ny@person.example")
    seat = Seat(kind="a", capacity=1, groups=["pupil"])
    stored = offer_place(place=made, seats=[seat], by=world.by("supervisor"))
    yield "what anyone else offers for it waits", stored.stage == PlaceStage.OFFERED


def _leading(world: World) -> Iterator[tuple[str, bool]]:
    uib, host, today = world.cast.members["uib"], world.hosts["one"], timezone.localdate()
    former = HostContact.objects.get(user=world.by("former"))
    yield "a role that has ended is not changed", held_to_change(world.by("contact"), former.pk) is None
    yield "nor shown as standing", former.user_id not in {one.user_id for one in staff_of(host).standing}
    for where, roles, key, other in (
        (uib, Membership.objects, "uiblead", Role.BOARD),
        (host, HostContact.objects, "contact", HostRole.SUPERVISOR),
    ):
        held = roles.get(**{"user": world.by(key), "member" if where is uib else "host": where})
        yield f"{where} has somebody who leads", has_someone_who_leads(where)
        for change in ({"role": other}, {"ends_on": today}, {"taken_back_at": timezone.now()}):
            sound = {name: getattr(held, name) for name in change}
            roles.filter(pk=held.pk).update(**change)
            yield "not one who does something else, or will go, or is gone", not has_someone_who_leads(where)
            roles.filter(pk=held.pk).update(**sound)


def _inviting(world: World) -> Iterator[tuple[str, bool]]:
    uib, lead, now = world.cast.members["uib"], world.by("uiblead"), timezone.now()
    digest = organisations.digest_of(world.invitations["uib"])
    asked: dict[str, Any] = {"workplace": uib, "by": lead, "starts_on": timezone.localdate()}
    yield "an invitation waits", waiting_invitation(digest) is not None
    for change in ({"accepted_at": now}, {"taken_back_at": now}, {"expires_at": now}):
        sound = Invitation.objects.filter(digest=digest).values(*change).get()
        Invitation.objects.filter(digest=digest).update(**change)
        yield "until it is used, taken back or too old", waiting_invitation(digest) is None
        Invitation.objects.filter(digest=digest).update(**sound)
    organisations.invite(email="zquibny@person.example", role="coordinator", **asked)
    yield "or another takes its place", waiting_invitation(digest) is None
    yield "which alone is shown", [one.digest for one in staff_of(uib).waiting].count(digest) == 0
    has_role = {"email": world.by("uibcoordinator").email, "role": "coordinator"}
    again = {"email": world.by("former").email, "role": "coordinator"}
    yield "whoever had one is invited anew", _is_made(lambda: organisations.invite(**again, **asked))
    yield "nobody is invited to a role they have", not _is_made(lambda: organisations.invite(**has_role, **asked))


def _is_made(action: Callable[[], object]) -> bool:
    try:
        with transaction.atomic():
            action()
    except (ValidationError, IntegrityError):
        return False
    return True


def _auditing(world: World) -> Iterator[tuple[str, bool]]:
    uib, done = world.cast.members["uib"], world.rounds["done"]
    yield "an auditor checks the round", may_audit(world.by("auditor"), done)
    yield "and no other", not may_audit(world.by("auditor"), world.rounds["closed"])
    yield "who follows people in a round does not audit it", not may_audit(world.by("uibcoordinator"), done)
    yield "nor who is in it", not may_audit(world.by("student"), done)
    yield "nor whose role has ended", not may_audit(world.by("former"), done)
    yield "a lead names an auditor for the own member", may_name_auditor(world.by("uiblead"), done, uib.pk)
    yield "where it takes part", not may_name_auditor(world.by("uiblead"), world.rounds["others"], uib.pk)
    yield "for no other", not may_name_auditor(world.by("skolelead"), done, uib.pk)
    yield "a coordinator names none", not may_name_auditor(world.by("uibcoordinator"), done, uib.pk)
    yield "every lead in the round ends an auditor", may_end_auditor(world.by("skolelead"), done)
    yield "and nobody else", not any(may_end_auditor(world.by(key), done) for key in ("uibcoordinator", "regionlead"))


def _naming_auditors(world: World) -> Iterator[tuple[str, bool]]:
    """What stops naming, and what does not: to work elsewhere, to look on, to have left, to audit another round."""
    uib, done, opened, lead = world.cast.members["uib"], world.rounds["done"], world.rounds["open"], world.by("uiblead")
    former, fylke = world.by("former"), world.by("fylkecoordinator")
    today = timezone.localdate()

    def named(key: str, round_: Round = done) -> bool:
        span = {"starts_on": today, "ends_on": today}
        email = world.by(key).email
        return _is_made(lambda: rounds.name_auditor(round_=round_, member=uib, name="Ny", email=email, by=lead, **span))

    standing, ended = auditors_of(done)
    yield "those whose days have passed are told apart", {one.user_id for one in ended} == {former.pk}
    yield "from the others", former.pk not in {one.user_id for one in standing}
    Membership.objects.create(user=fylke, member=uib, role=Role.BOARD)
    Auditor.objects.create(
        round=opened, user=former, member=uib, name="Ny", starts_on=today - timedelta(9), ends_on=today - timedelta(1)
    )
    yield "whoever places people there audits nothing for it", not named("uibcounsellor")
    yield "whoever places people elsewhere, or looks on, may", named("fylkecoordinator")
    yield "once", not named("fylkecoordinator")
    yield "and another round too", named("fylkecoordinator", opened)
    yield "others' days stay as they were", not Auditor.objects.filter(user=former, taken_back_at__isnull=False).exists()
    yield "whoever has left may, a second time", named("former")
    yield "and only there", Auditor.objects.filter(user=former, taken_back_at__isnull=False).get().round_id == done.pk
    yield "all of these check the round", may_audit(fylke, done) and may_audit(former, done)
    Membership.objects.filter(user=fylke, member=uib).update(taken_back_at=timezone.now())
    student, others = world.by("student"), world.rounds["others"]
    Auditor.objects.create(round=others, user=student, member=uib, name="Ny", starts_on=today, ends_on=today)
    yield "whoever is in another round alone may", may_audit(student, others)


def _followed(user: User) -> set[object]:
    return set(EntryLink.objects.placed_by(user).values_list("pk", flat=True))


def _entries_of(world: World, actor: Actor) -> set[object]:
    theirs = [key for key in world.candidates if actor.key in world.staff_of(key)]
    theirs += [key for key in world.candidates if actor.key == "nobody" and PEOPLE[key][0] == "uib"]
    people = [world.candidates[key] for key in theirs]
    return set(EntryLink.objects.filter(candidate__in=people).values_list("pk", flat=True))


def _rounds_of(world: World, actor: Actor) -> set[object]:
    """`done` has no members when this is asked; its owner's and the region's staff see it."""
    members = {key: (owner, *(inside if key != "done" else ())) for key, (owner, _state, inside) in ROUNDS.items()}
    return {world.rounds[key].pk for key, inside in members.items() if actor.key in world.cast.seeing(*inside)}


def _current(user: User) -> set[str]:
    return set(user.memberships.current().values_list("role", flat=True))


def _seen(user: User) -> set[object]:
    placed, own = Candidate.objects.placed_by(user), Candidate.objects.owned_by(user)
    return {*placed.values_list("pk", flat=True), *own.values_list("pk", flat=True)}


def _people(world: World, actor: Actor) -> set[object]:
    """Whom one places, and oneself and one's ward. Nobody has just been made one of the university's staff."""
    theirs = [key for key in world.candidates if actor.key in world.staff_of(key) | world.own(key)]
    theirs += [key for key in world.candidates if actor.key == "nobody" and PEOPLE[key][0] == "uib"]
    return {world.candidates[key].pk for key in theirs}


def is_done(action: Callable[[User], object], by: User) -> bool:
    """Whether an action is done for somebody, or comes past the question; nothing is kept."""
    ours = transaction.atomic()
    try:
        with ours:
            action(by)
            transaction.set_rollback(True)
    except PermissionDenied:
        return False
    except Exception:  # noqa: BLE001 - it came past the question, and found something else wrong
        return True
    return True
