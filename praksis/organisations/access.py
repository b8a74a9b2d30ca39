"""Grants on the room's tables, by database role. Members, units, programmes and hosts are public."""

OPEN = {
    "organisations_member": {"web": "select, insert, update", "worker": "select"},
    "organisations_unit": {"web": "select, insert, update", "worker": "select"},
    "organisations_programme": {"web": "select, insert, update", "worker": "select"},
    "organisations_host": {"web": "select, insert, update", "worker": "select"},
}
PERSONS = {
    "organisations_membership": {"web": "select, insert, update", "worker": "select"},
    "organisations_hostcontact": {"web": "select, insert, update, delete", "worker": "select"},
}
