"""What is done to rounds: entries and wishes, the round's own states, runs and their publication."""

from praksis.rounds.actions.auditors import end_auditor, name_auditor
from praksis.rounds.actions.entries import Entered, enter_candidates
from praksis.rounds.actions.publishing import publish_figures, publish_run
from praksis.rounds.actions.rounds import close_round, create_round, open_round, reopen_round
from praksis.rounds.actions.runs import allocate_run, request_run
from praksis.rounds.actions.wishes import OutOfDateError, add_choice, save_ranking, send_ranking

__all__ = [
    "Entered",
    "OutOfDateError",
    "add_choice",
    "allocate_run",
    "close_round",
    "create_round",
    "end_auditor",
    "enter_candidates",
    "name_auditor",
    "open_round",
    "publish_figures",
    "publish_run",
    "reopen_round",
    "request_run",
    "save_ranking",
    "send_ranking",
]
