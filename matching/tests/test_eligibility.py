"""Eligibility in tables says what the plain rule says, and every reason has its facts."""

import random
from dataclasses import replace

import numpy as np

from matching.eligibility import Code, Eligibility
from matching.problem import Candidate, Instance, Place, Seat, eligible_kinds
from matching.tests.brute import random_instance

PLACE = Place("p", (Seat("a", 1, accepts=("x", "y"), requires=("police", "tb")), Seat("b", 1, accepts=("z",))))


def test_every_pair_as_the_plain_rule_says() -> None:
    for seed in range(200):
        drawn = random_instance(random.Random(seed))
        table = Eligibility(drawn)
        for at, candidate in enumerate(drawn.candidates):
            codes = table.codes(np.full(len(drawn.places), at), np.arange(len(drawn.places)))
            told = [bool(eligible_kinds(candidate, place)) for place in drawn.places]
            assert (codes == Code.MAY).tolist() == told, seed
            assert [one.code for one in table.of_candidate(candidate.id)] == codes.tolist()
        for at, place in enumerate(drawn.places):
            assert [one.code for one in table.of_place(place.id)] == [
                table.of_candidate(candidate.id)[at].code for candidate in drawn.candidates
            ]
        asked = [(one.candidate, one.place) for one in table.asked()]
        assert asked == [(one.id, place) for one in drawn.candidates for group in one.choices for place in group]


def test_a_paper_that_would_mend_it_is_told_apart_from_what_nothing_mends() -> None:
    people = (
        Candidate("may", ("x", "police", "tb"), ()),
        Candidate("paper", ("x", "police"), ()),
        Candidate("other", ("w", "police", "tb"), ()),
        replace(Candidate("was", ("z",), ()), excluded={"p": "worked_there"}),
    )
    told = Eligibility(Instance(1, ("placed",), people, (PLACE,))).of_place("p")
    assert [(one.code, one.can_be_mended, dict(one.facts)) for one in told] == [
        (Code.MAY, False, {}),
        (Code.REQUIRES, True, {"missing": ["tb"]}),
        (Code.NOT_ACCEPTED, False, {"accepts": ["x", "y", "z"]}),
        (Code.EXCLUDED, False, {"reason": "worked_there"}),
    ]
