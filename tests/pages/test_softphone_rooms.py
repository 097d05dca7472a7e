"""Who hears whom in a room of genuine softphones: coached, muted, held, and while it is announced?"""

import pytest
from pages.telephone_town import SOFTPHONE_STREAM, Town, comes_true, hears, rest, town
from playwright.sync_api import Page, Playwright

pytestmark = pytest.mark.browser
pytest.importorskip("aiortc", reason="no sound: pip install 'diversion-line[softphone]'")

ANA, BEN, CORA, PLAYED = 500, 750, 1100, 600  # Hz: each person's voice, and the recording


@pytest.fixture
def place(playwright: Playwright, chromium: str):
    with town(playwright, chromium) as found:
        yield found
        assert not found.alerts


def enters(place: Town, name: str, tone: int, attributes: str = "") -> Page:
    page = place.softphone(name, tone, register=False)
    page.evaluate("attributes => dial({ as: attributes })", attributes)
    return page


def sid(page: Page) -> str:
    return str(page.evaluate("call.parameters.CallSid"))


def changes(place: Town, page: Page, **form: str) -> None:
    room = place.served.do(lambda server: next(iter(server.emulator.conferences)))
    update = rest(f"/Conferences/{room}/Participants/{sid(page)}", **form)
    assert place.served.do(update).status == 200


def hear(page: Page, *tones: int, but_not: int = 0) -> None:
    for tone in tones:
        hears(page, tone, stream=SOFTPHONE_STREAM, but_not=but_not)


def silent_for(page: Page, tone: int) -> None:
    comes_true(page, f"tone => loudness({SOFTPHONE_STREAM}, tone) < -75", tone)


def test_a_coach_is_heard_by_the_one_who_is_coached(place: Town):
    """Twilio: <Conference>, coach; the coach hears everyone."""
    ana, ben = enters(place, "ana", ANA), enters(place, "ben", BEN)
    hear(ana, BEN)
    cora = enters(place, "cora", CORA, f"coach='{sid(ana)}'")
    hear(ana, BEN, CORA, but_not=ANA)
    hear(ben, ANA, but_not=CORA)
    hear(cora, ANA, BEN, but_not=CORA)
    changes(place, cora, Coaching="false")
    hear(ben, ANA, CORA)


def test_somebody_muted_hears_and_is_not_heard(place: Town):
    """Twilio: Participant resource, Muted."""
    ana, ben = enters(place, "ana", ANA), enters(place, "ben", BEN)
    hear(ana, BEN)
    changes(place, ben, Muted="true")
    silent_for(ana, BEN)
    hear(ben, ANA)
    changes(place, ben, Muted="false")
    hear(ana, BEN)


def test_an_announcement_to_one_is_heard_by_that_one(place: Town):
    """Twilio: Participant resource, AnnounceUrl."""
    ana, ben = enters(place, "ana", ANA), enters(place, "ben", BEN)
    hear(ana, BEN)
    changes(place, ana, AnnounceUrl=f"{place.app.url}/announcement")
    hear(ana, PLAYED)
    hear(ben, ANA, but_not=PLAYED)


def test_an_announcement_to_the_room_is_heard_by_all(place: Town):
    """Twilio: Conference resource, AnnounceUrl."""
    ana, ben = enters(place, "ana", ANA), enters(place, "ben", BEN)
    hear(ana, BEN)
    room = place.served.do(lambda server: next(iter(server.emulator.conferences)))
    announce = rest(f"/Conferences/{room}", AnnounceUrl=f"{place.app.url}/announcement")
    assert place.served.do(announce).status == 200
    hear(ana, PLAYED)
    hear(ben, PLAYED)


def test_somebody_on_hold_hears_what_is_played_to_them_alone(place: Town):
    """Twilio: Participant resource, Hold and HoldUrl."""
    ana, ben, cora = (
        enters(place, name, tone) for name, tone in (("ana", ANA), ("ben", BEN), ("cora", CORA))
    )
    hear(cora, ANA, BEN)
    changes(place, ben, Hold="true", HoldUrl=f"{place.app.url}/announcement")
    hear(ben, PLAYED, but_not=ANA)
    hear(ana, CORA, but_not=BEN)
    hear(cora, ANA, but_not=PLAYED)
    changes(place, ben, Hold="false")
    hear(ben, ANA, CORA, but_not=PLAYED)
