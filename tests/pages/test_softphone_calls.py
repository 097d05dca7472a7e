"""Does the genuine SDK keep its calls: held, moved, cut off, expired, answered elsewhere?"""

import pytest
from pages.telephone_town import (
    LINE,
    SOFTPHONE_STREAM,
    Town,
    happens,
    hears,
    rest,
    town,
)
from playwright.sync_api import Playwright

pytestmark = pytest.mark.browser
pytest.importorskip("aiortc", reason="no sound: pip install 'diversion-line[softphone]'")


@pytest.fixture
def place(playwright: Playwright, chromium: str):
    with town(playwright, chromium) as found:
        yield found
        assert not found.alerts


def test_a_held_person_hears_nobody_and_is_not_heard(place: Town):
    ana, ben, cora = (
        place.softphone(name, tone, register=False)
        for name, tone in (("ana", 500), ("ben", 750), ("cora", 1100))
    )
    for page in (ana, ben, cora):
        page.evaluate("dial({})")
    hears(ana, 750, stream=SOFTPHONE_STREAM)
    hears(ana, 1100, stream=SOFTPHONE_STREAM, but_not=500)
    held = ben.evaluate("call.parameters.CallSid")
    room = place.served.do(lambda server: next(iter(server.emulator.conferences)))
    hold = rest(f"/Conferences/{room}/Participants/{held}", Hold="true", HoldUrl="")
    assert place.served.do(hold).status == 200
    hears(ana, 1100, stream=SOFTPHONE_STREAM, but_not=750)
    hears(cora, 500, stream=SOFTPHONE_STREAM, but_not=750)
    ben.wait_for_function("loudness(call.getRemoteStream(), 500) < -75")


def test_a_lost_socket_loses_no_call(place: Town):
    ben, ana = place.softphone("ben", 700), place.softphone("ana", 500)
    ben.evaluate("dial({})")
    ana.evaluate("dial({})")
    hears(ben, 500, stream=SOFTPHONE_STREAM)
    place.served.cut_sockets()
    happens(ben, "reconnecting")
    happens(ben, "reconnected")
    hears(ben, 500, stream=SOFTPHONE_STREAM)
    ben.evaluate("call.disconnect()")
    happens(ben, "disconnect")
    place.served.until(lambda server: len(server.emulator.live) == 1)


def test_a_ringing_call_can_be_taken_on_another_device(place: Town):
    ana, other = place.softphone("ana", 500), place.softphone("ana", 900, register=False)
    caller = place.softphone("ben", 700, register=False)
    caller.evaluate("dial({ then: 'call', who: '<Client>ana</Client>' });0")
    happens(ana, "incoming")
    token = ana.evaluate("call.connectToken")
    other.evaluate("connectToken => device.connect({ connectToken }).then(watch)", token)
    happens(ana, "cancel")
    hears(caller, 900, stream=SOFTPHONE_STREAM, but_not=500)
    hears(other, 700, stream=SOFTPHONE_STREAM)


def test_any_characters_arrive_as_custom_parameters(place: Town):
    ana, caller = place.softphone("ana"), place.softphone("ben", register=False)
    who = (
        "<Client><Identity>ana</Identity>"
        "<Parameter name='why' value='a+b &amp; c=d %20 né 危機'/></Client>"
    )
    caller.evaluate("who => { dial({ then: 'call', who }); }", who)
    happens(ana, "incoming")
    assert ana.evaluate("call.customParameters.get('why')") == "a+b & c=d %20 né 危機"
    assert ana.evaluate("call.parameters.From") == LINE
    ana.evaluate("call.reject()")
    happens(caller, "disconnect")


def test_a_token_is_renewed_and_a_stale_one_refused(place: Town):
    page = place.softphone("ben", register=False)
    page.evaluate("device.updateOptions({ ...device._options, tokenRefreshMs: 3_597_000 });0")
    page.evaluate("device.register()")
    happens(page, "tokenWillExpire")
    page.evaluate("token => device.updateToken(token)", place.token("ben"))
    page.evaluate("token => device.updateToken(token)", place.token("ben", seconds=-1))
    happens(page, "error 20104")


def test_a_busy_number_ends_the_call(place: Town):
    phone = place.phone_page()
    caller = place.softphone("ben", register=False)
    caller.evaluate("dial({ then: 'call', who: '<Number>+13145550177</Number>' });0")
    phone.get_by_role("button", name="Busy").click()
    happens(caller, "disconnect")


def test_messages_travel_both_ways(place: Town):
    page = place.softphone("ben", register=False)
    page.evaluate("dial({})")
    sent = page.evaluate(
        "call.sendMessage({ content: { hello: 1 }, messageType: 'user-defined-message' })"
    )
    assert sent.startswith("KX")
    sid = page.evaluate("call.parameters.CallSid")
    answer = place.served.do(rest(f"/Calls/{sid}/UserDefinedMessages", Content='{"back": 2}'))
    assert answer.status == 201
    happens(page, 'message {"back":2}')
