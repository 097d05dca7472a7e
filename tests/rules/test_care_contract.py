"""What became of a caller whom 911 handed to us? Every end in one column, with its reason."""

from datetime import UTC, datetime, timedelta

import pytest

from care import contract
from care.disposition import Disposition
from ivr.call import Ended

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SOON = AT + timedelta(seconds=12)


@pytest.mark.parametrize(
    ("answered", "ended", "disposition", "words"),
    [
        (None, None, None, "Still offered"),
        (SOON, None, None, "Accepted after 12 s"),
        (SOON, Ended.CALLER_ENDED, "resolved_by_phone", "Accepted after 12 s"),
        (SOON, Ended.CLINICIAN_ENDED, "emergency_services_requested", "Accepted after 12 s"),
        (SOON, Ended.CLINICIAN_ENDED, "out_of_scope", "Declined after 12 s: out of scope"),
        (SOON, Ended.CLINICIAN_ENDED, "out_of_area", "Declined after 12 s: out of area"),
        (SOON, Ended.RETURNED, "returned_to_911", "Declined after 12 s: returned to 911"),
        (SOON, Ended.RETURNED, None, "Accepted after 12 s"),
        (SOON, Ended.CALLER_ENDED, "cancelled_by_911", "Cancelled by 911 after 12 s"),
        (None, Ended.CALLER_LEFT, "cancelled_by_911", "Cancelled by 911"),
        (None, Ended.RETURNED, None, "Bounced: returned to 911"),
        (None, Ended.PASSED_ON, None, "Bounced: passed on to the partner line"),
        (None, Ended.LOST, None, "Bounced: lost by the carrier"),
        (None, Ended.CALLER_LEFT, None, "Left by the caller: before anybody answered"),
        (None, Ended.CALLBACK, None, "Left by the caller: to be called back"),
    ],
)
def test_each_end_has_its_words(answered, ended, disposition, words) -> None:
    assert contract.of(AT, answered, ended, disposition).in_words == words


@pytest.mark.parametrize("answered", [None, SOON])
@pytest.mark.parametrize("disposition", [None, *Disposition])
@pytest.mark.parametrize("ended", [None, *Ended])
def test_every_call_is_in_one_column(answered, ended, disposition) -> None:
    made = contract.of(AT, answered, ended, disposition)
    assert made.came_to in contract.CAME_TO
    assert made.within(20) is (answered is not None)
    assert not made.within(11)
