"""Grants on the room's tables, and which rows whom. The worker reads the pseudonyms of the round it works on, never the links."""

from praksis.base.policies import MEMBERS, PEOPLE, UNITS, Policy, forgotten, key, overdue
from praksis.base.retention import days
from praksis.candidates.access import of_persons_member

_ROUND = f"{key('allocation', 'figures')}::uuid"
_OWN = f"exists (select from rounds_entrylink link where link.entry_id = rounds_entry.id and link.candidate_id = {PEOPLE})"
_OF_UNITS_PEOPLE = f"exists (select from candidates_candidate one where one.id = candidate_id and one.unit_id = {UNITS})"
_ENTRY_OF_UNITS_PEOPLE = (
    "exists (select from rounds_entrylink link join candidates_candidate one on one.id = link.candidate_id"
    f" where link.entry_id = rounds_entry.id and one.unit_id = {UNITS})"
)
_ENTRY_SEEN = "exists (select from rounds_entry one where one.id = entry_id)"
_OF_THE_FORGOTTEN = "exists (select from rounds_entrylink link where link.entry_id = {})"
"""For the worker, who sees the links of the one who is erased and no other."""
_PUBLISHED_LONG_AGO = (
    "exists (select from rounds_run one join rounds_round round on round.id = one.round_id where one.id = run_id"
    f" and round.published_at < now() - interval '{days('run')} days')"
)
_RUN_OF_ROUND = f"exists (select from rounds_run one where one.id = run_id and one.round_id = {key('allocation')}::uuid)"

OPEN = {
    "rounds_round": {"web": "select, insert, update", "worker": "select"},
    "rounds_round_members": {"web": "select, insert, delete", "worker": "select"},
    "rounds_roundplace": {"web": "select, insert, delete", "worker": "select"},
    "rounds_reserve": {"web": "select, insert, update, delete", "worker": "select"},
    "rounds_reserve_places": {"web": "select, insert, delete", "worker": "select"},
    "rounds_run": {"web": "select, insert", "worker": "select, update"},
    "rounds_publication": {"web": "select, insert", "worker": "select, update (published_by_id)"},
}
PERSONS = {
    "rounds_entry": {"web": "select, insert, update, delete", "worker": "select, update"},
    "rounds_entrylink": {"web": "select, insert, delete", "worker": "select, delete"},
    "rounds_choice": {"web": "select, insert, update, delete", "worker": "select, delete"},
    "rounds_runinput": {"worker": "select, insert, update, delete"},
    "rounds_outcome": {"web": "select", "worker": "select, insert, delete"},
}
HISTORY = {
    "rounds_entry": ("", "member_id"),
    "rounds_entrylink": ("candidate_id", "member_id"),
    "rounds_choice": ("", ""),
}
POLICIES = {
    "rounds_entry": [
        Policy("web", "select", _OWN),
        Policy("web", "update", _OWN),
        Policy("web", "all", f"member_id = {MEMBERS}"),
        # A unit's staff look on and rank for those who cannot sign in; the member's people are put in by those who have them all.
        Policy("web", "select", _ENTRY_OF_UNITS_PEOPLE),
        Policy("web", "update", _ENTRY_OF_UNITS_PEOPLE),
        Policy("worker", "select", f"round_id = {_ROUND}"),
        Policy("worker", "select", _OF_THE_FORGOTTEN.format("rounds_entry.id")),
        Policy("worker", "update", _OF_THE_FORGOTTEN.format("rounds_entry.id")),
    ],
    "rounds_entrylink": [
        Policy("web", "select", f"candidate_id = {PEOPLE}"),
        Policy("web", "select", f"member_id = {MEMBERS}"),
        Policy("web", "delete", f"member_id = {MEMBERS}"),
        # An entry has one link, so that nobody can tie a second person to it either.
        Policy("web", "insert", f"member_id = {MEMBERS} and {of_persons_member('rounds_entrylink')}"),
        Policy("web", "select", _OF_UNITS_PEOPLE),
        *forgotten("candidate_id", "select", "delete"),
    ],
    # A list and an outcome go with the entry: whoever sees that one sees these.
    "rounds_choice": [
        Policy("web", "all", _ENTRY_SEEN),
        Policy("worker", "select", _ENTRY_SEEN),
        Policy("worker", "delete", _OF_THE_FORGOTTEN.format("rounds_choice.entry_id")),
    ],
    "rounds_outcome": [
        Policy("web", "select", _ENTRY_SEEN),
        Policy("worker", "select", _ENTRY_SEEN),
        Policy("worker", "insert", f"{_ENTRY_SEEN} and {_RUN_OF_ROUND}"),
        Policy("worker", "delete", _RUN_OF_ROUND),
    ],
    "rounds_runinput": [
        *(Policy("worker", command, _RUN_OF_ROUND) for command in ("select", "insert", "update")),
        *overdue(_PUBLISHED_LONG_AGO),
    ],
}
