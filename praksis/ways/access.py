"""Grants on the room's tables, by database role. They are public and name no person."""

OPEN = {
    "ways_gap": {"web": "select, insert, update", "worker": "select"},
    "ways_hurdle": {"web": "select, insert, update, delete", "worker": "select"},
}
