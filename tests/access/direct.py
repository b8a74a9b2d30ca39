"""What no page shows: for whom a request would act, and that actions ask for themselves although the pages have asked before."""

import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import timedelta
from inspect import signature
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import OperationalError, connection, transaction
from django.db.models import Model, QuerySet
from django.utils import timezone

from praksis.accounts.models import User
from praksis.base.identity import NOBODY, Identity
from praksis.candidates import actions as people
from praksis.candidates import rules as candidate_rules
from praksis.candidates.models import Candidate
from praksis.candidates.queries import units_to_choose
from praksis.candidates.rules import may_consent_for, may_decide_for, may_place_in, members_led
from praksis.catalogue import rules as catalogue_rules
from praksis.catalogue.actions import offer_place
from praksis.catalogue.choices import PlaceStage
from praksis.catalogue.models import Place, Seat
from praksis.catalogue.queries import open_places_of_scheme
from praksis.catalogue.rules import may_offer_for, may_see_host, may_see_host_places, may_see_place
from praksis.organisations import actions as organisations
from praksis.organisations.choices import Role
from praksis.organisations.models import Host, Invitation, Membership, Unit
from praksis.organisations.queries import ids_of_units_within, waiting_invitation
from praksis.rounds import actions as rounds
from praksis.rounds import rules as round_rules
from praksis.rounds.actions.rounds import add_places
from praksis.rounds.models import Auditor, EntryLink, Round, RoundPlace
from praksis.rounds.queries.rounds import members_placed_for
from praksis.rounds.rules import may_audit, may_coordinate, may_end_auditor, may_name_auditor, may_rank_for
from praksis.web.middleware import identity_of
from tests.access.people import PLACING, UNIT, Actor
from tests.access.world import PEOPLE, World

OTHERS = ("navcoordinator", "kommunecoordinator", "navboard", "regionlead", "former")
"""Whoever has no say over the university's people and rounds: of another member, of none, and of none any more."""

ROOMS = (candidate_rules, catalogue_rules, round_rules)
FILTERS: dict[str, Callable[[Any], QuerySet[Any]]] = {
    "people placed": Candidate.objects.placed_by,
    "people owned": Candidate.objects.owned_by,
    "entries placed": EntryLink.objects.placed_by,
    "entries owned": EntryLink.objects.owned_by,
    "rounds": Round.objects.visible_to,
}
"""Those that ask for whom."""


def problems(world: World) -> Iterator[str]:
    """Everything that is wrong, in words; nothing is kept."""
    yield from _acting(world)
    yield from _done(world)
    yield from _not_held(world)
    yield from _unanswered(world)


def _acting(world: World) -> Iterator[str]:
    for actor in world.cast.actors.values():
        if actor.user and identity_of(actor.user) != _told(world, actor.user, actor):
            yield f"a request of {actor.key} acts for {identity_of(actor.user)}"
    if identity_of(AnonymousUser()) != NOBODY:
        yield "a visitor's request acts for somebody"


def _done(world: World) -> Iterator[str]:
    for name, action in _actions(world).items():
        yield from (f"{name} is done for {key}" for key in OTHERS if _is_done(action, world.by(key)))


def _not_held(world: World) -> Iterator[str]:
    with transaction.atomic():
        yield from (f"{name} does not hold" for name, holds in _rules(world) if not holds)
        transaction.set_rollback(True)


def shows(world: World, *, of_an_action: bool = False) -> bool:
    """Whether anything is wrong; an error too. Looks first where it would be."""
    parts = [_done, _acting, _not_held] if of_an_action else [_unanswered, _acting, _not_held, _done]
    try:
        return any(problem for part in parts for problem in part(world))
    except Exception:  # noqa: BLE001 - whatever a fault leads to
        return True


def _unanswered(world: World) -> Iterator[str]:
    """A question that cannot be answered lets nobody through: who asks is not signed in, or the database is away."""
    with transaction.atomic():
        offered = Place.objects.select_related("host").get(pk=world.places["hidden"].pk)
        things = {
            "member_id": world.cast.members["uib"].pk,
            "unit_id": Unit.objects.get(name="Zqenhet").pk,
            "candidate": world.candidates["doubleuib"],
            "host": offered.host,
            "place": offered,
            "round_": world.rounds["prepared"],
            "link": world.entry("doubleuib", "open").link,
        }
        for rule in _asked_of_users():
            given = [things[name] for name in [*signature(rule).parameters][1:]]
            if _is_let_through(rule, AnonymousUser(), *given):
                yield f"{rule.__name__} lets a visitor through"
            with connection.execute_wrapper(_away):
                is_let_through = _is_let_through(rule, world.by("former"), *given)
            if is_let_through:
                yield f"{rule.__name__} lets somebody through without an answer"
        for name, asked in FILTERS.items():
            if _is_let_through(lambda user, asked=asked: asked(user).exists(), AnonymousUser()):
                yield f"{name} shows something to a visitor"
        transaction.set_rollback(True)


def _asked_of_users() -> Iterator[Callable[..., bool]]:
    for room in ROOMS:
        yield from (rule for name, rule in vars(room).items() if name.startswith("may_") and rule.__module__ == room.__name__)


def _is_let_through(asked: Callable[..., bool], user: Any, *given: object) -> bool:
    with suppress(Exception):
        return asked(user, *given)
    return False


def _away(*_statement: object) -> None:
    raise OperationalError


def _rules(world: World) -> Iterator[tuple[str, bool]]:
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
        not _is_done(lambda by: organisations.add_member(name="Ny", short_name="Ny", kind="school", by=by), nobody),
    )
    yield "a former coordinator places nobody in a round", members_placed_for(world.by("former"), done) == []
    yield (
        "nobody follows another member's people who cannot sign in",
        not may_rank_for(world.by("uibcoordinator"), world.entry("unable", "open").link),
    )
    counsellor, unit = world.by("uibunit"), Unit.objects.get(name="Zqenhet")
    taken_in: dict[str, Any] = {"member": uib, "person": {"unit": unit}, "candidate": world.candidates["doubleuib"]}
    yield (
        "a unit's counsellor takes nobody in from elsewhere",
        not _is_done(lambda by: people.save_candidate(**taken_in, by=by), counsellor),
    )
    yield "nor adds anybody", not _is_done(lambda by: people.save_candidate(member=uib, person={}, by=by), counsellor)
    yield from _in_units(world, unit)
    yield from _deciding(world)
    yield from _inviting(world)
    yield from _auditing(world)
    yield "who is not signed in coordinates nothing", not may_coordinate(AnonymousUser(), done)
    yield "nobody decides at a host that does not exist", not may_offer_for(world.by("contact"), Host())
    done.members.clear()
    yield "the owner sees a round without members", Round.objects.visible_to(world.by("uiblead")).filter(pk=done.pk).exists()
    offered, open_ = world.places["offered"], world.places["free"]
    Place.objects.filter(pk=offered.pk).update(scheme=world.schemes["running"])
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
    has_role = {"email": world.by("uibcoordinator").email, "role": "coordinator"}
    again = {"email": world.by("former").email, "role": "coordinator"}
    yield "whoever had one is invited anew", _is_made(lambda: organisations.invite(**again, **asked))
    yield "nobody is invited to a role they have", not _is_made(lambda: organisations.invite(**has_role, **asked))


def _is_made(action: Callable[[], object]) -> bool:
    try:
        with transaction.atomic():
            action()
    except ValidationError:
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


def _told(world: World, user: User, actor: Actor) -> Identity:
    """For whom a request acts, by who it is."""
    cast, at = world.cast, [key for key in world.cast.members if key == actor.at]  # a unit's counsellor is at none
    led = at if actor.role == "lead" else []
    unled = [key for key in cast.members if actor.role == "operator" and not cast.staff(key, roles=("lead",))]
    hosts = [world.hosts[host] for key, host in (("contact", "one"), ("signer", "hidden")) if key == actor.key]
    return Identity(
        user=str(user.pk),
        members=_texts(cast.members[key] for key in at if actor.role in PLACING),
        units=_texts(Unit.objects.filter(name="Zqenhet") if actor.at == UNIT else []),
        led=_texts(cast.members[key] for key in led),
        appoints=_texts([*(cast.members[key] for key in [*led, *unled]), *hosts]),
        people=_texts(world.candidates[person] for person in PEOPLE if actor.key in world.own(person)),
    )


def _texts(rows: Iterable[Model]) -> tuple[str, ...]:
    return tuple(sorted(str(row.pk) for row in rows))


def _is_done(action: Callable[[User], object], by: User) -> bool:
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


def _actions(world: World) -> dict[str, Callable[[User], object]]:
    """Each by its name, on what is the university's."""
    uib, student, now = world.cast.members["uib"], world.candidates["student"], timezone.now()
    new = {"name": "Ny", "season": "2027-spring", "opens_at": now, "closes_at": now, "papers_due_on": now.date()}
    span = {"starts_on": now.date(), "ends_on": now.date()}
    entry, prepared, closing = world.entry("student", "open"), world.rounds["prepared"], world.rounds["closing"]
    return {
        "add_candidate": lambda by: people.save_candidate(member=uib, person={}, by=by),
        "save_candidate": lambda by: people.save_candidate(member=uib, person={}, by=by, candidate=student),
        "give_consent": lambda by: people.give_consent(candidate=student, kind="share_name", by=by),
        "ask_for_correction": lambda by: people.ask_for_correction(candidate=student, text="Feil", click_key=uuid.uuid4(), by=by),
        "answer_correction": lambda by: people.answer_correction(
            correction=world.corrections["student"], state="done", answer="", by=by
        ),
        "withdraw_consent": lambda by: people.withdraw_consent(candidate=student, kind="share_name", by=by),
        "add_unit": lambda by: organisations.add_unit(member=uib, name="Ny", above=None, by=by),
        "add_member": lambda by: organisations.add_member(name="Ny", short_name="Ny", kind="school", by=by),
        "add_need": lambda by: people.add_need(candidate=student, need={}, by=by),
        "import_candidates": lambda by: people.import_candidates(member=uib, rows=[], by=by),
        "enter_candidates": lambda by: rounds.enter_candidates(round_=world.rounds["open"], member=uib, by=by),
        "publish_run": lambda by: rounds.publish_run(run=world.runs["closed"], member=uib, by=by),
        "create_round": lambda by: rounds.create_round(owner=uib, members=[], seed=1, max_choices=5, by=by, **new),
        "open_round": lambda by: rounds.open_round(round_=prepared, by=by),
        "close_round": lambda by: rounds.close_round(round_=closing, by=by),
        "reopen_round": lambda by: rounds.reopen_round(round_=closing, closes_at=now, by=by),
        "request_run": lambda by: rounds.request_run(round_=world.rounds["closed"], click_key=uuid.uuid4(), by=by),
        "name_auditor": lambda by: rounds.name_auditor(
            round_=world.rounds["done"], member=uib, name="Ny", email="ny@person.example", by=by, **span
        ),
        "end_auditor": lambda by: rounds.end_auditor(auditor=Auditor.objects.get(pk=world.auditors["auditor"].pk), by=by),
        "save_ranking": lambda by: rounds.save_ranking(entry=entry, groups=[], version=entry.version, by=by),
        "send_ranking": lambda by: rounds.send_ranking(entry=entry, version=entry.version, by=by),
    }
