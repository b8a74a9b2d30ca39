"""Lists of wishes: what may stand on them, and that nothing is lost when two write at once."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from praksis.candidates.models import Conflict
from praksis.catalogue.choices import PlaceStage
from praksis.rounds import actions
from praksis.rounds.models import Choice
from praksis.rounds.queries import link_to_see, ranking_of
from praksis.rounds.tests.world import World, candidate, opened, place, seat, staff, who, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def region() -> World:
    return world()


def test_a_list_is_saved_in_order_with_ties(region: World) -> None:
    ola = candidate(region.uib)
    first, second, third = (place(title, seat()) for title in "abc")
    opened(region).enter()
    groups = [[second.pk], sorted([first.pk, third.pk])]
    entry = actions.save_ranking(entry=region.entry(ola), groups=groups, version=0, by=who(ola))
    assert ranking_of(entry) == groups
    assert entry.version == 1


def test_a_place_for_others_is_refused_in_words(region: World) -> None:
    ola = candidate(region.uib)
    for_nav = place("Kontor", seat(groups=["work_training"]))
    opened(region).enter()
    with pytest.raises(ValidationError, match="Velg en annen plass"):
        region.rank(ola, for_nav)
    assert not Choice.objects.exists()


def test_a_host_one_has_worked_for_is_refused(region: World) -> None:
    ola = candidate(region.uib)
    there = place("Kontor", seat())
    Conflict.objects.create(candidate=ola, host=there.host, code="worked_there")
    opened(region).enter()
    with pytest.raises(ValidationError, match="jobbet hos denne virksomheten"):
        region.rank(ola, there)


def test_a_lacking_paper_does_not_stop_a_wish(region: World) -> None:
    ola = candidate(region.uib)
    strict = place("Skole", seat(requires=["police"]))
    opened(region).enter()
    assert ranking_of(region.rank(ola, strict)) == [[strict.pk]]


def test_a_place_outside_the_round_is_refused(region: World) -> None:
    ola = candidate(region.uib)
    place("Kontor", seat())
    opened(region).enter()
    elsewhere = place("Kom for sent", seat())
    with pytest.raises(ValidationError, match="ikke med i runden"):
        region.rank(ola, elsewhere)


def test_too_long_a_list_is_refused(region: World) -> None:
    region.round.max_choices = 1
    region.round.save()
    ola = candidate(region.uib)
    places = [place(title, seat()) for title in "ab"]
    opened(region).enter()
    with pytest.raises(ValidationError, match="høyst 1 ønske"):
        region.rank(ola, *places)


def test_what_has_closed_since_may_stay_and_the_list_can_be_changed(region: World) -> None:
    ola = candidate(region.uib)
    closed, other = place("a", seat()), place("b", seat())
    opened(region).enter()
    entry = region.rank(ola, closed)
    closed.stage = PlaceStage.CLOSED
    closed.save()
    entry = actions.save_ranking(entry=entry, groups=[[other.pk], [closed.pk]], version=entry.version, by=who(ola))
    assert ranking_of(entry) == [[other.pk], [closed.pk]]


def test_two_windows_do_not_undo_each_other(region: World) -> None:
    ola = candidate(region.uib)
    first, second = place("a", seat()), place("b", seat())
    opened(region).enter()
    entry = region.entry(ola)
    actions.save_ranking(entry=entry, groups=[[first.pk]], version=0, by=who(ola))
    with pytest.raises(actions.OutOfDateError):
        actions.save_ranking(entry=entry, groups=[[second.pk]], version=0, by=who(ola))
    assert ranking_of(entry) == [[first.pk]]


def test_the_same_click_twice_is_one(region: World) -> None:
    ola = candidate(region.uib)
    first = place("a", seat())
    opened(region).enter()
    entry = region.entry(ola)
    for _time in range(2):
        saved = actions.save_ranking(entry=entry, groups=[[first.pk]], version=0, by=who(ola))
    assert saved.version == 1
    sent = [actions.send_ranking(entry=entry, version=1, by=who(ola)).sent_at for _time in range(2)]
    assert sent[0] == sent[1]


def test_adding_puts_last_once(region: World) -> None:
    ola = candidate(region.uib)
    first, second = place("a", seat()), place("b", seat())
    opened(region).enter()
    for wanted in (first, second, first):
        entry = actions.add_choice(entry=region.entry(ola), place=wanted, by=who(ola))
    assert ranking_of(entry) == [[first.pk], [second.pk]]


def test_an_empty_list_is_not_sent(region: World) -> None:
    ola = candidate(region.uib)
    place("a", seat())
    opened(region).enter()
    with pytest.raises(ValidationError, match="tom"):
        actions.send_ranking(entry=region.entry(ola), version=0, by=who(ola))


def test_a_closed_round_takes_no_wishes(region: World) -> None:
    ola = candidate(region.uib)
    first = place("a", seat())
    opened(region).enter()
    region.close()
    with pytest.raises(ValidationError, match="tar ikke imot ønsker"):
        region.rank(ola, first)


def test_only_the_candidate_ranks_but_staff_for_who_cannot_sign_in(region: World) -> None:
    ola, eva = candidate(region.uib), candidate(region.uib, "Eva", digital=False)
    first = place("a", seat())
    opened(region).enter()
    with pytest.raises(PermissionDenied):
        actions.add_choice(entry=region.entry(ola), place=first, by=region.kari)
    with pytest.raises(PermissionDenied):
        actions.add_choice(entry=region.entry(eva), place=first, by=region.nils)
    actions.add_choice(entry=region.entry(eva), place=first, by=region.kari)
    assert ranking_of(region.entry(eva)) == [[first.pk]]


def test_staff_see_a_list_when_it_is_sent_and_others_never(region: World) -> None:
    ola = candidate(region.uib)
    first = place("a", seat())
    opened(region).enter()
    entry = region.rank(ola, first, send=False)
    colleague = staff(region.uib, name="Per")
    assert link_to_see(who(ola), entry.pk)
    assert link_to_see(colleague, entry.pk) is None
    region.rank(ola, first)
    assert link_to_see(colleague, entry.pk)
    assert link_to_see(region.nils, entry.pk) is None
