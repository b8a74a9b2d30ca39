"""Grants on the room's tables, by database role. The catalogue is public and names no person."""

OPEN = {
    "catalogue_scheme": {"web": "select, insert, update", "worker": "select, insert, update, delete"},
    "catalogue_schemechange": {"web": "select, insert, update", "worker": "select, insert, update, delete"},
    "catalogue_schemeyear": {"web": "select, insert, update, delete", "worker": "select, insert, update, delete"},
    "catalogue_place": {"web": "select, insert, update", "worker": "select, update"},
    "catalogue_seat": {"web": "select, insert, update, delete", "worker": "select, update"},
    "catalogue_pool": {"web": "select, insert, update, delete", "worker": "select"},
    "catalogue_offerfrom": {"web": "select, insert", "worker": "select, delete"},
    "catalogue_pool_places": {"web": "select, insert, delete", "worker": "select"},
}
