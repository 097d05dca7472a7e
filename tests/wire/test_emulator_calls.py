"""Does a leg live as Twilio's calls live: its states, its verbs, its end?"""

import asyncio
from datetime import timedelta

import own_loop
import pytest
from twilio.base.exceptions import TwilioRestException
from wire.emulator_town import APP, BASE, CALLER, LINE, START, Application, Town

from emulator import Emulator, RealClock, VirtualClock, WsgiTransport
from emulator.errors import RealAccountError
from emulator.timeline import silence


@pytest.fixture
def town():
    return Town()


def test_a_call_rings_until_its_first_document_answers_it(town):
    """Twilio: TwiML for Programmable Voice, the request Twilio makes."""
    town.on("/voice", "<Say>Hello</Say><Pause length='3'/>")
    leg = town.caller.dials(LINE)
    assert leg.status == "ringing"
    town.after(0.1)
    assert leg.live
    assert town.told("/voice")["CallStatus"] == "ringing"
    town.after(10)
    assert leg.status == "completed"
    assert town.caller.hears("hello")


def test_the_end_of_an_inbound_call_is_reported_with_its_length(town):
    """Twilio: Call resource, status callback fields."""
    town.calls("<Pause length='65'/>", 0.1)
    town.after(70)
    told = town.told("/status")
    assert (told["CallStatus"], told["CallDuration"], told["Duration"]) == ("completed", "0", "0")


def test_pause_as_the_first_verb_delays_the_pick_up(town):
    """Twilio: <Pause>."""
    leg = town.calls("<Pause length='5'/><Say>Hello there</Say><Pause length='60'/>", 3)
    assert leg.status == "ringing"
    town.after(3)
    assert leg.live


@pytest.mark.parametrize(
    ("document", "status"),
    [
        ("<Reject/>", "no-answer"),
        ("<Reject reason='busy'/>", "busy"),
        ("<Say>Hello</Say><Reject/>", "completed"),  # too late to refuse
        ("<Hangup/>", "completed"),
        ("", "completed"),
    ],
)
def test_reject_and_hangup(town, document, status):
    """Twilio: <Reject> and <Hangup>."""
    leg = town.calls(document, 5)
    assert leg.status == status


def test_redirect_goes_on_relative_to_the_document_that_says_so(town):
    """Twilio: <Redirect>."""
    town.on("/a/first", "<Redirect>second</Redirect><Say>unreachable</Say>")
    town.on("/a/second", "<Say>arrived</Say>")
    town.calls("<Redirect>/a/first</Redirect>", 5)
    assert town.caller.heard_text() == "arrived"


def test_say_lasts_as_long_as_its_words_times_its_loops(town):
    """Twilio: <Say>, loop."""
    leg = town.calls(f"<Say loop='2'>{'a' * 28}</Say><Say>x</Say>", 10)
    assert [round(one.seconds, 3) for one in leg.heard if one.kind == "say"] == [4.0, 0.071]


def test_say_reads_its_ssml_children_and_their_breaks(town):
    """Twilio: <Say>, SSML."""
    leg = town.calls("<Say>Stay <prosody rate='slow'>with me</prosody><break time='3s'/></Say>", 10)
    assert leg.heard[-1].text == "Stay with me"
    assert leg.heard[-1].seconds == pytest.approx(12 / 14 + 3, abs=0.01)


def test_a_document_that_plays_nothing_is_silence_that_can_be_measured(town):
    """Twilio: <Pause>; the timeline measures what a caller does not hear."""
    leg = town.calls("<Say>Hello</Say><Pause length='7'/><Pause length='2'/><Say>Bye</Say>", 30)
    ((_, seconds),) = silence(leg, at_least_seconds=4)
    assert seconds == pytest.approx(9.0)


WHERE = {
    "during the first fetch": (None, "<Say>Hello</Say>", 0.005),
    "during Say": ("say", "<Say>A long sentence for a long time</Say>", 1),
    "during Pause": ("silence", "<Say>x</Say><Pause length='60'/>", 5),
    "during Gather": ("silence", "<Gather timeout='60'/>", 5),
    "in a queue": ("play", "<Enqueue>crisis</Enqueue>", 5),
    "in a conference": ("play", "<Dial><Conference>room</Conference></Dial>", 5),
    "while dialling": ("ring", "<Dial><Number>+13145550160</Number></Dial>", 5),
    "in a redirect in flight": ("silence", "<Say>x</Say><Redirect>/voice</Redirect>", 0.1),
}


@pytest.mark.parametrize("where", WHERE)
def test_the_caller_may_hang_up_anywhere(town, where):
    """Twilio: Call resource, completed; issue 3 point 4."""
    sound, document, seconds = WHERE[where]
    town.on("/voice", document)
    leg = town.caller.dials(LINE)
    town.after(seconds)
    assert (leg.sound.kind if leg.sound else None) == sound
    town.caller.hangs_up()
    assert leg.final
    town.after(120)
    assert leg.status == ("canceled" if sound is None else "completed")
    assert not town.emulator.live
    assert not any(room.participants for room in town.emulator.conferences.values())
    assert not any(queue.members for queue in town.emulator.queues.values())


def test_terminal_is_final(town):
    """Twilio: error 21220."""
    leg = town.calls("<Hangup/>", 5)
    with pytest.raises(TwilioRestException) as refused:
        town.client.calls(leg.sid).update(status="completed")
    assert (refused.value.status, refused.value.code) == (400, 21220)


def test_a_rest_call_is_dialled_answered_and_only_then_fetched(town):
    """Twilio: Call resource, create; CallStatus is in-progress at the first fetch."""
    town.on("/hello", "<Say>Hello</Say>")
    town.clinician.answers(after=4)
    events = ["initiated", "ringing", "answered", "completed"]
    made = town.client.calls.create(
        to=town.clinician.number,
        from_=LINE,
        url=f"{BASE}/hello",
        status_callback=f"{BASE}/status",
        status_callback_event=events,
    )
    assert made.status == "queued"
    town.after(30)
    assert town.told("/hello")["CallStatus"] == "in-progress"
    steps = [(one.form["CallStatus"], one.form["SequenceNumber"]) for one in town.asked("/status")]
    assert steps == [("initiated", "0"), ("ringing", "1"), ("in-progress", "2"), ("completed", "3")]
    assert town.client.calls(made.sid).fetch().status == "completed"


@pytest.mark.parametrize(
    ("script", "status"),
    [
        (lambda phone: phone.is_busy(), "busy"),
        (lambda phone: phone.rejects(), "busy"),
        (lambda phone: phone.is_unreachable(), "failed"),
        (lambda phone: phone.never_answers(), "no-answer"),
        (lambda phone: phone.voicemail(after=20), "completed"),
    ],
)
def test_how_a_telephone_may_fail_to_be_a_person(town, script, status):
    """Twilio: Call resource, status values."""
    script(town.clinician)
    made = town.client.calls.create(
        to=town.clinician.number, from_=LINE, twiml="<Response><Hangup/></Response>"
    )
    town.after(200)
    assert town.client.calls(made.sid).fetch().status == status


def test_ringing_lasts_five_seconds_longer_than_the_timeout(town):
    """Twilio: Call resource, Timeout."""
    made = town.client.calls.create(
        to=town.clinician.number, from_=LINE, twiml="<Response/>", timeout=10
    )
    town.after(1 + 14.9)
    assert town.clinician.is_ringing
    town.after(0.2)
    assert not town.clinician.is_ringing
    assert town.client.calls(made.sid).fetch().status == "no-answer"


def test_rest_calls_leave_one_a_second_and_are_queued_not_refused(town):
    """Twilio: support article on calls per second."""
    for _ in range(5):
        town.client.calls.create(to="+13145550199", from_=LINE, twiml="<Response/>")
    town.after(2.5)
    statuses = [call.status for call in reversed(town.client.calls.list())]
    assert statuses == ["ringing", "ringing", "queued", "queued", "queued"]


def test_a_queued_call_can_be_canceled(town):
    """Twilio: Call resource, update, Status=canceled."""
    calls = [
        town.client.calls.create(to="+13145550199", from_=LINE, twiml="<Response/>")
        for _ in range(3)
    ]
    town.client.calls(calls[2].sid).update(status="canceled")
    town.after(60)
    assert town.emulator.legs[calls[2].sid].status == "canceled"
    assert town.emulator.legs[calls[2].sid].started_at is None


def test_an_account_without_a_profile_has_two_legs_at_once():
    """Twilio: call concurrency limits by account profile, error 10004."""
    town = Town(profile="none", calls_per_second=100)
    town.on("/voice", "<Pause length='60'/>")
    for number in range(3):
        town.emulator.phone(f"+1314555017{number}").dials(LINE)
    town.after(1)
    legs = list(town.emulator.legs.values())
    assert [leg.status for leg in legs] == ["ringing", "ringing", "failed"]
    assert town.codes == [10004]


def test_a_trial_account_calls_verified_numbers_for_ten_minutes():
    """Twilio: errors 21219 and 13805."""
    town = Town(profile="trial")
    create = {"to": town.clinician.number, "from_": LINE}
    create["twiml"] = "<Response><Pause length='3600'/></Response>"
    with pytest.raises(TwilioRestException) as refused:
        town.client.calls.create(**create)
    assert refused.value.code == 21219
    town.emulator.verified.add(town.clinician.number)
    town.clinician.answers()
    town.client.calls.create(**create)
    town.after(599)
    assert town.clinician.leg.live
    town.after(5)
    assert town.clinician.leg.ended_because == "time-limit"


def test_machine_detection_delays_the_document_and_says_what_it_found(town):
    """Twilio: Answering Machine Detection."""
    town.on("/hello", "<Hangup/>")
    town.clinician.voicemail(after=5)
    town.client.calls.create(
        to=town.clinician.number, from_=LINE, url=f"{BASE}/hello", machine_detection="Enable"
    )
    town.after(60)
    assert town.told("/hello")["AnsweredBy"] == "machine_start"


@pytest.mark.parametrize(
    ("ends", "found"),
    [
        ("beep", "machine_end_beep"),
        ("silence", "machine_end_silence"),
        ("other", "machine_end_other"),
        ("", "fax"),
    ],
)
def test_detection_says_how_a_greeting_ended(town, ends, found):
    """Twilio: Answering Machine Detection: the values of AnsweredBy."""
    town.on("/hello", "<Hangup/>")
    town.clinician.voicemail(after=2, ends=ends) if ends else town.clinician.fax(after=2)
    create = {"to": town.clinician.number, "from_": LINE, "url": f"{BASE}/hello"}
    town.client.calls.create(**create, machine_detection="DetectMessageEnd")
    town.after(30)
    assert town.told("/hello")["AnsweredBy"] == found


def test_detection_gives_up_and_says_so(town):
    """Twilio: Answering Machine Detection: MachineDetectionTimeout, speech thresholds."""
    town.clinician.voicemail(after=1)
    create = {"to": town.clinician.number, "from_": LINE, "url": f"{BASE}/hello"}
    town.client.calls.create(
        **create, machine_detection="DetectMessageEnd", machine_detection_timeout=3
    )
    town.after(20)
    assert town.told("/hello")["AnsweredBy"] == "unknown"
    town.clinician.answers()
    call = town.client.calls.create(
        **create, machine_detection="Enable", machine_detection_speech_end_threshold=500
    )
    town.after(10)
    heard = town.emulator.legs[call.sid]
    first = next(one for one in town.emulator.timeline.exchanges if one.leg_sid == heard.sid)
    assert (first.at - heard.answered_at).total_seconds() == pytest.approx(1.3, abs=0.1)


def test_asynchronous_machine_detection_tells_beside_the_call(town):
    """Twilio: Answering Machine Detection, AsyncAmd."""
    town.on("/hello", "<Pause length='30'/>")
    town.on("/amd", "<Response/>")
    town.clinician.answers(after=5)
    town.client.calls.create(
        to=town.clinician.number,
        from_=LINE,
        url=f"{BASE}/hello",
        machine_detection="Enable",
        async_amd="true",
        async_amd_status_callback=f"{BASE}/amd",
    )
    town.after(60)
    assert "AnsweredBy" not in town.told("/hello")
    told = town.told("/amd")
    assert set(told) == {"CallSid", "AccountSid", "AnsweredBy", "MachineDetectionDuration"}
    assert told["AnsweredBy"] == "human"


def test_a_softphone_call_begins_with_its_application_and_custom_parameters(town):
    """Twilio: Voice JavaScript SDK, Device.connect; a custom To replaces Twilio's own."""
    town.on("/desk", "<Pause length='5'/><Say>Connected</Say>")
    town.emulator.softphone("ana").connects(APP, {"offer": "17", "To": "anything"})
    town.after(10)
    told = town.told("/desk")
    assert (told["From"], told["ApplicationSid"]) == ("client:ana", APP)
    assert (told["offer"], told["To"], told["Called"]) == ("17", "anything", "")


def test_a_sip_call_carries_its_x_headers_and_no_cities(town):
    """Twilio: Sending SIP to Twilio, SipHeader_ parameters."""
    town.emulator.sip_domain("county.sip.twilio.com", voice_url=f"{BASE}/voice")
    town.on("/voice", "<Hangup/>")
    town.emulator.phone("sip:psap@203.0.113.10").dials(
        "sip:crisis@county.sip.twilio.com",
        sip_headers={"X-Emergency-IncidentId": "urn:emergency:uid:incidentid:1"},
    )
    town.after(5)
    told = town.told("/voice")
    assert told["SipHeader_X-Emergency-IncidentId"] == "urn:emergency:uid:incidentid:1"
    assert told["SipDomain"] == "county.sip.twilio.com"
    assert not any(name.endswith(("City", "State", "Zip", "Country")) for name in told)


# Words, and the same words on a telephone's keypad, which have the look of a country's code.
WITHHELD = {
    "anonymous": "",
    "Anonymous": "",
    "unknown": "",
    "Restricted": "",
    "unavailable": "",
    "blocked": "",
    "": "",
    "+266696687": "LS",
    "+7378742833": "RU",
    "+2562533": "UG",
    "+86282452253": "CN",
    "+8656696": "CN",
    "7757": "",
}


@pytest.mark.parametrize("shown", WITHHELD)
def test_a_withheld_number_arrives_as_it_is_spelled(town, shown):
    """Twilio: TwiML for Voice, From; +266696687 spells ANONYMOUS and is placed in Lesotho."""
    town.on("/voice", "<Hangup/>")
    town.caller.dials(LINE, shown=shown)
    town.after(5)
    told = town.told("/voice")
    assert told["From"] == shown
    assert told["FromCountry"] == WITHHELD[shown]


def test_a_lost_network_ends_the_leg_when_the_grace_is_over(town):
    """Twilio: Voice JavaScript SDK, maxCallSignalingTimeoutMs."""
    town.on("/desk", "<Say>Hello</Say><Pause length='300'/>")
    ana = town.emulator.softphone("ana")
    leg = ana.connects(APP)
    town.after(5)
    ana.loses_network(grace_seconds=30)
    town.after(29)
    assert leg.live
    town.after(2)
    assert leg.status == "completed"


def test_a_number_nobody_configured_fails(town):
    """Twilio: error 13224."""
    leg = town.caller.dials("+13145550199")
    town.after(1)
    assert leg.status == "failed"


def test_the_emulator_refuses_to_run_beside_a_real_account():
    """Issue 3: it refuses to serve when a real-looking Account SID is configured."""

    clock = VirtualClock(START)
    transport = WsgiTransport(lambda _e, _s: [], clock)
    with pytest.raises(RealAccountError, match="TWILIO_ACCOUNT_SID"):
        Emulator(clock, transport=transport, environ={"TWILIO_ACCOUNT_SID": "AC" + "1f" * 16})
    with pytest.raises(RealAccountError):
        Emulator(clock, transport=transport, environ={"TWILIO_ACCOUNT_SID": "AC" + "1F" * 16})
    mine = Emulator(clock, transport=transport, environ={}).account_sid
    Emulator(clock, transport=transport, environ={"TWILIO_ACCOUNT_SID": mine})


def test_the_clock_moves_exactly_from_instant_to_instant(town):
    """Issue 3 point 3, two clocks: order by time, then by who asked first."""
    seen = []
    for name, seconds in (("b", 2), ("a", 1), ("c", 2)):
        town.clock.call_later(seconds, lambda name=name: seen.append((name, town.clock.now())))
    handle = town.clock.every(1, lambda: seen.append(("tick", town.clock.now())))
    town.after(2)
    handle.cancel()
    town.after(2)
    began = town.emulator.created_at
    expected = [("a", 1), ("tick", 1), ("b", 2), ("c", 2), ("tick", 2)]
    assert seen == [(name, began + timedelta(seconds=second)) for name, second in expected]


def test_a_town_may_be_dropped_with_calls_in_it(town):
    """Issue 3: what is collected in any order ends without a word: a parent outlives its child."""
    town.calls("<Dial><Number>+13145550160</Number><Number>+13145550161</Number></Dial>", 3)
    parent, *children = town.emulator.legs.values()
    for child in children:
        child.fiber._coro.close()
    parent.fiber._coro.close()
    assert all(leg.final for leg in children)


def test_the_same_code_runs_on_the_real_clock():
    """Issue 3 point 3: two clocks, one code."""

    async def really():
        clock = RealClock(seed=1)
        application = Application()
        application.answers["/voice"] = "<Reject/>"
        emulator = Emulator(clock, transport=WsgiTransport(application, clock), environ={})
        emulator.number(LINE, voice_url=f"{BASE}/voice", status_callback=f"{BASE}/status")
        over = asyncio.Event()
        emulator.on_status(lambda leg: over.set() if leg.final else None)
        leg = emulator.phone(CALLER).dials(LINE)
        await asyncio.wait_for(over.wait(), 5)
        emulator.close()
        return leg.status

    assert own_loop.run(really()) == "no-answer"


def test_the_same_seed_tells_the_same_story_byte_for_byte():
    """Issue 3 point 3."""

    def story() -> str:
        town = Town(seed=7)
        town.on("/wait", "<Say>Stay with me</Say><Pause length='5'/>")
        town.calls("<Enqueue waitUrl='/wait'>crisis</Enqueue>", 33)
        town.caller.hangs_up()
        town.after(5)
        return town.emulator.timeline.text()

    assert story() == story()
    assert CALLER in story()
