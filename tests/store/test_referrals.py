"""Is a referral kept as it is, and found by its person?"""

from dataclasses import replace
from datetime import timedelta

import pytest
from store.conftest import NOON

from care import referral as rules
from care.referral import Referral, Step
from storage.errors import Stale
from storage.values import Record

FACTS = {
    "id": "r", "call_id": "call-0", "number": "+13145550142", "person_name": "Alex R.", "service_id": "s",
    "service_name": "Night shelter", "service_phone": None, "consent": "spoken", "consent_by": "the caller",
    "shared": "First name", "made_by": "ana", "made_at": NOON,
}  # fmt: skip
MADE = rules.made(Referral(**FACTS))
AGREED = rules.take(MADE, Step.AGREE, "ana", NOON, appointment_at=NOON + timedelta(days=1))
KEPT = rules.take(AGREED, Step.KEEP, "ben", NOON + timedelta(days=2), words="Liked it")


def test_it_is_kept_as_it_is(store):
    with store.begin() as rows:
        assert rows.referrals.add(MADE)
        assert not rows.referrals.add(replace(MADE, service_name="Twice")), "made before"
        assert rows.referrals.open() == [MADE]
        rows.referrals.save(AGREED)
        assert rows.referrals.lock("r") == AGREED
        assert rows.referrals.open() == [AGREED]
        rows.referrals.save(KEPT)
    with store.read() as rows:
        assert rows.referrals.get("r") == KEPT
        assert rows.referrals.of_call("call-0") == [KEPT]
        assert rows.referrals.open() == []
        assert rows.referrals.between(NOON, NOON + timedelta(seconds=1)) == [KEPT]
        assert rows.referrals.between(NOON - timedelta(days=1), NOON) == []


def test_a_person_is_found_by_number_by_contact_and_by_what_was_confirmed_later(store):
    unknown = replace(MADE, id="u", call_id="call-1", number=None)
    other = replace(MADE, id="o", call_id="call-2", number="+13145550143")
    record = Record("call-1", "ana", 0, None, None, "+13145550142", None, "", NOON)
    with store.begin() as rows:
        for one in (MADE, unknown, other):
            rows.referrals.add(one)

        def found(number, *call_ids):
            return [one.id for one in rows.referrals.of_person(number, call_ids)]

        assert found("+13145550142") == ["r"]
        assert found(None, "call-2") == ["o"]
        assert found(None) == []
        rows.records.save(record, 0)
        assert found("+13145550142") == ["r", "u"]


def test_nothing_is_saved_that_was_never_made(store):
    with pytest.raises(Stale), store.begin() as rows:
        rows.referrals.save(MADE)
