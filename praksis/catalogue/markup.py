"""What search engines read of a place or a scheme (schema.org, as JSON-LD).

Both are a WorkBasedProgram, «a program with both an educational and employment component»: a JobPosting is for jobs, and a
practice place is none. What is not known is left out; nothing is said that the page does not show.
"""

from typing import Any

from praksis.catalogue.models import Place, Scheme
from praksis.organisations.models import Host

type Linked = dict[str, Any]


def place_markup(place: Place, address: str) -> Linked:
    """A place at `address`, offered by its host."""
    return _told(
        name=place.title,
        description=place.tasks,
        url=address,
        inLanguage=place.language,
        startDate=place.starts_on and place.starts_on.isoformat(),
        endDate=place.ends_on and place.ends_on.isoformat(),
        maximumEnrollment=place.seats_total,
        provider=_organisation(place.host),
    )


def _organisation(host: Host) -> Linked:
    where = {"@type": "PostalAddress", "addressLocality": host.where, "addressCountry": "NO"}
    number = {"@type": "PropertyValue", "propertyID": "organisasjonsnummer", "value": host.number}
    return {"@type": "Organization", "name": host.name, "identifier": number, "address": where}


def scheme_markup(scheme: Scheme, address: str) -> Linked:
    """A scheme at `address`, given by its institution."""
    return _told(
        name=scheme.title,
        description=scheme.summary,
        url=address,
        identifier=scheme.code,
        inLanguage=scheme.language,
        applicationDeadline=scheme.apply_by and scheme.apply_by.isoformat(),
        maximumEnrollment=scheme.capacity,
        provider={"@type": "Organization", "name": scheme.institution},
    )


def _told(**known: Any) -> Linked:
    return {"@context": "https://schema.org", "@type": "WorkBasedProgram"} | {
        name: value for name, value in known.items() if value
    }
