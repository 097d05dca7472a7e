"""How are a visit's steps and happenings said, on a crew's phone, at the desk and on the board?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from care.crew import Line, State, Step, Visit
from care.crew_details import AFTERWARDS, LABELS, OUTCOMES

SHORT_KINDS = {"first": "First response", "second": "Second response", "after": "After the event"}
BUTTONS = {
    Step.ACKNOWLEDGE: "We take it",
    Step.SET_OUT: "En route",
    Step.ARRIVE: "On scene",
    Step.CLEAR: "Cleared",
    Step.GIVE_BACK: "We cannot go",
}
LOOKS = {  # of each state: the class and the icon beside its word
    State.REQUESTED: ("wanting", "warning"),
    State.ACKNOWLEDGED: ("thin", "clock"),
    State.EN_ROUTE: ("thin", "swap"),
    State.ON_SCENE: ("ready", "ready"),
    State.CLEARED: ("", "ready"),
    State.CALLED_OFF: ("", "off"),
}
_SAID = {
    "requested": "asked for a crew",
    "asked": "asked another crew",
    Step.ACKNOWLEDGE: "took it",
    Step.SET_OUT: "set out",
    Step.ARRIVE: "on scene",
    Step.CLEAR: "cleared",
    Step.GIVE_BACK: "gave it back",
    Step.CALL_OFF: "called it off",
    "opened": "has it on their page",
    "changed": "changed",
    "read": "read what changed",
    "said": "said",
    "left": "left the caller before the crew was there",
    "explained": "said why they left",
    "came_back": "is back with the caller",
    "told": "told those who oversee: nobody acknowledged in time",
}

_CHOSEN = {Step.CLEAR: OUTCOMES, "left": AFTERWARDS, "explained": AFTERWARDS}


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of a visit in words."""

    at: datetime
    who: str
    words: str
    of_crew: bool


def happenings(
    visit: Visit, people: Mapping[str, str], crews: Mapping[str, str]
) -> list[Happening]:
    """What happened to a visit, oldest first."""
    return [_happening(one, people, crews) for one in visit.lines]


def _happening(line: Line, people: Mapping[str, str], crews: Mapping[str, str]) -> Happening:
    of_crew = line.by.startswith("crew:")
    crew = crews.get(line.by.removeprefix("crew:"), "A crew")
    who = crew if of_crew else people.get(line.by, "The line")
    return Happening(
        line.at, who, f"{_SAID.get(line.what, line.what)}{_more(line, crews)}", of_crew
    )


def _more(line: Line, crews: Mapping[str, str]) -> str:
    words = line.words
    if line.what in ("requested", "asked"):
        words = crews.get(words, "any crew")
    words = _CHOSEN.get(line.what, {}).get(words, words)
    if line.what == "left" and not words:
        return " and did not say why"
    if line.fields:
        words = ", ".join(LABELS[name].lower() for name in line.fields)
    return f": {words}" if words else ""
