"""Why somebody did not get a place they ranked higher: reasons as data, for every candidate.

`explain(instance, result)` gives each candidate a list of reasons, one for every place above the one received (all
of them for those without a place), in the order of the ranking. `Explainer` prepares the work once and answers for
one candidate at a time. A reason never names another candidate; `Reason.data()` is JSON, `sentence` is plain words.
Counts of other people (`asked`, `short`, `kinds[].asked`, `moved`, `up`, `down`, `lost`, `gained`, `before`, `after`)
go through the disclosure rule before they are shown.

Every reason has `code`, `place` (id), `rank` (of that choice), `capacity` (seats of all kinds there), `asked` (how many
candidates ranked the place), and by code:

`not_eligible`    `excluded`: the code of the exclusion, or null. `kinds`: for each kind `kind`, `missing` (required
                  tags that are lacking), `accepts` (tags of which one would do; empty where one is held).
`tandem_missing`  A place with several kinds did not open for want of people. `short`: how many were lacking, given all
                  who asked. `kinds`: for each kind `kind`, `minimum`, `asked` (who asked and may have it), `short`
                  (lacking of this kind alone), `accepts`, `wanted` (whether it is one of the kinds that lacked).
`closed`          Any other place that did not open; the same fields, and `pool`: the id of a pool with less room than
                  the minima, or null. With `short` 0 enough people asked: it would have been paid for elsewhere.
                  Under stable and queue both have `left_short`: how many were lacking, given those who ranked the place
                  above what they got; `wanted` is then told by these where enough had asked.
`cost`            Policies optimal and repair, open place: the seat would have cost others. `level`: the first level
                  that gets worse, null where none does; `part`: for `profile` the rank, for `lottery` the number of
                  the word, else null; `amount`: by how much. `exact`: true, or false for "at most this much" (in
                  rounds of over 1,000 kinds of seats always so at the level `lottery`).
                  `moved`: how many others change seats in the chain; of them `up` and `down` (to a better or worse
                  rank), `lost` (their place) and `gained` (one).
`impossible`      No allocation with these openings gives this seat. `rule`: the first of `rules`, which stop it: `pool`,
                  `equal`, `minimum`, `partner`, `pin`, `capacity` (no seat of a kind that fits).
`not_found`       No chain was found, which does not prove that there is none. `rule` and `rules` as above.

Policies stable and queue, open place:

`full`            People there have all seats that the candidate could have. Of these `before`: how many come before by
                  `class`, `tier`, `draw` (stable) or by `arrival`, `draw` (queue); `pinned`: how many sit by hand;
                  `after`: how many come after, and cannot make room (or, in the queue, sat down before the candidate
                  had to choose again). Partners stand where the later one does. `rule`: `capacity`, or `equal` where
                  there are seats and one more person would make the kinds unequal; then all people there count.
`pool_full`       There is a seat, and no room in the pool: `pool`, `limit`, and the same counts of all people in the pool.
`partner`         Somebody to be together with: the two, or one of them, would rather be where they are.
`room_later`      There is room now; there was none when it was the candidate's turn (queue).
`blocking`        The place would have the candidate, and no result was found in which nobody could say so (stable).
"""

from matching.explain.explainer import Explainer, explain
from matching.explain.reasons import Reason
from matching.explain.sentences import sentence

__all__ = ["Explainer", "Reason", "explain", "sentence"]
