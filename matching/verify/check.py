"""The whole check, in the order a person would do it: is it this instance, do the rules hold, do the claims."""

from matching.problem import Instance
from matching.result import LIMITS, POLICIES, Result
from matching.verify.bounds import check_bounds
from matching.verify.identity import digest_of
from matching.verify.levels import wrong_levels
from matching.verify.mending import wrong_repair
from matching.verify.opening import wrong_could_open
from matching.verify.replay import wrong_queue
from matching.verify.report import Problem, Problems, Report
from matching.verify.rules import Seated, broken_rules, kinds_not_least
from matching.verify.stability import wrong_stability


def verify(instance: Instance, result: Result, *, prove_small: bool = True) -> Report:
    """Check a result from scratch. `prove_small` solves small instances again, to check the bounds.

    Linear in the size of the instance, but for the bounds: 40,000 candidates take a few seconds.
    """
    seated = Seated(instance, result)
    problems = [*_wrong_digest(seated), *broken_rules(seated), *wrong_levels(seated), *_wrong_fields(seated)]
    if problems:
        return Report(tuple(problems))
    if result.policy in {"stable", "queue"} or _draw_is_proven(result):
        problems += kinds_not_least(seated)
    bounds = check_bounds(seated, prove_small=prove_small)
    wrong, notes = _wrong_policy(seated)
    return Report((*problems, *bounds.problems, *wrong), (*bounds.notes, *notes), bounds.checked)


def _wrong_policy(seated: Seated) -> tuple[list[Problem], list[str]]:
    """What the policy promises beyond the levels, and notes of what was not checked."""
    if seated.result.policy == "stable":
        wrong, notes = wrong_could_open(seated)
        return [*wrong_stability(seated), *wrong], notes
    if seated.result.policy == "queue":
        return wrong_queue(seated)
    return [*wrong_repair(seated)] if seated.result.policy == "repair" else [], []


def _wrong_digest(seated: Seated) -> Problems:
    expected = digest_of(seated.instance, seated.result.seed)
    if seated.result.instance != expected:
        message = f"the result is of instance {seated.result.instance}, this is {expected} with its seed"
        yield Problem("digest", message)


def _draw_is_proven(result: Result) -> bool:
    return any(level.level == "lottery" and level.proven for level in result.levels)


def _wrong_fields(seated: Seated) -> Problems:
    """Fields that exist for one policy only, and values no result can have."""
    result = seated.result
    if result.policy not in POLICIES:
        yield Problem("policy", f"there is no policy {result.policy}")
    if result.limit not in {None, *LIMITS}:
        yield Problem("limit", f"there is no limit {result.limit}")
    if result.policy == "stable":
        if result.stable is None or result.could_open is None:
            yield Problem("policy", "stable and could_open must be told under the policy stable")
        return
    if result.stable is not None or result.could_open is not None:
        yield Problem("policy", f"stable and could_open say nothing under the policy {result.policy}")
    if result.blocking:
        yield Problem("blocking", f"there are no blocking pairs under the policy {result.policy}")
