"""What a scheme may be the same as: found by keys, told with reasons, never everything with everything."""

from itertools import pairwise
from typing import Any

import pytest

from praksis.catalogue.choices import SchemeStage
from praksis.catalogue.likeness import Reason, codes, keys_of, likely_doubles, likeness, pairs_to_look_at, reason_sentence, words
from praksis.catalogue.models import Scheme
from praksis.catalogue.tests.examples import example_scheme

SAMPOL = {"title": "Praksis i samanliknande politikk", "field": "statsvitskap", "code": "SAMPOL113"}


def scheme(**values: str) -> Scheme:
    return Scheme(**{"institution": "Universitetet i Bergen", "target_group": "student_elective"} | values)


def test_a_code_is_known_however_it_is_written() -> None:
    assert codes(scheme(code="ELE 3637")) == codes(scheme(code="ele-3637")) == {"ele3637"}
    assert codes(scheme(code="SAMPOL290, SAMPOL291")) == {"sampol290", "sampol291"}


def test_a_title_says_the_same_in_three_languages() -> None:
    titles = ("Praksis i sammenliknende politikk", "Praksis i samanliknande politikk", "Practice in comparative politics")
    assert len({tuple(words(title)) for title in titles}) == 1


@pytest.mark.parametrize(
    ("change", "likely"),
    [
        ({"title": "Praksis i sammenliknende politikk"}, True),
        ({"title": "Practice in Comparative Politics", "field": "political science"}, True),
        ({"code": "", "source_url": "https://www.uib.no/emne/SAMPOL113?sem=2024v"}, True),
        ({"code": "SAMPOL291", "title": "Praksis i samanliknande politikk – utanbys"}, False),
        ({"code": "", "title": "Praksis i samanliknande politikk", "target_group": "pupil", "field": "elevar"}, False),
        ({"code": "", "title": "Praksis i biologi", "field": "biologi"}, False),
        ({"institution": "Høgskulen på Vestlandet"}, False),
    ],
)
def test_the_same_course_is_told_from_another(change: dict[str, str], likely: bool) -> None:
    one = scheme(**SAMPOL)
    assert likeness(one, scheme(**SAMPOL | change)).likely is likely
    assert likeness(scheme(**SAMPOL | change), one).likely is likely


def test_two_that_run_at_two_places_are_two_but_what_is_only_begun_could_be_one() -> None:
    here = scheme(title="Praksis i ergoterapi", field="ergoterapi")
    there = scheme(title="Praksis i ergoterapi", field="ergoterapi", institution="Høgskulen på Vestlandet")
    assert not likeness(here, there).likely
    there.stage = SchemeStage.IDEA
    found = likeness(here, there)
    assert (found.likely, found.overlap) == (True, True)
    assert Reason.BEGUN in found.reasons


def test_parts_of_a_whole_are_not_one_another() -> None:
    one, two = scheme(title="Praksis i sykepleie 1"), scheme(title="Praksis i sykepleie 2")
    assert not likeness(one, two).likely
    assert Reason.NUMBER in likeness(one, two).reasons


def test_every_reason_has_a_sentence() -> None:
    assert all(reason_sentence(reason).endswith(".") for reason in Reason)


@pytest.mark.django_db
def test_what_is_like_a_new_scheme_is_found_in_one_query(django_assert_num_queries: Any) -> None:
    stored = example_scheme(**SAMPOL)
    example_scheme(title="Arkivpraksis", code="ARK100")
    with django_assert_num_queries(1):
        found = likely_doubles(scheme(title="Practice in comparative politics", code="sampol 113"))
    assert [(one.scheme, one.likeness.overlap) for one in found] == [(stored, False)]
    assert "Samme emnekode." in found[0].sentences
    assert likely_doubles(stored) == []


@pytest.mark.django_db
def test_a_changed_title_is_found_by_its_new_words() -> None:
    from praksis.catalogue.actions import index_schemes

    stored = example_scheme(title="Feltarbeid på Haukeland")
    stored.title = "Sommerjobb i laboratoriet"
    stored.save(update_fields=["title"])
    index_schemes([stored])
    stored.refresh_from_db()
    assert stored.likeness_keys == keys_of(stored)
    assert likely_doubles(scheme(title="Sommerjobb i laboratoriet"))


@pytest.mark.django_db
def test_pairs_are_few_however_many_schemes_share_a_word() -> None:
    from praksis.catalogue.actions import index_schemes

    schemes = [scheme(title=f"Sykepleie ved avdeling {letter}{letter}{letter}", code=f"S{letter}") for letter in "abcdefgh" * 10]
    twins = [scheme(title="Botanikk i felt", code="BOT100"), scheme(title="Botany in the field", code="bot 100")]
    Scheme.objects.bulk_create([*schemes, *twins])
    index_schemes([*schemes, *twins])
    pairs = pairs_to_look_at()
    assert tuple(sorted(str(one.pk) for one in twins)) in pairs
    assert len(pairs) < len(schemes) ** 2 / 4
    assert all(one < other for one, other in pairs)
    assert not list(pairwise(pair for pair in pairs if pairs.count(pair) > 1))
