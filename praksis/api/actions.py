"""How much one network asks of the API."""

from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from praksis.api.choices import KEPT, WINDOW
from praksis.api.models import Asking


class Share(NamedTuple):
    """What a network has left in this minute, and in how many seconds the next one begins."""

    left: int
    seconds: int
    over: bool


# One row for each network; the window begins anew when it is over, so that nobody waits more than a minute.
COUNTED = """
    insert into api_asking as a (network, began_at, count) values (%(network)s, %(now)s, 1)
    on conflict (network) do update set
        count = case when a.began_at <= %(before)s then 1 else a.count + 1 end,
        began_at = case when a.began_at <= %(before)s then %(now)s else a.began_at end
    returning count, began_at
"""


@transaction.atomic
def count_asking(*, network: str) -> Share:
    """Count one request from a network, which a keyed mark stands for. Side effects: that network's row.

    A lost count does no harm, so nothing waits for the disk.
    """
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("set local synchronous_commit = off")
        cursor.execute(COUNTED, {"network": network, "now": now, "before": now - WINDOW})
        count, began_at = cursor.fetchone()
    return _share(count, began_at, now)


def _share(count: int, began_at: datetime, now: datetime) -> Share:
    left = settings.API_PER_MINUTE - count
    return Share(max(left, 0), max(1, round((began_at + WINDOW - now).total_seconds())), left < 0)


def forget_askings() -> None:
    """Delete which networks have asked when it counts no more. Runs as the worker."""
    Asking.objects.filter(began_at__lt=timezone.now() - KEPT).delete()
