"""Grants on the room's tables, by database role. They hold schemes, which are public, and what a member sent to make them."""

OPEN = {
    "intake_feed": {"web": "select, insert, update", "worker": "select, update"},
    "intake_intake": {"web": "select, insert, update", "worker": "select, update"},
    "intake_intakefile": {"web": "select, insert, update", "worker": "select, insert, update, delete"},
    "intake_row": {"web": "select, update", "worker": "select, insert, update, delete"},
    "intake_origin": {"web": "select, update", "worker": "select, insert, update, delete"},
    "intake_pair": {"web": "select, update, delete", "worker": "select, insert, update, delete"},
}
