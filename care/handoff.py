"""What does a 911 centre send ahead about a caller, and which caller is it about?

Twelve fields, each message a card of its own: what was said first is never lost, what was said
last is shown, and a clinician's correction stands above all of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from care.questions import YES_NO, Question

BEFORE = timedelta(minutes=15)  # so long a card waits for its call
AFTER = timedelta(minutes=60)  # so long after the call's arrival it may still come
CLINICIAN = "clinician"  # who corrected it; else system | page | keypad
KEYPAD = "keypad"  # pressed on the caller's own leg: how it came, and why it is theirs
IN_CALL = (CLINICIAN, KEYPAD)  # said in the call itself, so about nobody else
ALONE = "alone"  # nothing but the time speaks for it

FIELDS: tuple[Question, ...] = (
    Question("incident", "Incident number", 64),
    Question("callback_number", "Number to call back", 32, hint="The caller's own"),
    Question("person_name", "Person's name", 120),
    Question("language", "Language", 40),
    Question("location", "Where they are", 300),
    Question("reason", "What is happening", 1000),
    Question("weapon", "A weapon is there", choices=YES_NO),
    Question("injury", "Somebody is hurt", choices=YES_NO),
    Question("crime", "A crime is under way", choices=YES_NO),
    Question("transfer_consent", "They agreed to be transferred", choices=YES_NO),
    Question("responders", "Who was sent, or stands by", 200),
    Question("dispatcher", "Your name or position", 80),
)
# A yes to the first three is dangerous to a clinician's plan; each as yes, no, not known.
JUDGED = {
    "weapon": ("A weapon is there", "no weapon", "weapon"),
    "injury": ("Somebody is hurt", "nobody hurt", "injury"),
    "crime": ("A crime is under way", "no crime under way", "crime"),
    "transfer_consent": ("agreed to be transferred", "did not agree to be transferred", "consent"),
}
NAMES = tuple(field.name for field in FIELDS)
LABELS = {field.name: field.label for field in FIELDS} | {"dispatcher": "Dispatcher"}


def refused(given: Mapping[str, str]) -> dict[str, str]:
    """Return what cannot be kept: field -> a sentence for whoever sent it."""
    wrong = {name: "There is no such field." for name in given if name not in NAMES}
    for field in FIELDS:
        value = given.get(field.name, "")
        if value and (why := field.refuses(value)):
            wrong[field.name] = why
    if not wrong and not any(given.values()):
        wrong["reason"] = "Say something about the caller."
    return wrong


class Sent(Protocol):
    """One message, as storage keeps it."""

    @property
    def how(self) -> str: ...
    @property
    def sent_at(self) -> datetime: ...
    @property
    def matched(self) -> str | None: ...
    @property
    def incident(self) -> str | None: ...
    @property
    def facts(self) -> Mapping[str, str]: ...


def told(cards: Iterable[Sent]) -> dict[str, str]:
    """Return what is known of one caller: the last word on each field, a clinician's above all."""
    known: dict[str, str] = {}
    for card in sorted(cards, key=lambda one: (one.how == CLINICIAN, one.sent_at)):
        known |= card.facts
    return {name: known[name] for name in NAMES if known.get(name)}


def sure(cards: Iterable[Sent]) -> bool:
    """Whether more than the time speaks for what is told: a number, or a person, said whose it is.

    A number pressed on the keypad speaks for itself, and for the cards of that incident.
    """
    cards = list(cards)
    pressed = [card.incident for card in cards if card.how == KEYPAD and card.incident]
    if any(card.matched not in (ALONE, KEYPAD) for card in cards):
        return True
    return all(
        card.matched == KEYPAD or any(same_incident(card.incident, one) for one in pressed)
        for card in cards
    )


def same_incident(one: str | None, other: str | None) -> bool:
    """Whether two centres' spellings are of one incident: a keypad has no letters and no dashes."""
    if not one or not other:
        return False
    if one == other:
        return True
    plain = one if one.isdecimal() else other
    if not plain.isdecimal():
        return False
    return _digits(one) == _digits(other)


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdecimal())


def in_words(known: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return label and answer of each field of text that says something, in the order of FIELDS."""
    said = (field for field in FIELDS if not field.choices and known.get(field.name))
    return [(LABELS[field.name], known[field.name]) for field in said]


def judged(known: Mapping[str, str], answer: str) -> list[str]:
    """Return in words what was answered so: a weapon is there; no weapon; weapon not known."""
    words = {"yes": 0, "no": 1, "unknown": 2}[answer]
    return [said[words] for name, said in JUDGED.items() if known.get(name) == answer]


@dataclass(frozen=True, slots=True)
class Caller:
    """A call that a card may be about."""

    call_id: str
    arrived_at: datetime
    number: str | None  # None: withheld, or no caller's: a trunk of the 911 centre
    incidents: frozenset[str] = frozenset()  # of the telephone's headers, and of earlier cards
    numbers: frozenset[str] = frozenset()  # of earlier cards
    told: bool = False  # a card about them is there
    live: bool = True


@dataclass(frozen=True, slots=True)
class About:
    """What a card says of whom it is about. `not_call`: a clinician said that it is not."""

    at: datetime
    incident: str | None
    number: str | None
    not_call: str | None = None


def whom(card: About, callers: Sequence[Caller], *, alone: bool) -> tuple[str, str] | None:
    """Return whose card it is and by what: incident, number, or (the only one) alone.

    `alone`: no other card of this line waits for its call. A card that nothing but the time
    speaks for is given only to the one live caller who has none, and contradicts nothing.
    """
    near = [
        one
        for one in callers
        if one.call_id != card.not_call
        and one.arrived_at - BEFORE <= card.at <= one.arrived_at + AFTER
    ]
    for how, fits in (("incident", _same_incident), ("number", _same_number)):
        found = [one for one in near if fits(card, one)]
        if found:
            return max(found, key=lambda one: one.arrived_at).call_id, how
    free = [one for one in near if one.live and not one.told]
    if alone and len(free) == 1 and not _contradicts(card, free[0]):
        return free[0].call_id, ALONE
    return None


def _same_incident(card: About, one: Caller) -> bool:
    return any(same_incident(card.incident, told) for told in one.incidents)


def _same_number(card: About, one: Caller) -> bool:
    return card.number is not None and card.number in {one.number, *one.numbers}


def _contradicts(card: About, one: Caller) -> bool:
    another_number = card.number and one.number
    another_incident = card.incident and one.incidents
    return bool(another_number or another_incident)  # where they are the same, that decided
