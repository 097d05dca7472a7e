"""Would this emulator have shown the bugs that other crisis lines' software really had?

One test for each bug of TWILIO.md section 10. Each lets the bug happen to a small imitation of the
program that had it, and shows the way of Twilio's that would have been safe.
"""

import base64
import hashlib
import hmac
import re
from pathlib import Path

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator
from wire.emulator_town import APP, BASE, LINE, Town, api

import emulator
from emulator import FaultPlan

ROOM = "<Dial action='/after'><Conference beep='false' waitUrl=''>room</Conference></Dial>"


@pytest.fixture
def town():
    return Town()


def volunteers(town, count=2):
    """Phones that answer and press 1 at the very same instant."""
    phones = [town.emulator.phone(f"+1314555016{n}") for n in range(count)]
    for phone in phones:
        phone.answers(after=2).then_presses("1", after=3)
    town.on("/screen", "<Gather numDigits='1' action='/pressed'/>")
    return phones


def rings(town, phones):
    town.emulator.calls_per_second = 100
    for phone in phones:
        town.client.calls.create(to=phone.number, from_=LINE, url=f"{BASE}/screen")


def test_yap_counts_participants_to_decide_who_won(town):
    """TWILIO.md section 10, yap: two volunteers press 1 together, each counts nobody: both win.

    Safe: Members/{CallSid} may be claimed once, the second claim is a 400.
    """
    waiting = town.calls("<Enqueue waitUrl=''>crisis</Enqueue>")
    (queue,) = town.client.queues.list()
    counted, claims = [], []

    def pressed(_):
        counted.append(len(town.client.conferences.list(friendly_name="room")))
        member = town.client.queues(queue.sid).members(waiting.sid)
        try:
            member.update(url=f"{BASE}/room")
            claims.append("won")
        except TwilioRestException as refused:
            claims.append(refused.status)
        return ROOM if claims[-1] == "won" else "<Hangup/>"

    town.on("/pressed", pressed)
    town.on("/room", ROOM)
    rings(town, volunteers(town))
    town.after(15)
    assert counted == [0, 0]
    assert claims == ["won", 400]


def test_yap_takes_the_first_conference_of_an_empty_list():
    """TWILIO.md section 10, yap: `$conferences[0]` of a list that lags is a 500 to a volunteer.

    Safe: the ConferenceSid that the event told, which is never late.
    """
    town = Town(faults=FaultPlan(conference_lag=1.0, conference_lag_seconds=5))
    town.on("/event", "<Response/>")
    told = "statusCallback='/event' statusCallbackEvent='join'"
    leg = town.calls(f"<Dial><Conference {told}>room</Conference></Dial>")
    assert leg.participant is not None
    assert town.client.conferences.list(friendly_name="room") == []
    sid = town.told("/event")["ConferenceSid"]
    assert town.client.conferences(sid).fetch().friendly_name == "room"
    town.after(5)
    assert [one.sid for one in town.client.conferences.list(friendly_name="room")] == [sid]


def test_yap_hangs_up_everyone_when_one_leaves(town):
    """TWILIO.md section 10, yap: a participant-leave is not the end; the others go on talking."""
    town.on("/after", "<Hangup/>")
    caller = town.calls(ROOM)
    others = volunteers(town)
    town.on("/pressed", ROOM)
    rings(town, others)
    town.after(10)
    others[0].hangs_up()
    town.after(1)
    assert caller.live
    assert others[1].in_call
    assert caller in town.emulator.listeners(others[1].leg)


def test_yaps_chain_stops_when_one_status_callback_is_lost():
    """TWILIO.md section 10, yap: the next volunteer is rung only by a callback that may not come.

    Safe: what REST says of the call, or the Dial's own action.
    """
    town = Town(faults=FaultPlan(drop=1.0))
    rung = town.client.calls.create(
        to="+13145550160", from_=LINE, url=f"{BASE}/screen", status_callback=f"{BASE}/next"
    )
    town.clinician.is_busy()
    town.calls("<Dial action='/after'><Number>+13145550160</Number></Dial>", 10)
    assert not town.asked("/next")
    assert town.client.calls(rung.sid).fetch().status == "busy"
    assert town.told("/after")["DialCallStatus"] == "busy"


def test_yap_needs_a_session_cookie_in_every_callback(town):
    """TWILIO.md section 10, yap: cookies live as long as one leg; its children and events have none.

    Safe: everything a handler needs stands in the URL or follows from the CallSid.
    """
    town.on("/screen", "<Response/>")
    town.on("/event", "<Response/>")
    town.on("/next", ROOM.replace("<Conference", "<Conference statusCallback='/event'"))
    document = "<Response><Dial action='/next'><Number url='/screen'>+13145550160</Number></Dial></Response>"
    xml = {"Content-Type": "text/xml"}
    town.clinician.answers(after=1).then_hangs_up(after=2)
    town.calls((200, {**xml, "Set-Cookie": "PHPSESSID=1"}, document), 10)
    town.caller.hangs_up()
    town.after(1)
    assert town.asked("/next")[0].headers["COOKIE"] == "PHPSESSID=1"
    assert "COOKIE" not in town.asked("/screen")[0].headers
    assert town.asked("/event")
    assert all("COOKIE" not in one.headers for one in town.asked("/event"))


def test_goalert_misspells_a_status(town):
    """TWILIO.md section 10, goalert: every status ever sent is one of the API description's own."""
    spelled = set(api()["components"]["schemas"]["call_enum_status"]["enum"]) | {"initiated"}
    all_of_them = ["initiated", "ringing", "answered", "completed"]
    for script in ("is_busy", "rejects", "is_unreachable", "never_answers", "answers"):
        getattr(town.clinician, script)()
        town.client.calls.create(
            to=town.clinician.number,
            from_=LINE,
            twiml="<Response/>",
            timeout=5,
            status_callback=f"{BASE}/status",
            status_callback_event=all_of_them,
        )
        town.after(30)
    sent = {one.form["CallStatus"] for one in town.asked("/status")}
    assert sent <= spelled
    assert sent == {
        "initiated",
        "ringing",
        "in-progress",
        "completed",
        "busy",
        "failed",
        "no-answer",
    }


@pytest.mark.parametrize(
    "base", ["https://user:pass@line.example.org:8443", "https://[2001:db8::1]:8443"]
)
def test_twilio_pythons_validator_crashes_on_unusual_urls(town, base):
    """TWILIO.md section 10, twilio-python: user names and IPv6 hosts are signed as configured.

    The stock validator loses them when it removes the port; a JSON body makes it raise TypeError.
    """
    town.emulator.numbers[LINE].voice.voice_url = f"{base}/voice"
    town.calls("<Hangup/>", 2)
    (asked,) = town.asked("/voice")
    text = f"{base}/voice" + "".join(key + asked.form[key] for key in sorted(asked.form))
    key = town.emulator.auth_token.encode()
    wanted = base64.b64encode(hmac.new(key, text.encode(), hashlib.sha1).digest()).decode()
    assert asked.headers["X_TWILIO_SIGNATURE"] == wanted
    with pytest.raises(TypeError):
        RequestValidator("token").validate(f"{base}/voice", '{"a": 1}', wanted)


def test_mock_twilio_sleeps_fixed_times(town):
    """TWILIO.md section 10, mock-twilio: here hours pass exactly, and nothing ever sleeps."""
    leg = town.calls("<Gather timeout='10800'/><Hangup/>", 10_900)
    assert leg.seconds == 10_800
    room = Path(emulator.__file__).parent
    sleepers = [
        path.name for path in room.glob("*.py") if re.search(r"time\.sleep", path.read_text())
    ]
    assert not sleepers


def test_everyone_trusts_the_to_that_a_client_sent(town):
    """TWILIO.md section 10: a softphone says whatever it likes as To; only its From is verified."""
    town.on("/desk", "<Hangup/>")
    lies = {"To": "+13145550199", "From": "client:chief", "CallSid": "CA1", "offer": "7"}
    town.emulator.softphone("ana").connects(APP, lies)
    town.after(1)
    told = town.told("/desk")
    assert (told["To"], told["offer"]) == ("+13145550199", "7")
    assert (told["From"], told["Caller"]) == ("client:ana", "client:ana")
    assert told["CallSid"] in town.emulator.legs


def test_everyone_reads_completed_as_connected(town):
    """TWILIO.md section 10: a voicemail that pressed nothing is completed, and never bridged."""
    town.on("/screen", "<Gather numDigits='1' timeout='5'/><Hangup/>")
    town.on("/after", "<Hangup/>")
    town.clinician.voicemail(after=1)
    town.calls("<Dial action='/after'><Number url='/screen'>+13145550160</Number></Dial>", 60)
    told = town.told("/after")
    assert (told["DialCallStatus"], told["DialBridged"]) == ("completed", "false")


@pytest.mark.parametrize(
    ("shown", "code"), [("anonymous", 21211), ("", 20001), ("+266696687", None)]
)
def test_everyone_takes_from_for_a_number_to_call_back(town, shown, code):
    """TWILIO.md section 10: what is shown cannot be called, or rings nobody at all."""
    town.on("/voice", "<Hangup/>")
    town.caller.dials(LINE, shown=shown)
    town.after(1)
    number = town.told("/voice")["From"]
    assert number == shown
    if code is not None:
        with pytest.raises(TwilioRestException) as refused:
            town.client.calls.create(to=number, from_=LINE, twiml="<Response/>")
        assert refused.value.code in (code, 21201)
        return
    rung = town.client.calls.create(to=number, from_=LINE, twiml="<Response/>", timeout=20)
    town.after(60)
    assert town.emulator.legs[rung.sid].answered_at is None
