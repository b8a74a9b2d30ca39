"""Jobs of the room."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from praksis.catalogue import indexing, saved, sources
from praksis.catalogue.actions import forget_networks
from praksis.catalogue.hosts import follow_register
from praksis.catalogue.keeping import ask_all


@app.periodic(cron="30 * * * *")
@app.task(name="catalogue.forget_networks", queueing_lock="catalogue.forget_networks")
def forget_networks_of_offers(timestamp: int) -> None:  # noqa: ARG001 - the schedule passes the moment
    """Each hour."""
    with transaction.atomic():
        forget_networks()


@app.periodic(cron="40 2 * * *")
@app.task(name="catalogue.follow_register", queueing_lock="catalogue.follow_register", lock="catalogue.follow_register")
def follow_register_of_enterprises(timestamp: int) -> None:  # noqa: ARG001 - the schedule passes the moment
    """Each night: what is new of our hosts in Enhetsregisteret. One at a time."""
    follow_register()


@app.task(name="catalogue.read_register", lock="catalogue.follow_register")
def read_register(run_id: str) -> None:
    """The same, when an operator asks."""
    follow_register(UUID(run_id))


@app.task(name="catalogue.study_words", lock="catalogue.study_words")
def study_words() -> None:
    """After rows with new words were written by the web."""
    while indexing.study_words():
        pass


@app.periodic(cron="30 4 * * *")
@app.task(name="catalogue.look_for_new", queueing_lock="catalogue.look_for_new")
def look_for_new(timestamp: int) -> None:  # noqa: ARG001 - the schedule passes the moment
    """Each night, after the register has been read: a job for each saved search."""
    saved.look_for_new(timezone.localdate())


@app.task(name="catalogue.tell_search")
def tell_search(search_id: str) -> None:
    """Tell what is new in one saved search."""
    saved.tell_of_new(UUID(search_id), timezone.localdate())


@app.task(name="catalogue.ask_about_search")
def ask_about_search(search_id: str) -> None:
    """Ask whether one saved search is still wanted."""
    saved.ask_about_search(UUID(search_id))


@app.periodic(cron="0 5 * * *")
@app.task(name="catalogue.ask_to_confirm", queueing_lock="catalogue.ask_to_confirm", lock="catalogue.ask_to_confirm")
def ask_to_confirm(timestamp: int) -> None:  # noqa: ARG001 - the schedule passes the moment
    """Each night: ask those who answer for what nobody has confirmed for long."""
    ask_all(timezone.localdate())


@app.task(name="catalogue.read_source")
def read_source(source_id: str) -> None:
    """Fetch, read and index one source."""
    sources.read_source(UUID(source_id))


@app.task(name="catalogue.index_source")
def index_source(source_id: str) -> None:
    """Put one source into the search as it now stands."""
    sources.index_source(UUID(source_id))


@app.task(name="catalogue.draw_page")
def draw_page(source_id: str, number: int) -> None:
    """Draw one page of a source."""
    sources.draw_page(UUID(source_id), number)


@app.periodic(cron="50 4 * * *")
@app.task(name="catalogue.forget_sources", queueing_lock="catalogue.forget_sources")
def forget_sources(timestamp: int) -> None:  # noqa: ARG001 - the schedule passes the moment
    """Each night: what was removed a month ago."""
    sources.forget_removed()
