"""What no page shows: for whom a request would act, and that actions ask for themselves although the pages have asked before."""

import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from inspect import signature
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import OperationalError, connection, transaction
from django.db.models import Model, QuerySet
from django.utils import timezone

from praksis.accounts.models import User
from praksis.base.identity import NOBODY, Identity
from praksis.candidates import actions as people
from praksis.candidates import rules as candidate_rules
from praksis.candidates.models import Candidate
from praksis.catalogue import rules as catalogue_rules
from praksis.catalogue import sources
from praksis.catalogue.hosts import describe_host
from praksis.catalogue.models import Place, Scheme, Source
from praksis.catalogue.schemes import change_scheme, make_scheme, take_steps
from praksis.intake import actions as intake
from praksis.intake import rules as intake_rules
from praksis.intake.actions.sending import Sent
from praksis.organisations import actions as organisations
from praksis.organisations.models import Unit
from praksis.rounds import actions as rounds
from praksis.rounds import rules as round_rules
from praksis.rounds.models import Auditor, EntryLink, Round
from praksis.ways import actions as ways
from praksis.ways import rules as way_rules
from praksis.ways.queries import Wanted
from praksis.web.middleware import identity_of
from tests.access.answers import is_done, rules
from tests.access.people import PLACING, UNIT, Actor
from tests.access.shown import shown
from tests.access.world import PEOPLE, World

OTHERS = ("navcoordinator", "kommunecoordinator", "navboard", "regionlead", "former")
"""Whoever has no say over the university's people and rounds: of another member, of none, and of none any more."""

ROOMS = (candidate_rules, catalogue_rules, intake_rules, round_rules, way_rules)
FILTERS: dict[str, Callable[[Any], QuerySet[Any]]] = {
    "people placed": Candidate.objects.placed_by,
    "people owned": Candidate.objects.owned_by,
    "entries placed": EntryLink.objects.placed_by,
    "entries owned": EntryLink.objects.owned_by,
    "rounds": Round.objects.visible_to,
    "rounds to check": Round.objects.audited_by,
}
"""Those that ask for whom."""


def problems(world: World) -> Iterator[str]:
    """Everything that is wrong, in words; nothing is kept."""
    yield from _acting(world)
    yield from _done(world)
    yield from _not_held(world)
    yield from _not_shown(world)
    yield from _unanswered(world)


def _acting(world: World) -> Iterator[str]:
    for actor in world.cast.actors.values():
        if actor.user and identity_of(actor.user) != _told(world, actor.user, actor):
            yield f"a request of {actor.key} acts for {identity_of(actor.user)}"
    if identity_of(AnonymousUser()) != NOBODY:
        yield "a visitor's request acts for somebody"


def _done(world: World) -> Iterator[str]:
    for name, action in _actions(world).items():
        yield from (f"{name} is done for {key}" for key in OTHERS if is_done(action, world.by(key)))


def _not_held(world: World) -> Iterator[str]:
    with transaction.atomic():
        yield from (f"{name} does not hold" for name, holds in rules(world) if not holds)
        transaction.set_rollback(True)


def _not_shown(world: World) -> Iterator[str]:
    ours = transaction.atomic()
    ours._from_testcase = True  # so that requests, whose own transaction must be the outermost, may lie in it
    with ours:
        yield from (f"{name} does not hold" for name, holds in shown(world) if not holds)
        transaction.set_rollback(True)


def shows(world: World, *, of_an_action: bool = False) -> bool:
    """Whether anything is wrong; an error too. Looks first where it would be."""
    first = [_done] if of_an_action else [_unanswered]
    parts = [*first, _acting, _not_held, _not_shown, *([] if of_an_action else [_done])]
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
            "member": world.cast.members["uib"],
            "scheme": world.schemes["owned"],
            "one": world.pairs["tomerge"].one,
            "other": world.pairs["tomerge"].other,
            "gone": world.pairs["tomerge"].one,
            "source": world.sources["kept"],
            "gap": world.gaps["todraft"],
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


def _actions(world: World) -> dict[str, Callable[[User], object]]:
    """Each by its name, on what is the university's."""
    uib, student, now = world.cast.members["uib"], world.candidates["student"], timezone.now()
    new = {"name": "Ny", "season": "2027-spring", "opens_at": now, "closes_at": now, "papers_due_on": now.date()}
    span = {"starts_on": now.date(), "ends_on": now.date()}
    source, scheme, checked = world.sources["kept"], world.schemes["owned"], world.intakes["checked"]
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
        "note_gap": lambda by: ways.note_gap(member=uib, wanted=Wanted("Nytt", "pupil", "health", "bachelor"), by=by),
        "start_scheme": lambda by: ways.start_scheme(gap=world.gaps["todraft"], by=by),
        "close_gap": lambda by: ways.close_gap(gap=world.gaps["toclose"], by=by),
        "tell_hurdle": lambda by: ways.tell_hurdle(scheme=world.schemes["owned"], code="A02", helped="", by=by),
        "take_back_hurdle": lambda by: ways.take_back_hurdle(scheme=world.schemes["owned"], code="A01", by=by),
        "make_scheme": lambda by: make_scheme(scheme=Scheme(title="Ny", owner=uib), years={}, by=by),
        "change_scheme": lambda by: change_scheme(scheme=scheme, years={}, seen=scheme.version, by=by),
        "take_steps": lambda by: take_steps(scheme=scheme, said={}, runs=False, seen=scheme.version, by=by),
        "add_source": lambda by: sources.add_source(source=Source(member=uib, title="Ny"), content=b"", by=by),
        "change_source": lambda by: sources.change_source(source=source, seen=source.version, by=by),
        "read_again": lambda by: sources.read_again(source_id=source.pk, by=by),
        "remove_source": lambda by: sources.remove_source(source_id=source.pk, by=by),
        "restore_source": lambda by: sources.restore_source(source_id=source.pk, by=by),
        "cite": lambda by: sources.cite(scheme=scheme, source=source, page=1, words="", by=by),
        "stop_citing": lambda by: sources.stop_citing(citation=source.citations.get(), by=by),
        "describe_host": lambda by: describe_host(host=world.hosts["one"], seen=1, by=by),
        "name_oneself": lambda by: organisations.name_oneself(person=world.resources["seen"], agrees=True, by=by),
        "hide_oneself": lambda by: organisations.hide_oneself(person=world.resources["seen"], by=by),
        "send": lambda by: intake.send(member=uib, feed_name="Ny", sent=Sent(uuid.uuid4(), b"Tittel\nNy\n"), by=by),
        "decide": lambda by: intake.decide(intake=checked, decisions={}, by=by),
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
