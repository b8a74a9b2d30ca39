"""Under which licence the data are given, how much one network may ask, and what the version is."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

VERSION = "1.0"
"""Of the files and the API. The first number changes when something that was there is gone or means something else."""

WINDOW = timedelta(minutes=1)
KEPT = timedelta(hours=1)
"""How long a network that has asked is remembered."""


@dataclass(frozen=True)
class Licence:
    """`address` is where people read it, `authority` what the EU's list calls it, which DCAT asks for."""

    name: str
    address: str
    authority: str


LICENCES = {
    "CC-BY-4.0": Licence(
        "Creative Commons Navngivelse 4.0 (CC BY 4.0)",
        "https://creativecommons.org/licenses/by/4.0/deed.no",
        "http://publications.europa.eu/resource/authority/licence/CC_BY_4_0",
    ),
    "NLOD-2.0": Licence(
        "Norsk lisens for offentlige data (NLOD) 2.0",
        "https://data.norge.no/nlod/no/2.0",
        "http://publications.europa.eu/resource/authority/licence/NLOD_2_0",
    ),
}


def licence() -> Licence:
    """The one that whoever runs the house has chosen (`PRAKSIS_LICENCE`)."""
    return LICENCES[settings.OPEN_DATA_LICENCE]
