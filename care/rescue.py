"""Somebody is in imminent danger: what was tried, who was sent, and has contact been confirmed?

The order is the Lifeline's for imminent risk: the least invasive step first, rescue without
consent last, and then the question whether somebody is really with them, until a named person
closes it. Pure: `at` and `now` are arguments.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

# Least invasive first.
STEPS: dict[str, str] = {
    "talk": "Talked; the danger was not over",
    "means": "Asked them to put distance to the means",
    "third_party": "Somebody they trust goes to them",
    "crew": "A mobile crew goes to them",
    "agreed_rescue": "They agreed to 911 being sent",
    "rescue": "911 sent without their consent",
}
RESCUES = ("agreed_rescue", "rescue")  # steps that send 911
GOES = ("third_party", "crew", *RESCUES)  # steps by which somebody goes to them
CONSENTS: dict[str, str] = {
    "given": "They agree",
    "refused": "They refuse",
    "not_asked": "Could not be asked",
}
ASK_AFTER = timedelta(minutes=10)  # and again, as often as it takes
NAGS_BEFORE_SUPERVISOR = 1  # asked once in vain: from then on a supervisor is told too


@dataclass(frozen=True, slots=True)
class Taken:
    """One step that somebody took."""

    step: str
    at: datetime
    by: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Rescue:
    """An imminent risk, open until a named person closes it. Instants are aware UTC."""

    id: str
    call_id: str
    opened_by: str
    opened_at: datetime
    consent: str | None = None
    steps: tuple[Taken, ...] = ()
    psap: str | None = None  # the line whose 911 centre was asked
    sent_at: datetime | None = None  # when 911 was asked to send
    ask_at: datetime | None = None  # when it is asked next whether somebody is with them
    asked: int = 0  # times in vain
    contact_at: datetime | None = None
    contact_by: str | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    closing: str | None = None

    @property
    def tried(self) -> tuple[str, ...]:
        """The steps taken, in the order of STEPS."""
        taken = {one.step for one in self.steps}
        return tuple(step for step in STEPS if step in taken)

    @property
    def somebody_goes(self) -> bool:
        """Whether anybody was sent, or goes by themselves: else there is no contact to confirm."""
        return any(one.step in GOES for one in self.steps)


class NotYet(ValueError):
    """This may not be done yet; the words say what must come first."""


def begin(rescue_id: str, call_id: str, by: str, at: datetime, psap: str) -> Rescue:
    """Somebody is in danger: asked about from now on until contact is confirmed or it is closed."""
    return Rescue(rescue_id, call_id, by, at, psap=psap, ask_at=at + ASK_AFTER)


def take(rescue: Rescue, step: str, by: str, at: datetime, note: str = "") -> Rescue:
    """Write down a step; whether somebody is with them is asked a while after the newest.

    Raises:
        NotYet: unknown or closed; or a rescue before consent was asked, or without a milder step
            and without saying why none was possible.
    """
    _open(rescue)
    if step not in STEPS:
        raise NotYet("Choose one of the steps.")
    if step in RESCUES:
        _may_send(rescue, step, note)
    ask_at = None if rescue.contact_at else at + ASK_AFTER
    taken = replace(rescue, steps=(*rescue.steps, Taken(step, at, by, note)), ask_at=ask_at)
    if step in RESCUES and rescue.sent_at is None:
        return replace(taken, sent_at=at)
    return taken


def _may_send(rescue: Rescue, step: str, note: str) -> None:
    if rescue.consent is None:
        raise NotYet("First write down whether they agree to 911 being sent.")
    if step == "agreed_rescue" and rescue.consent != "given":
        raise NotYet("They did not agree: choose the step without their consent.")
    milder = [one for one in rescue.tried if one not in RESCUES]
    if step == "rescue" and not milder and not note.strip():
        raise NotYet("Say why no milder step was possible.")


def consent(rescue: Rescue, word: str) -> Rescue:
    """Write down whether they agree; raises NotYet on a word that is none, or when closed."""
    _open(rescue)
    if word not in CONSENTS:
        raise NotYet("Choose what they said.")
    return replace(rescue, consent=word)


def confirm(rescue: Rescue, by: str, at: datetime) -> Rescue:
    """Somebody is with them: nobody asks again. Raises NotYet before anybody was sent."""
    _open(rescue)
    if not rescue.somebody_goes:
        raise NotYet("First write down who went to them.")
    return replace(rescue, contact_at=at, contact_by=by, ask_at=None)


def not_confirmed(rescue: Rescue, at: datetime) -> Rescue:
    """Not yet, somebody says: asked again in a while."""
    _open(rescue)
    return replace(rescue, ask_at=at + ASK_AFTER)


def ask(rescue: Rescue, now: datetime) -> Rescue:
    """The time to ask has come: counted, and the next time set."""
    return replace(rescue, asked=rescue.asked + 1, ask_at=now + ASK_AFTER)


def tells_supervisor(rescue: Rescue) -> bool:
    """Whether asking the clinician was in vain often enough."""
    return rescue.asked > NAGS_BEFORE_SUPERVISOR


def close(rescue: Rescue, by: str, at: datetime, words: str, *, supervisor: bool) -> Rescue:
    """A named person closes it.

    Raises:
        NotYet: without confirmed contact only a supervisor closes, and says why.
    """
    _open(rescue)
    if not words.strip():
        raise NotYet("Say how it ended.")
    if rescue.sent_at and rescue.contact_at is None and not supervisor:
        raise NotYet("Contact is not confirmed. Confirm it, or ask a supervisor to close.")
    return replace(rescue, closed_at=at, closed_by=by, closing=words.strip(), ask_at=None)


def _open(rescue: Rescue) -> None:
    if rescue.closed_at:
        raise NotYet("This was closed before.")


def in_order(open_rescues: Sequence[Rescue]) -> list[Rescue]:
    """Those without confirmed contact first, the longest open first."""
    return sorted(open_rescues, key=lambda one: (one.contact_at is not None, one.opened_at))
