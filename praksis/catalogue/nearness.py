"""How far it is: from a municipality or a place name of the region to where hosts are. No one outside is asked.

A name lies where the hosts that give it as theirs are, on average: the house knows no other addresses.
"""

from dataclasses import dataclass
from math import cos, radians

from django.db.models import Avg, F, Q, QuerySet
from django.db.models.functions import ASin, Cos, Lower, Power, Radians, Sin, Sqrt

from praksis.base.codes import MUNICIPALITIES
from praksis.base.models import SearchRow
from praksis.organisations.models import Host

DISTANCES = (2, 5, 10, 20, 50)
USUAL = 10
KM_PER_DEGREE = 111.2
RADIUS = 6371
"""Of the earth, in km."""


@dataclass(frozen=True)
class Spot:
    """A known name and where it lies."""

    name: str
    latitude: float
    longitude: float


def spot_named(words: str) -> Spot | None:
    """Where a municipality or a place of the region lies; None for a name that no host has."""
    wanted = words.strip().lower()
    numbers = [number for number, name in MUNICIPALITIES.items() if name.lower() == wanted]
    in_area = Host.objects.alias(lower_area=Lower("area")).filter(lower_area=wanted)
    hosts = Host.objects.filter(municipality__in=numbers) if numbers else in_area
    middle = hosts.aggregate(latitude=Avg("latitude"), longitude=Avg("longitude"))
    if middle["latitude"] is None or middle["longitude"] is None:
        return None
    return Spot(words.strip(), middle["latitude"], middle["longitude"])


def within(spot: Spot, km: int) -> Q:
    """Rows of the index that are no farther away: a box first, for the index on where they lie, then the distance itself."""
    north, east = km / KM_PER_DEGREE, km / (KM_PER_DEGREE * cos(radians(spot.latitude)))
    box = Q(latitude__range=(spot.latitude - north, spot.latitude + north))
    box &= Q(longitude__range=(spot.longitude - east, spot.longitude + east))
    return box & Q(distance__lte=km)


def with_distance(rows: QuerySet[SearchRow], spot: Spot) -> QuerySet[SearchRow]:
    """Rows with how many km it is to them in a straight line (`distance`, by haversines); none for those that lie nowhere."""
    across = Power(Sin(Radians(F("latitude") - spot.latitude) / 2), 2.0)
    along = Power(Sin(Radians(F("longitude") - spot.longitude) / 2), 2.0)
    half_chord = Sqrt(across + Cos(Radians("latitude")) * cos(radians(spot.latitude)) * along)
    return rows.annotate(distance=ASin(half_chord) * 2 * RADIUS)
