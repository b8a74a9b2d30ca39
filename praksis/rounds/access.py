"""Grants on the room's tables, by database role. The worker reads pseudonyms and writes outcomes; it never reads the links."""

OPEN = {
    "rounds_round": {"web": "select, insert, update", "worker": "select"},
    "rounds_round_members": {"web": "select, insert, delete", "worker": "select"},
    "rounds_roundplace": {"web": "select, insert, delete", "worker": "select"},
    "rounds_reserve": {"web": "select, insert, update, delete", "worker": "select"},
    "rounds_reserve_places": {"web": "select, insert, delete", "worker": "select"},
    "rounds_run": {"web": "select, insert, update", "worker": "select, update"},
    "rounds_publication": {"web": "select, insert", "worker": "select"},
}
PERSONS = {
    "rounds_entry": {"web": "select, insert, update, delete", "worker": "select"},
    "rounds_entrylink": {"web": "select, insert, delete"},
    "rounds_choice": {"web": "select, insert, update, delete", "worker": "select"},
    "rounds_runinput": {"web": "select", "worker": "select, insert, update"},
    "rounds_outcome": {"web": "select", "worker": "select, insert, delete"},
}
