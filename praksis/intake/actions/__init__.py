"""What is done: something is sent and understood, tried, written, undone; and two schemes become one."""

from praksis.intake.actions.checking import check
from praksis.intake.actions.open_pages import import_schemes
from praksis.intake.actions.pairs import find_pairs, merge, tell_apart
from praksis.intake.actions.sending import (
    NotNowError,
    Sent,
    change_columns,
    choose_columns,
    choose_sheet,
    decide,
    fetch_feed,
    forget_files,
    order_undo,
    order_write,
    send,
)
from praksis.intake.actions.undoing import undo
from praksis.intake.actions.writing import write

__all__ = [
    "NotNowError",
    "Sent",
    "change_columns",
    "check",
    "choose_columns",
    "choose_sheet",
    "decide",
    "fetch_feed",
    "find_pairs",
    "forget_files",
    "import_schemes",
    "merge",
    "order_undo",
    "order_write",
    "send",
    "tell_apart",
    "undo",
    "write",
]
