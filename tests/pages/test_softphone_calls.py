"""Does the genuine SDK keep its calls: held, moved, cut off, expired, answered elsewhere?"""

import pytest
from pages.telephone_town import (
    LINE,
    SOFTPHONE_STREAM,
    Town,
    comes_true,
    happens,
    hears,
    rest,
    town,
)
from playwright.sync_api import Playwright

from emulator.legs import Leg
from emulator.serve import Server

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
    comes_true(ben, "() => loudness(call.getRemoteStream(), 500) < -75")


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


def test_a_restarted_server_ends_the_call_and_the_device_comes_back(place: Town):
    """VOICE-SDK.md section 2: an unknown token is answered by a hangup with 31002."""
    ben = place.softphone("ben", 700)
    ben.evaluate("dial({})")
    place.served.until(lambda server: server.emulator.live)
    ben.evaluate("happened.length = 0")
    place.served.do(lambda server: server.softphones._calls.clear())  # as after a crash
    place.served.cut_sockets()
    happens(ben, "disconnect")
    happens(ben, "call error 31002")
    happens(ben, "registered")
    assert ben.evaluate("device.isBusy") is False


def test_a_softphone_that_is_sent_away_does_not_come_back(place: Town):
    """VOICE-SDK.md section 1, `close`: the SDK destroys its stream."""
    ben = place.softphone("ben")
    place.served.dismiss_softphones()
    happens(ben, "unregistered")
    place.served.until(lambda server: not server.emulator.endpoints("client:ben"))
    ben.wait_for_timeout(1500)  # long enough for the SDK's own reconnection, which takes 0.1 s
    assert not place.served.do(lambda server: server.emulator.endpoints("client:ben"))


def test_an_ice_restart_renews_the_sound(place: Town):
    """VOICE-SDK.md section 2: `reinvite` is answered by a connection of its own."""
    ben, ana = place.softphone("ben", 700), place.softphone("ana", 500)
    ben.evaluate("dial({})")
    ana.evaluate("dial({})")
    hears(ben, 500, stream=SOFTPHONE_STREAM)
    sid = ben.evaluate("call.parameters.CallSid")
    before = place.served.do(lambda server: server.media._connections[sid])
    ben.evaluate("call._mediaHandler.iceRestart();0")  # what the SDK does when its path is dead
    place.served.until(lambda server: server.media._connections.get(sid) not in (None, before))
    hears(ben, 500, stream=SOFTPHONE_STREAM)
    hears(ana, 700, stream=SOFTPHONE_STREAM)


def test_an_answered_call_can_be_taken_over_by_another_device(place: Town):
    """VOICE-SDK.md section 2: by connectToken; the device that held it is told `hangup`."""
    ana, other = place.softphone("ana", 500), place.softphone("ana", 900, register=False)
    caller = place.softphone("ben", 700, register=False)
    caller.evaluate("dial({ then: 'call', who: '<Client>ana</Client>' });0")
    happens(ana, "incoming")
    token = ana.evaluate("call.connectToken")
    ana.evaluate("call.accept()")
    hears(caller, 500, stream=SOFTPHONE_STREAM)
    other.evaluate("connectToken => device.connect({ connectToken }).then(watch)", token)
    happens(ana, "disconnect")
    hears(caller, 900, stream=SOFTPHONE_STREAM, but_not=500)
    hears(other, 700, stream=SOFTPHONE_STREAM)


def test_a_call_that_is_ignored_rings_out(place: Town):
    """VOICE-SDK.md section 1: `ignore()` sends nothing at all; the Dial's timeout ends it."""
    ana, caller = place.softphone("ana"), place.softphone("ben", register=False)
    caller.evaluate("dial({ then: 'call', who: '<Client>ana</Client>' });0")
    happens(ana, "incoming")
    ana.evaluate("call.ignore()")
    place.served.do(lambda server: _rings(server).pickup.set("no-answer"))  # the time is over
    place.served.until(lambda server: not server.emulator.live)
    assert ana.evaluate("device.isBusy") is False


def _rings(server: Server) -> Leg:
    return next(leg for leg in server.emulator.live.values() if leg.status == "ringing")


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


def test_keys_of_a_softphone_and_of_a_telephone_reach_a_gather(place: Town):
    """Twilio: Voice JavaScript SDK, Call.sendDigits; <Gather>: DTMF from any leg."""
    ben = place.softphone("ben", 700, register=False)
    ben.evaluate("dial({ then: 'gather' })")
    ben.evaluate("call.sendDigits('w5')")
    place.served.until(lambda _: any(one.get("Digits") == "5" for one in place.app.forms))
    phone = place.phone_page(440)
    number = place.served.do(lambda server: server.emulator.numbers[LINE])
    number.voice.voice_url = f"{place.app.url}/gather"
    phone.get_by_label("Number you dial").select_option(LINE)
    phone.get_by_role("button", name="Call", exact=True).click()
    phone.get_by_role("button", name="7", exact=True).click()
    place.served.until(lambda _: any(one.get("Digits") == "7" for one in place.app.forms))
    hears(ben, 440, stream=SOFTPHONE_STREAM)  # both were led into the room


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
