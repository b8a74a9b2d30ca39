"""What no page shows; a few faults of rules and filters are put in, and each is noticed."""

import pytest

from tests.access import direct
from tests.access.broken import mutants, standing
from tests.access.walk import Walk

FAULTS = (
    "candidates.models.CandidateQuerySet.placed_by: always self.all()",
    "organisations.models.HeldQuerySet.current: without starts_on__lte=today",
    "candidates.actions.add_need: without may_place_in(by, candidate.member_id, candidate.unit_id)",
    "candidates.rules.may_consent_for: without user=user",
    "catalogue.rules.may_offer_for: without host.contacts.current()",
    "organisations.models.InvitationQuerySet.waiting: without expires_at__gt=timezone.now()",
    "rounds.models.RoundQuerySet.audited_by: without role__in=PLACING_ROLES",
    "rounds.actions.runs.request_run: without may_coordinate(by, locked)",
    "rounds.rules._holds: without user.is_authenticated",
    "rounds.rules.may_publish_for: yes where asking fails",
    "rounds.models.RoundQuerySet.visible_to: yes where asking fails",
)


@pytest.mark.slow
def test_actions_ask_for_themselves_and_requests_act_for_whom_they_should(walk: Walk) -> None:
    assert list(direct.problems(walk.world)) == []
    broken = {str(mutant): mutant for mutant in mutants() if str(mutant) in FAULTS}
    assert sorted(broken) == sorted(FAULTS)
    for mutant in broken.values():
        with standing(mutant):
            assert direct.shows(walk.world), mutant
