"""Putting the region into the database: all of it or nothing, so that a killed start leaves nothing half made."""

from collections.abc import Callable
from itertools import batched

from django.db import transaction
from django.db.models import Model

from praksis.catalogue.actions import index_places, index_schemes
from praksis.catalogue.models import Place, Scheme
from praksis.demo.region import Region, Rows
from praksis.demo.sources import store_sources
from praksis.intake.actions import import_schemes
from praksis.rounds.actions import publish_figures

BATCH = 2000
type Tell = Callable[[str], None]


@transaction.atomic
def store_region(region: Region, tell: Tell) -> None:
    """Write every row with INSERT, import the real schemes, fill the search index, publish the figures others may see.

    One transaction. `tell` hears one line for each step.
    """
    for step, tables in region.steps():
        for rows in tables:
            _insert(rows)
        tell(f"{step}: {sum(map(len, tables)):,} rows")
    imported = import_schemes()
    tell(f"schemes from open pages: {imported.added}")
    index_schemes(Scheme.objects.filter(made_up=True))
    tell(f"made-up documents: {store_sources()}")
    for some in batched(Place.objects.select_related("host").prefetch_related("seats").order_by("pk"), BATCH):
        index_places(some)
    for half in region.halves:
        publish_figures(half.round)
    tell("search index and figures")


def _insert(rows: Rows) -> None:
    if rows:
        model: type[Model] = type(rows[0])
        model._default_manager.bulk_create(rows, batch_size=BATCH)
