"""Eligibility, moves on a list, hidden numbers, and reasons in words: everything that needs no database round trip."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from django.utils.translation import override

from matching.explain import Reason
from matching.problem import canonical_json
from praksis.base.codes import Paper
from praksis.catalogue.choices import PlaceStage, SeatRule
from praksis.organisations.models import Host
from praksis.rounds import bridge
from praksis.rounds.bridge import Row, Tandem, reason_data
from praksis.rounds.figures import blunted, run_figures
from praksis.rounds.models import Entry, Reserve, Run
from praksis.rounds.moves import MOVES
from praksis.rounds.queries.rounds import level_rows
from praksis.rounds.rules import fit
from praksis.rounds.sentences import reason_told, received
from praksis.rounds.tests.world import World, candidate, opened, place, seat, world

A, B, C = sorted(uuid4() for _number in range(3))
TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("move", "which", "before", "after"),
    [
        ("up", B, [[A], [B]], [[B], [A]]),
        ("up", A, [[A], [B]], [[A], [B]]),
        ("down", A, [[A], [B]], [[B], [A]]),
        ("down", B, [[A], [B]], [[A], [B]]),
        ("up", B, [[A, B], [C]], [[B], [A], [C]]),
        ("down", A, [[A, B], [C]], [[B], [A], [C]]),
        ("level", B, [[A], [B]], [[A, B]]),
        ("level", B, [[A, B], [C]], [[A], [B], [C]]),
        ("level", A, [[A], [B]], [[A], [B]]),
        ("remove", A, [[A], [B]], [[B]]),
        ("remove", B, [[A, B]], [[A]]),
    ],
)
def test_moves(move: str, which: UUID, before: Sequence[Sequence[UUID]], after: Sequence[Sequence[UUID]]) -> None:
    assert MOVES[move](before, which) == after


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ([9, 8, 7], [9, 8, 7]),
        ([9, 4, 7], [9, None, None]),
        ([9, 4, 0], [9, None, None]),
        ([4, 9], [None, None]),
        ([4], [None]),
        ([0, 3, 2], [None, None, None]),
    ],
)
def test_a_small_number_is_never_hidden_alone(counts: list[int], shown: list[int | None]) -> None:
    assert blunted(counts) == shown


def test_figures_count_by_tags_and_hide_what_can_be_reckoned_back() -> None:
    rows = [
        Row(
            str(at),
            ("work_training",) if at < 8 else ("student_elective",),
            2,
            "p" if at % 2 else None,
            "a",
            1 if at % 2 else None,
            [],
            {},
        )
        for at in range(30)
    ]
    members = {row.entry: "nav" if "work_training" in row.tags else "uib" for row in rows}
    found = run_figures(rows, [Tandem("p", True, 2, 0), Tandem("q", False, 2, 1), Tandem("r", False, 2, 2)], members)  # noqa: FBT003
    assert (found["candidates"], found["placed"], found["without"]) == (30, 15, 15)
    assert found["tandems"] == {"all": 3, "open": 1, "one_missing": 1, "none": 1, "other": 0}
    by_group = {row["group"]: row for row in found["groups"]}
    assert by_group["work_training"]["placed"] is None  # 4 of 8
    assert by_group["student_elective"]["placed"] is None  # else the other would be 15 less this
    assert "nav" in {row["member"] for row in found["members"]}


@pytest.mark.parametrize(("hidden", "shown"), [(False, ["", "9", "20"]), (True, ["", "9", ""])])
def test_a_level_does_not_tell_what_the_profile_hides(*, hidden: bool, shown: list[str]) -> None:
    counts = [5, 5, None, None, 5, 5] if hidden else [5, 5, 5, 5, 5, 5]
    run = Run(
        figures={"placed": 9, "profile": [{"rank": "x", "count": count} for count in counts], "groups": []},
        levels=[
            {"level": name, "value": value, "bound": value, "proven": True}
            for name, value in (("class:0", 3), ("placed", 9), ("ranks", 20))
        ],
    )
    assert [row.value for row in level_rows(run)] == shown


@pytest.mark.django_db
def test_an_apprentice_needs_an_approved_host_and_a_student_beside_does_not() -> None:
    both = place("Verksted", seat(groups=["apprentice", "student_elective"]))
    assert fit(["apprentice", "apprentice.health"], {}, both, TODAY).code == "training_approval"
    assert fit(["apprentice", "student_elective"], {}, both, TODAY).status == "ok"
    Host.objects.filter(pk=both.host_id).update(training_approved_until=TODAY + timedelta(days=1))
    both.host.refresh_from_db()
    assert fit(["apprentice", "apprentice.health"], {}, both, TODAY).status == "ok"
    assert fit(["apprentice", "apprentice.health"], {}, both, TODAY + timedelta(days=2)).code == "training_approval"


@pytest.mark.django_db
def test_fit_names_the_fewest_papers_and_every_kind_that_would_do() -> None:
    two = place("Skole", seat(requires=["police", "safety"]), seat(kind="b", requires=["police"]))
    found = fit(["student_elective"], {}, two, TODAY)
    assert (found.status, found.kinds, found.papers) == ("lacks_paper", ("a", "b"), (Paper.POLICE,))
    assert fit(["student_elective", "paper:police"], {}, two, TODAY).status == "ok"
    assert fit(["student_elective"], {str(two.host_id): "relation"}, two, TODAY).code == "relation"
    two.stage = PlaceStage.CLOSED
    assert fit(["student_elective"], {}, two, TODAY).code == "place_closed"


@pytest.mark.django_db
def test_the_problem_holds_rules_partners_taken_seats_and_no_person() -> None:
    region: World = world()
    ola, eva, per = (candidate(region.uib, name) for name in ("Ola", "Eva", "Per"))
    whole = place("Tandem", seat(2), seat(2, kind="b"), rule=SeatRule.WHOLE)
    equal = place("Like", seat(2), seat(3, kind="b"), rule=SeatRule.EQUAL)
    half_full = place("Halvfull", seat(3))
    half_full.seats.update(taken=1)
    pool = half_full.host.pools.create(name="veileder", limit=2)
    pool.places.set([half_full])
    type(half_full).objects.filter(pk=half_full.pk).update(seats_taken=1)
    opened(region).enter()
    entries = [region.rank(one, whole, equal, half_full) for one in (ola, eva, per)]
    first, second, third = entries
    Entry.objects.filter(pk=first.pk).update(together=second)
    Entry.objects.filter(pk=second.pk).update(together=first)
    Entry.objects.filter(pk=third.pk).update(together=first)
    reserve = Reserve.objects.create(round=region.round, name="m", target_group="student_elective", at_least=1)
    reserve.places.set([whole])

    problem = bridge.build_problem(region.round)
    places = {one.id: one for one in problem.places}
    assert [(one.capacity, one.minimum) for one in places[str(whole.pk)].seats] == [(2, 2), (2, 2)]
    assert places[str(equal.pk)].equal
    assert [(one.capacity, one.minimum) for one in places[str(half_full.pk)].seats] == [(2, 0)]
    assert [(one.limit, one.places) for one in problem.pools] == [(1, (str(half_full.pk),))]
    assert [one.tag for one in problem.reserves] == ["student_elective"]
    together = {one.id: one.together for one in problem.candidates}
    assert together == {str(first.pk): str(second.pk), str(second.pk): str(first.pk), str(third.pk): None}
    written = canonical_json(problem).decode()
    assert not any(name in written for name in ("Ola", "Nordmann", "UiB"))


@pytest.mark.django_db
def test_equal_wishes_are_one_group_and_ranks_have_no_gaps() -> None:
    region = world()
    ola = candidate(region.uib)
    places = [place(title, seat()) for title in "abc"]
    opened(region).enter()
    entry = region.rank(ola, *places)
    entry.choices.filter(place=places[0]).update(rank=2)
    entry.choices.filter(place=places[2]).update(rank=7)
    (one,) = bridge.build_problem(region.round).candidates
    assert one.choices == (tuple(sorted(str(chosen.pk) for chosen in places[:2])), (str(places[2].pk),))


def _kind(kind: str, *, wanted: bool = False) -> dict[str, object]:
    return {"kind": kind, "minimum": 1, "asked": 3, "short": 1, "accepts": ["work_training"], "wanted": wanted, "missing": []}


def _not_eligible(excluded: str | None, *kinds: dict[str, object]) -> dict[str, object]:
    return {"excluded": excluded, "kinds": list(kinds)}


def _cost(level: str | None, *, exact: bool) -> dict[str, object]:
    counts = dict.fromkeys(("moved", "up", "down", "lost", "gained"), 3)
    return {"level": level, "part": None, "amount": 2, "exact": exact, **counts}


LEVELS = ("class:0", "class:1", "placed", "reserves", "ranks", "profile", "kept", "lottery", None)
RULES = ("pool", "equal", "minimum", "partner", "pin", "capacity")
LACKS_PAPER = {**_kind("a"), "accepts": [], "missing": ["paper:police"]}


@pytest.mark.parametrize(
    ("code", "facts", "word"),
    [
        ("not_eligible", _not_eligible("worked_there"), "Du har jobbet der"),
        ("not_eligible", _not_eligible("relation"), "Nær relasjon"),
        ("not_eligible", _not_eligible("place_closed"), "Plassen ble lukket"),
        ("not_eligible", _not_eligible("training_approval"), "Ikke godkjent lærebedrift"),
        ("not_eligible", _not_eligible(None, _kind("a")), "Passet ikke"),
        ("not_eligible", _not_eligible(None, LACKS_PAPER), "Manglet politiattest"),
        ("tandem_missing", {"short": 1, "kinds": [_kind("a"), _kind("b", wanted=True)]}, "Tandemen åpnet ikke"),
        ("tandem_missing", {"short": 1, "kinds": [_kind("a", wanted=True), _kind("b")]}, "Tandemen åpnet ikke"),
        ("closed", {"short": 0, "kinds": [_kind("a")], "pool": "x"}, "Plassen åpnet ikke"),
        ("closed", {"short": 0, "kinds": [_kind("a")], "pool": None}, "Plassen åpnet ikke"),
        *[("impossible", {"rule": rule, "rules": [rule]}, "Ikke mulig") for rule in RULES],
        ("not_found", {"rule": "pool", "rules": ["pool"]}, "Fullt"),
        *[("cost", _cost(level, exact=exact), "Fullt") for level in LEVELS for exact in (True, False)],
    ],
)
@pytest.mark.parametrize("placed", [True, False])
def test_every_reason_has_words_and_tells_nothing_of_others(
    code: str, facts: dict[str, object], word: str, *, placed: bool
) -> None:
    stored = reason_data(Reason(code, "p", 1, 2, 4, facts), ["a"])
    assert "work_training" not in str(stored)
    assert stored["asked"] is None
    assert not {stored.get(name) for name in ("moved", "up", "down", "lost", "gained")} - {None}
    with override("nb"):
        told = reason_told(stored, placed=placed)
    assert told.word == word
    assert told.text.endswith(".")
    assert not set(told.text) & set("%{}")


def test_a_tandem_says_it_had_nothing_to_do_with_you() -> None:
    facts = {"short": 1, "kinds": [_kind("a"), _kind("b", wanted=True)]}
    with override("nb"):
        told = reason_told(reason_data(Reason("tandem_missing", "p", 1, 2, 12, facts), ["a"]), placed=True)
        own = reason_told(reason_data(Reason("tandem_missing", "p", 1, 2, 12, facts), ["b"]), placed=True)
    assert "Det hadde ikke noe med deg å gjøre." in told.text
    assert "din halvdel" in own.text


# ---------------------------------------------------------------- headings


def test_a_result_says_which_wish_it_was() -> None:
    assert received(3) == "Du fikk ditt tredje ønske"
    assert received(10, "Ida") == "Ida fikk sitt tiende ønske"
    assert received(11) == "Du fikk ønske nummer 11"
    assert received(14, "Ida") == "Ida fikk ønske nummer 14"
    with override("en"):
        assert received(11) == "You got wish number 11"
