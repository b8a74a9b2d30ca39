"""What words mean: our own list, the dictionary, and how they come into the index."""

from collections.abc import Callable, Iterator
from dataclasses import astuple

import pytest
from django.core.management import call_command
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from conftest import AsRole
from praksis.base import dictionary, hunspell
from praksis.base.models import SearchRow, SearchWord
from praksis.catalogue.actions import index_all
from praksis.catalogue.indexing import bring_up_to_date
from praksis.catalogue.search import Answer, Search, find
from praksis.catalogue.tests.examples import example_host, example_place, example_scheme
from praksis.catalogue.vocabulary import fold, meanings_of, possible_parts, sense

pytestmark = pytest.mark.django_db


def asked(words: str) -> Answer:
    query = QueryDict(mutable=True)
    query["q"] = words
    return find(Search.read(query))


def titles(words: str) -> list[str]:
    return [row.title for row in asked(words).page]


def _forget() -> None:
    dictionary.remove()
    connection.cursor().execute("comment on table base_searchword is null")


@pytest.fixture
def with_dictionary(as_owner: AsRole) -> Iterator[None]:
    with as_owner():
        bring_up_to_date(index_all)
        assert dictionary.is_installed()
    yield
    with as_owner():
        _forget()


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Sykepleie, desentralisert", "sjukepleiar"),
        ("Sjukepleie i heimetenesta", "nurse home care"),
        ("Praksis i samanliknande politikk", "comparative politics"),
        ("Work training in a regular company", "arbeidstrening"),
        ("Lærling i helsearbeidarfaget", "helsefagarbeider"),
        ("Lærling i helsearbeidarfaget", "laerling"),
        ("Lærling i helsearbeidarfaget", "larling"),
        ("Håndverk og blåbær", "haandverk blaabaer"),
        ("Ergoterapi", "occupational therapy"),
        ("Tømrerlærling: gamle trehus", "carpenter apprentice"),
        ("Barnehagelærarutdanning", "kindergarten teacher"),
        ("Barne- og ungdomsarbeidarfaget", "barne- og ungdomsarbeider"),
    ],
)
def test_forms_of_norwegian_and_english_find_each_other_by_our_list(title: str, words: str) -> None:
    example_scheme(title=title, institution="")
    assert titles(words) == [title]


@pytest.mark.parametrize("words", ["SAMPOL113", "sampol 113", "sampol113", "SAMPOL-113"])
def test_codes_are_found_however_they_are_typed(words: str) -> None:
    example_scheme(title="Ein", code="SAMPOL113")
    example_scheme(title="Ein annan", code="SAMPOL290")
    assert titles(words) == ["Ein"]


def test_where_nothing_has_all_words_some_of_them_will_do() -> None:
    example_place(title="Elektriker i Bergen", host=example_host(area=""))
    answer = asked("elektriker sjiraff bergen")
    assert [row.title for row in answer.page] == ["Elektriker i Bergen"]
    assert answer.some


@pytest.mark.parametrize("words", ["og", "the", "i på", "!", "' | (", "=", "\\", "a'b", "&&&", "😀", "x" * 100])
def test_words_that_ask_for_nothing_still_answer(words: str) -> None:
    example_place()
    assert asked(words).page.number == 1


def test_a_question_takes_as_many_queries_for_one_row_as_for_ten() -> None:
    example_place(title="Baker")
    few = _queries("baker i bergen")
    for number in range(9):
        example_place(title=f"Bakerlærling {number}")
    assert _queries("baker i bergen") == few


def _queries(words: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        asked(words)
    return len(queries)


SAID = [
    ("veileder", ("veileder",), ()),
    ("rettleiar", ("veileder",), ()),
    ("regnskapene", ("regnskap",), ()),
    ("sykehjemsplassen", ("sykehjemsplass",), ("sykehjem", "plass")),
    ("barnevernspraksis", (), ("barnevern", "praksis")),
    ("undervannsoperasjoner", ("undervannsoperasjon",), ()),
    ("barnehagelærarutdanninga", (), ("barnehagelærer", "utdanning", "barnehage", "lærer")),
    ("verksteder", ("mekaniker",), ()),
    ("xyzzy", (), ()),
]


def test_what_the_dictionary_says_of_words(with_dictionary: None, as_owner: AsRole) -> None:
    words = [word for word, _meanings, _parts in SAID]
    with as_owner():
        readings = dictionary.readings({*words, *(part for word in words for part in possible_parts(word))})
    assert [(word, *astuple(sense(word, readings))) for word in words] == SAID


def test_the_web_writes_without_the_dictionary_and_a_job_adds_what_it_knows(
    with_dictionary: None, run_jobs: Callable[[], int]
) -> None:
    example_place(title="Ungdomsklubbverten", tasks="Du rydder.")
    assert SearchWord.objects.filter(studied=False).exists()
    assert titles("klubb") == ["Ungdomsklubbverten"], "a word inside another is found all the same"
    assert titles("klubbene") == []
    assert run_jobs() == 1
    assert not SearchWord.objects.filter(studied=False).exists()
    assert titles("klubbene ungdommer") == ["Ungdomsklubbverten"]


def test_the_index_is_written_again_when_the_dictionary_comes_and_goes(as_owner: AsRole) -> None:
    example_place(title="Hagearbeid")
    with as_owner():
        bring_up_to_date(index_all)
        assert bring_up_to_date(index_all) is None
        assert SearchRow.objects.get().title == "Hagearbeid"
        _forget()
    assert titles("hage") == ["Hagearbeid"]


def test_a_server_without_the_files_does_without_and_says_so(as_owner: AsRole, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dictionary, "LANGUAGES", ("xx",))
    example_place(title="Sykepleierpraksis")
    with as_owner():
        assert not dictionary.install()
        bring_up_to_date(index_all)
        assert not dictionary.is_installed()
        _forget()
    assert titles("nurse") == ["Sykepleierpraksis"]


def test_the_files_are_written_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("tsearch")
    call_command("learn_words", files=folder)
    assert sorted(file.name for file in folder.iterdir()) == sorted(hunspell.files())
    made = [file.stat().st_mtime_ns for file in folder.iterdir()]
    hunspell.place(folder)
    assert [file.stat().st_mtime_ns for file in folder.iterdir()] == made


def test_a_word_is_the_same_however_its_letters_are_typed() -> None:
    assert {fold(word) for word in ("blåbær", "blaabaer", "blabar")} == {"blabar"}
    assert meanings_of("sjukepleiar") == meanings_of("nurse") == ("sykepleier",)
