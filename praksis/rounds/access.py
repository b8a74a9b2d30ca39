"""Grants on the room's tables, and which rows whom. The worker reads the pseudonyms of the round it works on, never the links."""

from praksis.base.policies import LED, MEMBERS, PEOPLE, UNITS, USER, Policy, forgotten, key, overdue
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
_LED_IN_ROUND = (
    "exists (select from rounds_round_members inside where inside.round_id = rounds_auditor.round_id"
    f" and inside.member_id = {LED}{{}})"
)
_NAMED_BY_LED = _LED_IN_ROUND.format(" and inside.member_id = rounds_auditor.member_id")
_AUDITED = (
    "exists (select from rounds_auditor auditor join rounds_run one on one.round_id = auditor.round_id where one.id = run_id"
    f" and auditor.user_id = {USER} and auditor.taken_back_at is null"
    " and (now() at time zone 'Europe/Oslo')::date <@ daterange(auditor.starts_on, auditor.ends_on, '[]'))"
)
_AUDIT_ENDED = f"least(taken_back_at::date, ends_on) < current_date - {days('role')}"

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
    "rounds_runinput": {"web": "select", "worker": "select, insert, update, delete"},
    "rounds_auditor": {
        "web": "select, insert, update (taken_back_at)",
        "worker": "select (id, user_id, ends_on, taken_back_at), delete",
    },
    "rounds_outcome": {"web": "select", "worker": "select, insert, delete"},
}
HISTORY = {
    "rounds_entry": ("", "member_id"),
    "rounds_entrylink": ("candidate_id", "member_id"),
    "rounds_choice": ("", ""),
    "rounds_auditor": ("", "member_id"),
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
    # Each lead of a member that takes part sees who may look at its people's files too, and can end it.
    "rounds_auditor": [
        Policy("web", "select", f"user_id = {USER}"),
        Policy("web", "select", _LED_IN_ROUND.format("")),
        Policy("web", "update", _LED_IN_ROUND.format("")),
        Policy("web", "insert", _NAMED_BY_LED),
        *forgotten("user_id", "select"),
        *overdue(_AUDIT_ENDED),
    ],
    "rounds_runinput": [
        Policy("web", "select", _AUDITED),
        *(Policy("worker", command, _RUN_OF_ROUND) for command in ("select", "insert", "update")),
        *overdue(_PUBLISHED_LONG_AGO),
    ],
}
