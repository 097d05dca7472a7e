"""Does any webhook go to the database more often than it may? (DESIGN, Servers: six, four the goal.)"""

import pytest
from bench import round_trips

MOST = 6
KINDS = {
    "agree",
    "arrived",
    "bed",
    "clinician-left",
    "desk",
    "ended",
    "fallback",
    "greeted",
    "guest",
    "guest-left",
    "guest-pressed",
    "guest-status",
    "incident",
    "key",
    "language",
    "line-left",
    "pass-ended",
    "person",
    "person-status",
    "phone",
    "phone-status",
    "pressed",
    "psap",
    "psap-left",
    "psap-pressed",
    "psap-status",
    "received",
    "ringing",
    "room",
    "talk-ended",
    "text-status",
    "wait",
}


@pytest.fixture
def counts(database_url):
    return round_trips.counted(database_url)


def test_no_webhook_takes_more_round_trips_than_it_may(counts):
    most = round_trips.most(counts)
    # a general line is asked whether too many arrive there; a 911 line never is
    assert sorted(set(map(len, counts["arrived"]))) == [4, 5], counts["arrived"]
    too_many = {kind: many for kind, many in most.items() if many > MOST}
    assert not too_many, {kind: max(counts[kind], key=len) for kind in too_many}
    assert set(most) == KINDS, "every kind of webhook is met, and has its line above"
