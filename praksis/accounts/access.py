"""Grants on the room's tables, by database role."""

PERSONS = {
    "accounts_user": {"web": "select, insert, update", "worker": "select"},
    "accounts_signinlink": {"web": "select, insert, update", "worker": "select, delete"},
}
