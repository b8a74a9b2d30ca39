"""Pages of a list, and what may go wrong when one is asked for."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from praksis.api.queries import after
from praksis.api.shapes import Asked, Problem

type Given = dict[str, Any]
LISTED: dict[int, Any] = {422: Problem}
ONE: dict[int, Any] = {404: Problem}


def page_of(request: HttpRequest, things: QuerySet[Any], asked: Asked) -> Given:
    """The things after the cursor, and the whole address of the page that follows."""
    items, cursor = after(things, asked.cursor, asked.limit)
    query = request.GET.copy()
    if cursor:
        query["cursor"] = str(cursor)
    address = request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
    return {"items": items, "next": address if cursor else None}
