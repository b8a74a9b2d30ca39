"""What pages, files and lists show where the walk does not come to it: each with the change that brings it about."""

from collections.abc import Callable, Iterator
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from praksis.accounts.models import User
from praksis.api.columns import place_rows
from praksis.api.queries import wished_for
from praksis.api.views.feeds import _pages
from praksis.candidates.models import Candidate
from praksis.candidates.rules import may_ask_for_correction_of
from praksis.catalogue.keeping import host_held, member_held
from praksis.catalogue.models import Place, Scheme
from praksis.catalogue.queries import units_of
from praksis.catalogue.resources import people_for_scheme
from praksis.catalogue.rules import may_see_experience, may_see_host
from praksis.catalogue.schemes import change_scheme
from praksis.intake.actions import merge, tell_apart
from praksis.intake.queries import may_keep
from praksis.intake.rules import may_judge, may_judge_pairs, may_merge, may_take_in_for
from praksis.messages.links import Held
from praksis.organisations.choices import SeenBy
from praksis.organisations.models import Host
from praksis.organisations.queries import ids_of_coordinators
from praksis.rounds.models import Round
from praksis.web.known import consents_of
from praksis.web.queries import _rounds_of, reader_of, work_of
from tests.access.answers import is_done
from tests.access.world import PEOPLE, World

type Holds = tuple[str, bool]


def shown(world: World) -> Iterator[Holds]:
    """Everything of this page. Changes the region: where it is asked nothing is kept."""
    yield from _open(world)
    yield from _not_there(world)
    yield from _taking_in(world)
    yield from _one_of_each(world)
    yield from _by_letter(world)
    yield from _theirs(world)
    yield from _hosts(world)
    yield from _asked(world)


def _who(world: World, may: Callable[[Any], bool]) -> set[str]:
    """Everyone who may."""
    return {key for key, actor in world.cast.actors.items() if may(actor.user or AnonymousUser())}


def _open(world: World) -> Iterator[Holds]:
    stood = set(Place.objects.open().values_list("pk", flat=True))
    yield "a file has the open places", {row["id"] for row in place_rows("")} <= {*stood, *map(str, stood)}
    shut = [place.get_absolute_url() for place in Place.objects.exclude(pk__in=stood)]
    yield "so has the map of the site", not set(shut) & set(_pages())
    yield "and what is said of how many wish", {one.subject for one in wished_for()} <= stood


def _not_there(world: World) -> Iterator[Holds]:
    visitor = world.cast.actors["visitor"].client
    yield "a list in no language is not there", visitor.get(reverse("api:embedded", args=["xx"])).status_code == 404
    coordinator, forgotten = world.cast.actors["uibcoordinator"].client, world.intakes["forgotten"]
    rows = coordinator.get(reverse("intake:wrong_rows", args=[forgotten.pk]))
    yield "nor the rows of a file that is forgotten", rows.status_code == 404
    student = world.cast.actors["student"].client
    yield "nor what is held in another form", student.get(reverse("web:known_file", args=["xml"])).status_code == 404


def _taking_in(world: World) -> Iterator[Holds]:
    uib = world.cast.members["uib"]
    yield "a member's own take in for it", _who(world, lambda by: may_take_in_for(by, uib.pk)) == {"uibcoordinator", "uiblead"}
    coordinating = world.cast.staff(*world.cast.members, roles=("coordinator", "lead"))
    yield "whoever takes in somewhere judges pairs", _who(world, may_judge_pairs) == coordinating


def _one_of_each(world: World) -> Iterator[Holds]:
    pair, region = world.pairs["tomerge"], {"regionlead"}
    mine, theirs, owners = pair.one, pair.other, {"uibcoordinator", "uiblead"}
    yield (
        "either owner tells two apart, and the region",
        _who(world, lambda by: may_judge(by, mine, theirs)) == owners | region | {"fylkecoordinator"},
    )
    yield "the owner of the one that goes merges", _who(world, lambda by: may_merge(by, mine)) == owners | region
    kept = _who(world, lambda by: may_keep(by, pair, theirs.pk))
    yield "whichever that is", kept == owners | region
    kept = _who(world, lambda by: may_keep(by, pair, mine.pk))
    yield "on either side", kept == region | {"fylkecoordinator"}
    one, other = Scheme(title="Ingens"), Scheme(title="Ingens heller")
    coordinating = world.cast.staff(*world.cast.members, roles=("coordinator", "lead"))
    yield "what nobody owns is judged by those who take in", _who(world, lambda by: may_judge(by, one, other)) == coordinating
    yield "and merged by them", _who(world, lambda by: may_merge(by, one)) == coordinating
    elsewhere = world.by("navcoordinator")
    yield "others tell nothing apart", not is_done(lambda by: tell_apart(pair=pair, by=by), elsewhere)
    yield "and merge nothing", not is_done(lambda by: merge(pair=pair, keep=theirs.pk, by=by), elsewhere)
    taken = Scheme.objects.get(pk=mine.pk)
    taken.owner = world.cast.members["nav"]
    for key in ("navcoordinator", "uibcoordinator"):
        given = is_done(lambda by: change_scheme(scheme=taken, years={}, seen=taken.version, by=by), world.by(key))
        yield f"{key} neither takes over a scheme nor gives it away", not given


def _by_letter(world: World) -> Iterator[Holds]:
    """Whoever holds a letter that asks to confirm, and answers for it no more, or never did."""
    uib, one = world.cast.members["uib"], world.hosts["one"]
    people = [key for key, actor in world.cast.actors.items() if actor.user]
    by_member = {key for key in people if member_held(Held(world.by(key).pk, uib.pk))}
    yield "a member's letter is its coordinators' and leads'", by_member == {"uibcoordinator", "uiblead"}
    by_host = {key for key in people if host_held(Held(world.by(key).pk, one.pk))}
    yield "a host's is theirs who decide there", by_host == {"contact"}
    told = set(ids_of_coordinators(uib))
    yield "what is told to a member is told to its coordinators", told == {world.by("uibcoordinator").pk}
    led = set(ids_of_coordinators(world.cast.members["skole"]))
    yield "or to its leads, where it has none", led == {world.by("skolelead").pk}


def _theirs(world: World) -> Iterator[Holds]:
    pupil, student = world.candidates["pupil"], world.candidates["student"]
    asking = {actor for person, actor in (("pupil", PEOPLE["pupil"][2]), ("pupil", "guardian")) if person}
    yield "one asks to correct what is one's own", _who(world, _own(pupil)) == asking
    yield "and the child's", _who(world, _own(student)) == {"student"}
    for key in (PEOPLE["pupil"][2], "guardian"):
        locked = {one.locked for one in consents_of(world.by(key), [pupil])}
        yield f"{key} can consent for the child, or not", locked == {key != "guardian"}
    for key, actor in world.cast.actors.items():
        if actor.user and key != "nobody":  # who has just been made staff, besides
            yield from _reader(world, key, actor.user)


def _own(candidate: Candidate) -> Callable[[Any], bool]:
    return lambda by: isinstance(by, User) and may_ask_for_correction_of(by, candidate)


def _reader(world: World, key: str, user: User) -> Iterator[Holds]:
    reader, actor = reader_of(user), world.cast.actors[key]
    own = {world.candidates[person].pk for person in PEOPLE if key in world.own(person)}
    yield f"{key} reads as who they are", {one.pk for one in reader.candidates} == own
    yield "with the roles they have now", {one.role for one in reader.memberships} == {actor.role} & _roles(actor.at)
    yield "and the host they act for now", bool(reader.host) == (key in ("contact", "signer", "supervisor"))
    followed = sum(key in world.staff_of(person) for person in world.candidates)
    yield "are told how many they follow", work_of(reader).own_candidates == followed
    seen = set(Round.objects.visible_to(user).values_list("pk", flat=True))
    yield "and which rounds are theirs", {one.pk for one in _rounds_of(user)} <= seen


def _roles(at: str) -> set[str]:
    """What a membership gives; who works for no member has none."""
    return {"counsellor", "coordinator", "lead", "board", "operator"} if at else set()


def _hosts(world: World) -> Iterator[Holds]:
    one, hidden = Host.objects.get(pk=world.hosts["one"].pk), Host.objects.get(pk=world.hosts["hidden"].pk)
    coordinating = world.cast.staff(*world.cast.members, roles=("coordinator", "lead"))
    told = {SeenBy.HOST: {"contact"}, SeenBy.MEMBERS: {"contact"} | coordinating, SeenBy.ALL: set(world.cast.actors)}
    for seen_by, who in told.items():
        one.experience_seen_by = seen_by
        yield f"a host's experience is seen by {seen_by}", _who(world, lambda by: may_see_experience(by, one)) == who
    Host.objects.filter(pk=hidden.pk).update(above=one)
    yield "a unit that only an unchecked offer names is on no page", hidden not in units_of(one)
    Host.objects.filter(pk=hidden.pk).update(above=None)
    Host.objects.filter(pk=one.pk).update(above=hidden)
    page = world.cast.actors["visitor"].client.get(one.get_absolute_url())
    linked = hidden.get_absolute_url() in page.content.decode()
    yield "nor is the page of an enterprise above linked to", page.status_code == 200 and not linked
    hidden.asks_welcome = True
    yield "a host that says «ask us» is known", may_see_host(AnonymousUser(), hidden)


def _asked(world: World) -> Iterator[Holds]:
    beside = {one.name for one in people_for_scheme(world.schemes["owned"])}
    yield "who has not said yes is beside no scheme", world.resources["gone"].name not in beside
