"""Why was each person told of a caller, or not? Kept with the call, a line when it changes."""

from collections.abc import Mapping, Sequence

from ivr.call import Call
from routing.escalation import Ladder
from routing.offers import Candidate
from routing.verdicts import Round, Verdict, verdicts
from storage.store import Rows
from storage.values import Trace

# Who stands farther back is asked about by nobody yet: told when they come so near.
TRACED_MOST = 20


def keep(
    rows: Rows,
    line: Sequence[Call],
    people: Sequence[Candidate],
    ladders: Mapping[str, Ladder],
    this: Round,
) -> None:
    """Write down the verdicts that are not what was last kept of these callers."""
    front = line[:TRACED_MOST]
    told = rows.traces.last([call.id for call in front])
    changed = [
        (call, news)
        for call in front
        if (news := _news(told.get(call.id, {}), verdicts(call, people, ladders[call.line], this)))
    ]
    if changed:
        newest = rows.roster.newest()
        revision = newest.revision if newest else 0
        rows.traces.add(
            Trace(call.id, this.now, revision, call.rung, news) for call, news in changed
        )


def _news(told: Mapping[str, Verdict], now: Sequence[Verdict]) -> tuple[Verdict, ...]:
    """What differs; and whoever was spoken of and is neither on call nor at a desk any more."""
    here = {one.person_id for one in now}
    gone = (
        Verdict(one.person_id, "not_on_call", speaks=one.speaks)
        for one in told.values()
        if one.person_id not in here and one.why != "not_on_call"
    )
    return (*(one for one in now if told.get(one.person_id) != one), *gone)
