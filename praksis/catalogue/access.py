"""Grants on the room's tables, by database role. The catalogue is public and names no person.

What somebody searches for is theirs, and locked.
"""

from praksis.base.policies import OVERDUE, USER, Policy, forgotten, key, overdue
from praksis.base.retention import SAVED_SEARCH_NOTICE, days

OPEN = {
    "catalogue_scheme": {"web": "select, insert, update", "worker": "select, insert, update, delete"},
    "catalogue_schemechange": {"web": "select, insert, update", "worker": "select, insert, update, delete"},
    "catalogue_schemeyear": {"web": "select, insert, update, delete", "worker": "select, insert, update, delete"},
    "catalogue_place": {"web": "select, insert, update", "worker": "select, update"},
    "catalogue_seat": {"web": "select, insert, update, delete", "worker": "select, update"},
    "catalogue_pool": {"web": "select, insert, update, delete", "worker": "select"},
    "catalogue_offerfrom": {"web": "select, insert", "worker": "select, delete"},
    # Of public sources: the file and its text are shown where the member says they may be, and hold what was published.
    "catalogue_source": {"web": "select, insert, update", "worker": "select, update, delete"},
    "catalogue_sourcefile": {"web": "select, insert", "worker": "select, insert, update, delete"},
    "catalogue_sourcepage": {"web": "select", "worker": "select, insert, update, delete"},
    "catalogue_citation": {"web": "select, insert, delete", "worker": "select, delete"},
    "catalogue_pool_places": {"web": "select, insert, delete", "worker": "select"},
}
PERSONS = {
    "catalogue_savedsearch": {"web": "select, insert, update, delete", "worker": "select, update, delete"},
}
_LINKED = f"id::text = {key('saved-search')}"
_ASKED_LONG_AGO = (
    f"used_at < now() - interval '{days('saved_search')} days' and asked_at < now() - interval '{SAVED_SEARCH_NOTICE} days'"
)
POLICIES = {
    "catalogue_savedsearch": [
        Policy("web", "all", f"user_id = {USER}"),
        # Whoever holds the link of a letter may look at that search, stop it and keep it.
        Policy("web", "select", _LINKED),
        Policy("web", "update", _LINKED),
        Policy("worker", "select", _LINKED),
        Policy("worker", "update", _LINKED),
        Policy("worker", "select", f"{key('saved-searches')} is not null"),
        # Who has a saved search is somebody here, so the nightly erasing looks for that.
        Policy("worker", "select", OVERDUE),
        *forgotten("user_id", "select", "delete"),
        *overdue(_ASKED_LONG_AGO, "delete"),
    ],
}
