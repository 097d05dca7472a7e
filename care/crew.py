"""A mobile crew was asked for: who has the visit, how far is it, and what may be done to it next?

One table, step by state. A step moves the visit forward, or changes nothing because it was taken
before (a doubled tap), or is refused with a sentence that says what to do. Pure: `at` is an
argument, and a clinician's change counts up `version`, which the crew reads after them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from care.crew_details import AFTERWARDS, NAMES, OUTCOMES, WORDS_MOST, refused
from care.disposition import Disposition


class State(StrEnum):
    """How far a visit is."""

    REQUESTED = "requested"
    ACKNOWLEDGED = "acknowledged"
    EN_ROUTE = "en_route"
    ON_SCENE = "on_scene"
    CLEARED = "cleared"
    CALLED_OFF = "called_off"


class Step(StrEnum):
    """What a crew does; the last one is the desk's."""

    ACKNOWLEDGE = "acknowledge"
    SET_OUT = "set_out"
    ARRIVE = "arrive"
    CLEAR = "clear"
    GIVE_BACK = "give_back"
    CALL_OFF = "call_off"


OVER = (State.CLEARED, State.CALLED_OFF)
BEFORE_ARRIVAL = (State.REQUESTED, State.ACKNOWLEDGED, State.EN_ROUTE)
IN_WORDS = {
    State.REQUESTED: "Asked for",
    State.ACKNOWLEDGED: "Acknowledged",
    State.EN_ROUTE: "En route",
    State.ON_SCENE: "On scene",
    State.CLEARED: "Cleared",
    State.CALLED_OFF: "Called off",
}
LINES_MOST = 200

_OFF = "This visit was called off. Do not go; call the line if you are with them."
_DONE = "This visit is over. For another one the desk asks again; call the line if in doubt."
_NOT_THERE = "Nobody is on scene yet. Tap On scene first; if you cannot go, give it back."
_ON_SCENE = "The crew is on scene: only they can clear it. Call them."
_CLEAR_IT = "You are on scene. Say how it ended, and clear it."
SAME = None  # taken before: nothing changes

_R, _A, _E, _S, _C, _O = State
TABLE: dict[Step, dict[State, State | str | None]] = {
    Step.ACKNOWLEDGE: {_R: _A, _A: SAME, _E: SAME, _S: SAME, _C: SAME, _O: _OFF},
    Step.SET_OUT: {_R: _E, _A: _E, _E: SAME, _S: SAME, _C: SAME, _O: _OFF},
    Step.ARRIVE: {_R: _S, _A: _S, _E: _S, _S: SAME, _C: SAME, _O: _OFF},
    Step.CLEAR: {_R: _NOT_THERE, _A: _NOT_THERE, _E: _NOT_THERE, _S: _C, _C: SAME, _O: _OFF},
    Step.GIVE_BACK: {_R: _R, _A: _R, _E: _R, _S: _CLEAR_IT, _C: _DONE, _O: _OFF},
    Step.CALL_OFF: {_R: _O, _A: _O, _E: _O, _S: _ON_SCENE, _C: _DONE, _O: SAME},
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened to a visit. `version`: of the details, where it changed or read."""

    at: datetime
    by: str  # a person's id, or crew:<id>
    what: str  # a Step, or requested asked opened changed read said left explained came_back told
    words: str = ""
    fields: tuple[str, ...] = ()
    version: int = 0
    once: str = ""  # by which a doubled tap is known


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a mobile crew, to its end. Instants are aware UTC."""

    id: str
    call_id: str | None  # None: asked for without a call
    kind: str
    facts: dict[str, str]
    requested_by: str
    requested_at: datetime
    due_at: datetime | None  # acknowledged by then, or somebody is told; None: it is
    asked: str | None = None  # the crew asked; None: any
    crew: str | None = None  # the crew that has it
    state: State = State.REQUESTED
    version: int = 1
    read: int = 0  # the version that the crew has read
    acknowledged_at: datetime | None = None
    en_route_at: datetime | None = None
    on_scene_at: datetime | None = None
    ended_at: datetime | None = None  # cleared, or called off
    outcome: str | None = None
    told_at: datetime | None = None  # when it was told that nobody acknowledges
    lines: tuple[Line, ...] = ()

    @property
    def over(self) -> bool:
        """Cleared or called off."""
        return self.state in OVER

    @property
    def cleared_at(self) -> datetime | None:
        """When the crew cleared it; None also where it was called off."""
        return self.ended_at if self.state is State.CLEARED else None

    @property
    def keeps_clinician(self) -> bool:
        """Whether the clinician stays on the line: a crew is on its way to somebody now."""
        return self.state in BEFORE_ARRIVAL and self.kind != "after"

    @property
    def unread(self) -> tuple[str, ...]:
        """The details that changed since the crew read them, in the order of FIELDS."""
        if self.state is State.REQUESTED or self.over:
            return ()
        new = {name for one in self.lines if one.version > self.read for name in one.fields}
        return tuple(name for name in NAMES if name in new)

    @property
    def spans(self) -> dict[str, timedelta]:
        """From the request to each state reached; one that was passed over is not there."""
        reached = {
            State.ACKNOWLEDGED: self.acknowledged_at,
            State.EN_ROUTE: self.en_route_at,
            State.ON_SCENE: self.on_scene_at,
            State.CLEARED: self.cleared_at,
        }
        return {state: at - self.requested_at for state, at in reached.items() if at}


class Refused(ValueError):
    """This cannot be done to the visit; the words say what to do instead."""


def theirs(visit: Visit, crew: str) -> bool:
    """Whether this crew has the visit, or may take it."""
    if visit.state is State.REQUESTED:
        return visit.asked in (None, crew)
    return visit.crew == crew


def take(
    visit: Visit, step: Step, crew: str | None, by: str, at: datetime, *, words: str = ""
) -> Visit:
    """Take a step for `crew`; the very same visit when it was taken before.

    `words`: for CLEAR one of OUTCOMES, for GIVE_BACK and CALL_OFF why.

    Raises:
        Refused: another crew has it, or the table forbids it.
    """
    if _given_back_before(visit, step, crew, by):
        return visit
    if step is not Step.CALL_OFF and visit.crew not in (None, crew):
        raise Refused("Another crew has this visit. There is nothing left for you to do.")
    to = TABLE[step][visit.state]
    if to is SAME:
        return visit
    if not isinstance(to, State):
        raise Refused(to)
    if step is Step.CLEAR and words not in OUTCOMES:
        raise Refused("Say how it ended, then clear it.")
    if to is not State.CALLED_OFF and crew is None:
        raise Refused("Say which crew.")
    moved = replace(visit, state=to, lines=(*visit.lines, Line(at, by, step, words)))
    return _stamped(moved, step, crew, at, words)


def _given_back_before(visit: Visit, step: Step, crew: str | None, by: str) -> bool:
    mine = [one for one in visit.lines if one.by in (by, f"crew:{crew}") and one.what in set(Step)]
    return (
        step is Step.GIVE_BACK
        and visit.state is State.REQUESTED
        and bool(mine)
        and mine[-1].what == Step.GIVE_BACK
    )


def _stamped(visit: Visit, step: Step, crew: str | None, at: datetime, words: str) -> Visit:
    if step is Step.GIVE_BACK:  # as if it had just been asked for, of anybody, and told at once
        free = replace(visit, crew=None, asked=None, read=0, due_at=at, told_at=None)
        return replace(free, acknowledged_at=None, en_route_at=None)
    if visit.over:
        outcome = words if step is Step.CLEAR else None
        return replace(visit, ended_at=at, outcome=outcome, due_at=None)
    stamped = replace(visit, crew=crew, due_at=None, acknowledged_at=visit.acknowledged_at or at)
    if visit.state is State.EN_ROUTE:
        return replace(stamped, en_route_at=at)
    if visit.state is State.ON_SCENE:
        return replace(stamped, on_scene_at=at)
    return stamped


def ask(visit: Visit, crew: str | None, by: str, at: datetime, due_at: datetime) -> Visit:
    """Ask another crew (None: any) while nobody has taken it.

    Raises:
        Refused: a crew has it, or it is over.
    """
    if visit.over:
        raise Refused(_DONE)
    if visit.state is not State.REQUESTED:
        raise Refused("A crew has this visit. They give it back first.")
    if visit.asked == crew:
        return visit
    line = Line(at, by, "asked", crew or "")
    return replace(visit, asked=crew, due_at=due_at, told_at=None, lines=(*visit.lines, line))


def change(visit: Visit, facts: Mapping[str, str], by: str, at: datetime) -> Visit:
    """Put the details right; the crew must read what changed. The same visit when nothing did.

    Raises:
        Refused: it is over, or a detail cannot be kept.
    """
    if visit.over:
        raise Refused(_DONE)
    wanted = {name: facts[name] for name in NAMES if facts.get(name)}
    if wrong := refused(wanted):
        raise Refused(" ".join(wrong.values()))
    changed = tuple(n for n in NAMES if visit.facts.get(n, "") != wanted.get(n, ""))
    if not changed:
        return visit
    version = visit.version + 1
    line = Line(at, by, "changed", fields=changed, version=version)
    return replace(visit, facts=wanted, version=version, lines=_more(visit, line))


def read(visit: Visit, version: int, by: str, at: datetime) -> Visit:
    """The crew has read the details up to `version`, which their page showed."""
    version = min(version, visit.version)
    if version <= visit.read or visit.over:
        return visit
    if visit.unread:
        line = Line(at, by, "read", version=version)
        return replace(visit, read=version, lines=(*visit.lines, line))
    return replace(visit, read=version)


def say(visit: Visit, words: str, by: str, at: datetime, once: str) -> Visit:
    """Keep the crew's words for the desk; the same visit when `once` was kept before.

    Raises:
        Refused: nothing was said, too much was, or it is over.
    """
    if once in {one.once for one in visit.lines if one.once}:
        return visit
    if visit.over:
        raise Refused(_DONE)
    if not words.strip():
        raise Refused("Write something first, then send it.")
    if len(words) > WORDS_MOST:
        raise Refused(f"At most {WORDS_MOST} characters. Call the line to say more.")
    line = Line(at, by, "said", words.strip(), once=once)
    return replace(visit, lines=_more(visit, line))


def left(visit: Visit, why: str, by: str, at: datetime) -> Visit:
    """The clinician left the caller before the crew was there; `why` is one of LEAVING.

    "": their telephone hung up, or was cut off, and they are still to be asked.
    """
    return replace(visit, lines=(*visit.lines, Line(at, by, "left", why)))


def unexplained(visit: Visit) -> dict[str, datetime]:
    """Who left without saying why, and has neither come back nor said it since: person -> when."""
    owed: dict[str, datetime] = {}
    for line in visit.lines:
        if line.what == "left" and not line.words:
            owed[line.by] = line.at
        elif line.what in ("left", "explained", "came_back"):
            owed.pop(line.by, None)
    return owed


def came_back(visit: Visit, by: str, at: datetime) -> Visit:
    """Whoever was cut off is with the caller again: nothing is to be explained."""
    if by not in unexplained(visit):
        return visit
    return replace(visit, lines=(*visit.lines, Line(at, by, "came_back")))


def explain(visit: Visit, why: str, by: str, at: datetime) -> Visit:
    """They say afterwards why they left; said once, it stands.

    Raises:
        Refused: `why` is none of AFTERWARDS.
    """
    if why not in AFTERWARDS:
        raise Refused("Choose why the call ended before the crew was there.")
    if by not in unexplained(visit):
        return visit
    return replace(visit, lines=(*visit.lines, Line(at, by, "explained", why)))


def late(visit: Visit, now: datetime) -> bool:
    """Whether nobody has acknowledged it in time."""
    return visit.state is State.REQUESTED and visit.due_at is not None and visit.due_at <= now


def told(visit: Visit, at: datetime) -> Visit:
    """Those who oversee were told that nobody acknowledges."""
    return replace(visit, told_at=at, lines=(*visit.lines, Line(at, "clock", "told")))


def _more(visit: Visit, line: Line) -> tuple[Line, ...]:
    if len(visit.lines) >= LINES_MOST:
        raise Refused("Too much was written here. Call one another.")
    return (*visit.lines, line)


def taken_over(visits: Iterable[Visit]) -> dict[str, str]:
    """Return what a record need not ask again: its disposition, and that a crew responded."""
    wanted = [one for one in visits if one.state is not State.CALLED_OFF]
    known = {"disposition": Disposition.MOBILE_CREW_REQUESTED.value} if wanted else {}
    return known | ({"responded_1": "yes"} if any(one.on_scene_at for one in wanted) else {})


def in_order(visits: Iterable[Visit]) -> list[Visit]:
    """Those that nobody has acknowledged first, the longest first."""
    return sorted(visits, key=lambda one: (one.state is not State.REQUESTED, one.requested_at))
