"""Does the timeline page tell everything: each sound once, each exchange where it belongs?"""

import asyncio
import json
from datetime import timedelta
from types import SimpleNamespace

import own_loop
import pytest
from wire.emulator_town import BASE, LINE, Town

from emulator.timelinepage import TimelinePage


@pytest.fixture
def town():
    return Town()


def shown(town):
    """What `/timeline.json` answers."""
    page = TimelinePage(town.emulator)
    answer = own_loop.run(_asked(page))
    return json.loads(answer.text)["legs"]


async def _asked(page):
    await asyncio.sleep(0)
    return await page.rows(SimpleNamespace())


def told(leg):
    return [f"{row['what']} {row['text']}" for row in leg["rows"]]


ROOM = "<Dial><Conference statusCallback='/event' statusCallbackEvent='start join'>r</Conference></Dial>"


def test_every_kind_of_sound_has_its_line(town):
    """A room's beep, ringing, words, a recording, silence, and whom one is connected with."""
    town.on("/event", "<Response/>")
    first = town.calls(ROOM, 2)
    town.emulator.phone("+13145550151").dials(LINE)
    town.after(5)
    town.clinician.answers(after=2)
    town.on("/voice", "<Say>Hello</Say><Pause length='2'/><Dial>+13145550160</Dial>")
    third = town.emulator.phone("+13145550152").dials(LINE)
    town.after(20)
    lines = {leg["sid"]: told(leg) for leg in shown(town)}
    assert any(line.startswith("hears a beep") for line in lines[first.sid])
    assert "is in the conference r (now)" in lines[first.sid]
    kinds = {one.kind for leg in (first, third) for one in leg.heard}
    assert kinds >= {"say", "play", "ring", "beep", "silence", "conference", "bridge"}
    assert [line for line in lines[third.sid] if line.startswith("hears Hello")] == [
        "hears Hello (0.4 s)"
    ]
    assert "is connected with +13145550160 (now)" in lines[third.sid]


def test_every_exchange_stands_with_its_leg_or_with_the_account(town):
    """Webhooks, conference events and REST requests: none is left out."""
    town.on("/event", "<Response/>")
    leg = town.calls(ROOM, 2)
    town.emulator.phone("+13145550151").dials(LINE)
    town.after(2)
    town.client.calls(leg.sid).fetch()
    town.client.queues.create(friendly_name="crisis")
    made = town.client.calls.create(to="+13145550160", from_=LINE, url=f"{BASE}/voice")
    legs = {one["sid"]: told(one) for one in shown(town)}
    assert any(line.startswith("conference-event POST /event") for line in legs[leg.sid])
    assert any(line.startswith("rest GET") for line in legs[leg.sid])
    assert "rest POST /Calls.json → 201 in 0.00 s" in legs[made.sid]
    assert "participant-join r " in legs[leg.sid]  # without the SID that stands above
    account = legs[""]
    assert any("Queues.json" in line for line in account)
    assert any("conference-start" in line for line in account)
    exchanges = sum(
        " POST " in f" {line}" or " GET " in f" {line}" for one in legs.values() for line in one
    )
    assert exchanges == len(town.emulator.timeline.exchanges)


def test_silence_of_four_seconds_is_named(town):
    """Silence can be measured in seconds, on the page too."""
    town.calls("<Say>Hello</Say><Pause length='7'/><Say>Bye</Say>", 30)
    (leg, *_) = shown(town)
    assert leg["gaps"] == 1
    assert "Too quiet: nothing was heard for 7.0 seconds" in told(leg)
    town.after(timedelta(hours=1).total_seconds())
    assert shown(town)[0] == leg
