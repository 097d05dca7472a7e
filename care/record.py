"""What must a record say before its wrap-up may be finished?"""

import re
from collections.abc import Mapping
from typing import Protocol

from care.disposition import LABELS, Disposition
from care.questions import refused

# As long as the columns that keep them; the notes as long as anybody will read.
LENGTHS = {
    "disposition": 40,
    "person_name": 120,
    "callback_number": 32,
    "incident": 64,
    "notes": 20_000,
}
E164 = re.compile(r"\+[1-9]\d{7,14}")
# Nothing happened that a sentence could add to.
SAYS_ENOUGH = frozenset({Disposition.CALLER_LEFT, Disposition.CANCELLED_BY_911})
# Somebody was sent or asked for: the next clinician must read who, and whether they arrived.
NEEDS_ACCOUNT = {
    Disposition.EMERGENCY_SERVICES_REQUESTED: (
        "Say who was asked, when, and that they made contact or what was done instead."
    ),
    Disposition.MOBILE_CREW_REQUESTED: "Say which crew was asked, when, and where to.",
    Disposition.RETURNED_TO_911: "Say why the caller went back to 911.",
}


IMMINENT = "The risk was imminent: say what was done, and who confirmed contact."


class Written(Protocol):
    """What somebody wrote down, as a form or a row holds it."""

    @property
    def disposition(self) -> str | None: ...
    @property
    def person_name(self) -> str | None: ...
    @property
    def callback_number(self) -> str | None: ...
    @property
    def incident(self) -> str | None: ...
    @property
    def notes(self) -> str: ...
    @property
    def answers(self) -> Mapping[str, str]: ...


def unkeepable(written: Written) -> dict[str, str]:
    """Return what could not even be kept as a draft: field -> a sentence for the clinician."""
    return {
        name: f"This is too long: at most {most} characters."
        for name, most in LENGTHS.items()
        if len(getattr(written, name) or "") > most
    } | refused(written.answers)


def unfinished(written: Written, told_elsewhere: frozenset[str] = frozenset()) -> dict[str, str]:
    """Return what stands between this record and the end of its wrap-up: field -> a sentence.

    `told_elsewhere`: dispositions whose account is kept beside the record, as a crew's visit is.
    """
    found = unkeepable(written)
    disposition = (written.disposition or "").strip()
    if disposition not in LABELS:
        found["disposition"] = "Choose what came of this contact."
    if written.callback_number and not E164.fullmatch(written.callback_number):
        found["callback_number"] = "Write the number in full, such as +13145550150."
    imminent = written.answers.get("risk") == "imminent"
    says_enough = SAYS_ENOUGH if imminent else SAYS_ENOUGH | told_elsewhere
    if not written.notes.strip() and disposition in LABELS and disposition not in says_enough:
        known = Disposition(disposition)
        found["notes"] = NEEDS_ACCOUNT.get(known, "Write a sentence the next clinician can use.")
        if imminent:
            found["notes"] = IMMINENT
    return found
