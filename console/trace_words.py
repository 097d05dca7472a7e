"""Why was each person asked about a caller, or not? Said in plain words."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from console.words import clock, language
from ivr.call import Call
from routing.verdicts import Verdict
from storage.values import Trace

WHY = {
    "desk": "offered at the desk",
    "phone": "offered by phone",
    "refused": "not offered again: said no to this caller, or left the desk",
    "rung": "not offered again: their phone was rung in this wait already",
    "another": "not offered: rings about another caller",
    "off": "not offered: not at the desk",
    "paused": "not offered: paused",
    "connecting": "not offered: on the way to a caller",
    "talking": "not offered: in a call",
    "asked": "not offered: asked into a colleague's call",
    "joined": "not offered: in a colleague's call",
    "wrap_up": "not offered: in wrap-up",
    "unheard": "not offered: the desk is open and not heard from",
    "rung_later": "not offered yet: another tier comes first",
    "no_rung": "not offered: their tier's desks are on no rung of the ladder",
    "prefers": "not offered yet: the clinician this caller was cut off from is asked first",
    "reserved": "not offered: kept free for the 911 lines in a flood",
    "turn": "not offered yet: others are asked first",
    "not_on_call": "not offered: not on call",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One verdict that stood from `after` of the contact on."""

    after: timedelta
    words: str
    told: bool


def by_person(
    traces: Iterable[Trace], call: Call, zone: str, names: Mapping[str, str]
) -> dict[str, list[Line]]:
    """Everything that was decided about a caller, by person in the order of names."""
    found: dict[str, list[Line]] = defaultdict(list)
    for trace in traces:
        for one in trace.verdicts:
            after, said = trace.at - call.arrived_at, words(one, zone, call.language)
            found[one.person_id].append(Line(after, said, one.told))
    return dict(sorted(found.items(), key=lambda one: (names.get(one[0], ""), one[0])))


def words(verdict: Verdict, zone: str, spoken: str) -> str:
    """One verdict: "not offered: paused since 14:02; their phone rings after 30 s"."""
    return "; ".join([_first(verdict, zone, spoken), *_then(verdict)])


def _first(verdict: Verdict, zone: str, spoken: str) -> str:
    said = WHY.get(verdict.why, verdict.why)
    if verdict.why == "turn" and not verdict.speaks:
        said = f"not offered yet: does not speak {language(spoken)}"
    elif verdict.told and not verdict.speaks:
        said += f", though they do not speak {language(spoken)}"
    return f"{said} since {clock(verdict.since, zone)}" if verdict.since else said


def _then(verdict: Verdict) -> Iterator[str]:
    if verdict.desk_after is not None:
        yield f"asked after {verdict.desk_after:g} s"
    if verdict.phone_after is not None:
        yield f"their phone rings after {verdict.phone_after:g} s"
    elif verdict.no_phone and not verdict.told:
        yield "no backup phone"
