"""Does a desk that tests its connection meet nobody, and change nothing?"""

from collections.abc import Iterator
from xml.etree import ElementTree as ET

import pytest
from doubling import everything
from town import Town
from wire.door import Door
from wire.twiml_oracle import refusals

# What Twilio tells of the call that the SDK's preflight places: it can name nothing of ours.
TEST = {
    "CallSid": "CA" + "7" * 32,
    "AccountSid": "AC" + "e0" * 16,
    "ApplicationSid": "AP" + "e0" * 16,
    "From": "client:ana",
    "Caller": "client:ana",
    "To": "",
    "Direction": "inbound",
    "CallStatus": "ringing",
}


@pytest.fixture
def door(sqlite_database: str) -> Iterator[Door]:
    """A caller waits, and Ana is offered."""
    with Town.opened(sqlite_database) as town:
        yield Door(town)


def heard(document: bytes) -> list[str]:
    return [element.tag for element in ET.fromstring(document)]


def test_it_hears_some_seconds_of_sound_and_the_end(door: Door, oracles) -> None:
    before = everything(door.town)
    with door.town.store.round_trips() as trips:
        answer = door.post("/voice/desk", TEST)
    assert answer.status_code == 200
    assert heard(answer.data) == ["Play", "Hangup"]
    assert b'loop="2"' in answer.data  # of five seconds
    assert not refusals(answer.data, oracles)
    assert trips.statements == []
    assert everything(door.town) == before
    assert door.post("/voice/desk", TEST).data == answer.data
    assert door.post("/voice/desk", TEST, "").status_code == 403


@pytest.mark.parametrize("named", [{"offer": ""}, {"offer": "other"}, {"guest": ""}])
def test_who_names_a_place_in_a_call_tests_nothing(door: Door, named: dict[str, str]) -> None:
    before = everything(door.town)
    assert "Play" not in heard(door.post("/voice/desk", TEST | named).data)
    assert everything(door.town) == before


def test_a_clinicians_failed_page_is_no_test(door: Door) -> None:
    """The carrier may have forgotten the offer by then; a clinician is told, and kept from silence."""
    failed = {"ErrorCode": "11200", "ErrorUrl": "https://line.example.org/voice/desk"}
    assert heard(door.post("/voice/fallback", TEST | failed).data) == ["Say", "Hangup"]


def test_without_the_database_it_ends_at_once(door: Door) -> None:
    door.town.board.standby.trip(door.town.now)
    assert heard(door.post("/voice/desk", TEST).data) == ["Say", "Hangup"]
