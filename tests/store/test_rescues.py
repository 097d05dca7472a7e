"""Is an imminent risk asked about by any process, once, and never forgotten?"""

from dataclasses import replace
from datetime import timedelta

import pytest
from store.conftest import NOON

from care import rescue as rules
from care.rescue import Rescue
from storage.errors import Stale

A_RESCUE = Rescue("r", "call-0", "ana", NOON, psap="riverton")


def sent():
    asked = rules.consent(A_RESCUE, "refused")
    return rules.take(rules.take(asked, "talk", "ana", NOON), "rescue", "ana", NOON, "no answer")


def test_it_is_kept_as_it_is(store):
    with store.begin() as rows:
        rows.rescues.add(A_RESCUE)
        rows.rescues.save(sent())
    with store.read() as rows:
        assert rows.rescues.of_call("call-0") == sent()
        assert rows.rescues.open() == [sent()]
        assert rows.rescues.of_call("another") is None


def test_whose_time_has_come(store):
    with store.begin() as rows:
        rows.rescues.add(sent())
        rows.rescues.add(replace(A_RESCUE, id="quiet", call_id="call-1"))
        rows.rescues.add(replace(sent(), id="closed", closed_at=NOON))
        assert rows.rescues.to_ask(NOON) == []
        assert rows.rescues.to_ask(NOON + timedelta(minutes=10)) == ["r"]


def test_nothing_is_saved_that_was_never_opened(store):
    with pytest.raises(Stale), store.begin() as rows:
        rows.rescues.save(A_RESCUE)
