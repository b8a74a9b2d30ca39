"""Reads across the room's models: a list of wishes, a result with its reasons, a round's page."""

from praksis.rounds.queries.audits import auditors_of, files_of, members_to_name_for, rounds_audited
from praksis.rounds.queries.draws import OwnDraw, own_draw, public_draws, published_run
from praksis.rounds.queries.results import (
    Got,
    own_people,
    own_results,
    own_seats,
    publication_problem,
    published_links,
    result_of,
)
from praksis.rounds.queries.rounds import RoundPage, members_placed_for, round_page, rounds_of
from praksis.rounds.queries.wishes import Wish, figures_of, link_to_see, links_to_rank, ranking_of, wishes

__all__ = [
    "Got",
    "OwnDraw",
    "RoundPage",
    "Wish",
    "auditors_of",
    "figures_of",
    "files_of",
    "link_to_see",
    "links_to_rank",
    "members_placed_for",
    "members_to_name_for",
    "own_draw",
    "own_people",
    "own_results",
    "own_seats",
    "public_draws",
    "publication_problem",
    "published_links",
    "published_run",
    "ranking_of",
    "result_of",
    "round_page",
    "rounds_audited",
    "rounds_of",
    "wishes",
]
