"""What keeps a wrap-up from being finished, and is it said by field?"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from care.disposition import DIVERTED, LABELS, Disposition
from care.record import LENGTHS, unfinished, unkeepable


@dataclass(frozen=True)
class Written:
    disposition: str | None = "resolved_by_phone"
    person_name: str | None = None
    callback_number: str | None = None
    incident: str | None = None
    notes: str = "Calm now; a friend is with them."
    answers: Mapping[str, str] = field(default_factory=dict)


CASES = [
    (Written(), set()),
    (Written(callback_number="+13145550150", incident="26-1"), set()),
    (Written(disposition=None), {"disposition"}),
    (Written(disposition="done"), {"disposition"}),
    (Written(disposition=None, notes=""), {"disposition"}),  # one thing at a time
    (Written(callback_number="314 555 0150"), {"callback_number"}),
    (Written(notes=" \n"), {"notes"}),
    (Written(disposition="emergency_services_requested", notes=""), {"notes"}),
    (Written(disposition="caller_left", notes=""), set()),
    (Written(disposition="cancelled_by_911", notes=""), set()),
    (Written(person_name="x" * 121), {"person_name"}),
    (Written(notes="x" * 20_001), {"notes"}),
    (Written(answers={"risk": "high", "desire_1": "yes"}), set()),
    (Written(answers={"risk": "9"}), {"risk"}),
    (Written(answers={"desire_1": "maybe"}), {"desire_1"}),
    (Written(answers={"plan_signs": "x" * 2_001}), {"plan_signs"}),
    (Written(answers={"risk": "imminent"}, notes=""), {"notes"}),
]


@pytest.mark.parametrize(("written", "fields"), CASES)
def test_what_is_missing_is_said_by_field(written, fields):
    assert set(unfinished(written)) == fields


def test_an_empty_draft_can_be_kept_but_not_finished():
    draft = Written(disposition=None, notes="")
    assert not unkeepable(draft)
    assert unfinished(draft)


def test_sending_somebody_needs_an_account_of_it():
    said = unfinished(Written(disposition="emergency_services_requested", notes=""))
    assert "made contact" in said["notes"]


def test_every_disposition_has_its_word_and_fits_its_column():
    assert set(LABELS) == set(Disposition)
    assert all(len(value) <= LENGTHS["disposition"] for value in LABELS)
    assert set(LABELS) >= DIVERTED
