"""Why was each person told of a caller, or not? Lines that hold what changed, oldest first."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from routing.verdicts import Verdict
from storage.noun import Moved, Noun, Shape
from storage.tables import traces
from storage.values import Trace

SHAPE = Shape(Trace, traces)
_ALL = select(*SHAPE.columns).order_by(traces.c.at)
_OF_CALL = _ALL.where(traces.c.call_id == bindparam("about"))
_OF_CALLS = _ALL.where(traces.c.call_id.in_(bindparam("about", expanding=True)))
_PLAIN = {field.name: field.default for field in fields(Verdict)}


class Traces(Noun):
    """The traces of routing."""

    __slots__ = ()

    def add(self, made: Iterable[Trace]) -> None:
        """Keep them; of two sweeps at one instant the first is believed."""
        lines = [SHAPE.facts(one) | {"verdicts": [*map(_short, one.verdicts)]} for one in made]
        if lines:
            self.connection.execute(self._insert(traces).on_conflict_do_nothing(), lines)

    def of_call(self, call_id: str) -> list[Trace]:
        """Return all that was decided about a caller, oldest first."""
        return [_trace(row) for row in self._rows(_OF_CALL, about=call_id)]

    def last(self, call_ids: Collection[str]) -> dict[str, dict[str, Verdict]]:
        """Return the verdict that stands, by call and by person: one question."""
        told: dict[str, dict[str, Verdict]] = defaultdict(dict)
        for row in self._rows(_OF_CALLS, about=call_ids):
            for verdict in _trace(row).verdicts:
                told[row.call_id][verdict.person_id] = verdict
        return told

    def move(self, call_id: str, since: Moved) -> None:
        """The machine's clock was set back: what was decided about a caller moves with it."""
        for trace in self.of_call(call_id):
            change = update(traces).where(traces.c.call_id == call_id, traces.c.at == trace.at)
            self._change(change.values(at=since(trace.at)))


def _short(verdict: Verdict) -> dict[str, Any]:
    """Only what is not as it usually is: most of a team is told the same."""
    facts = {name: getattr(verdict, name) for name, usual in _PLAIN.items()
             if getattr(verdict, name) != usual}  # fmt: skip
    return facts | ({"since": verdict.since.isoformat()} if verdict.since else {})


def _trace(row: Row[Any]) -> Trace:
    facts = dict(zip(SHAPE.names, row, strict=True))
    return Trace(**facts | {"verdicts": tuple(map(_verdict, facts["verdicts"]))})


def _verdict(kept: dict[str, Any]) -> Verdict:
    since = kept.get("since")
    return Verdict(**kept | {"since": datetime.fromisoformat(since) if since else None})
