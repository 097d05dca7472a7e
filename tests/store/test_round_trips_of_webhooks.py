"""Does any webhook go to the database more often than it may? (DESIGN, Servers: six, four the goal.)"""

import pytest
from bench import round_trips

MOST = 6
# Each of these happens at most once in a call, writes several nouns at once, and nobody in
# distress listens for its answer, except `agree`, which is followed by a goodbye.
MORE = {
    "agree": 7,  # the promise itself is one more row
    "ended": 8,  # frees the clinician's desk and ends their leg
    "person": 7,  # claims the first word of a follow-up's call
    "person-status": 12,  # the end of a talk and of its attempt, and the follow-up's next date
    "pressed": 20,  # a clinician's yes by cell phone: the whole claim of the waiting line
}
KINDS = {
    "agree",
    "arrived",
    "clinician-left",
    "desk",
    "ended",
    "fallback",
    "greeted",
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
    "room",
    "talk-ended",
    "wait",
}


@pytest.fixture
def counts(database_url):
    return round_trips.counted(database_url)


def test_no_webhook_takes_more_round_trips_than_it_may(counts):
    most = round_trips.most(counts)
    assert most["arrived"] <= 4, counts["arrived"]
    too_many = {kind: many for kind, many in most.items() if many > MORE.get(kind, MOST)}
    assert not too_many, {kind: max(counts[kind], key=len) for kind in too_many}
    assert set(most) == KINDS, "every kind of webhook is met, and has its line above"
