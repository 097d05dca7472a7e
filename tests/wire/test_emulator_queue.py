"""Does a queue keep its callers, and let each go exactly once?"""

import pytest
from twilio.base.exceptions import TwilioRestException
from wire.emulator_town import APP, BASE, LINE, Town

from emulator.faults import FaultPlan

WAIT = "<Say>Somebody is coming</Say><Pause length='8'/>"
ENQUEUE = "<Enqueue waitUrl='/wait' action='/done'>crisis</Enqueue><Say>went on</Say>"


@pytest.fixture
def town():
    town = Town()
    town.on("/wait", WAIT)
    town.on("/done", "<Say>Out of the line</Say>")
    return town


def queue(town):
    return next(iter(town.emulator.queues.values()))


def second_caller(town):
    phone = town.emulator.phone("+13145550151")
    phone.dials(LINE)
    town.after(1)
    return phone


def test_the_wait_document_is_asked_for_lap_after_lap(town):
    """Twilio: <Enqueue>, waitUrl is requested again when its document ends."""
    town.calls(ENQUEUE, 30)
    laps = town.asked("/wait")
    assert len(laps) == 4
    facts = laps[3].form
    assert (facts["QueuePosition"], facts["CurrentQueueSize"]) == ("1", "1")
    assert (facts["MaxQueueSize"], facts["AvgQueueTime"]) == ("1000", "0")
    assert int(facts["QueueTime"]) == 27
    assert facts["QueueSid"] == queue(town).sid


def test_the_place_in_line_moves_up(town):
    """Twilio: <Enqueue>, QueuePosition; Queue resource, average_wait_time."""
    town.calls(ENQUEUE, 1)
    second = second_caller(town)
    assert town.asked("/wait")[-1].form["QueuePosition"] == "2"
    town.after(20)
    town.caller.hangs_up()
    town.after(10)
    facts = town.asked("/wait")[-1].form
    assert (facts["QueuePosition"], facts["AvgQueueTime"]) == ("1", "21")
    assert second.leg.live


def test_leave_asks_for_the_action(town):
    """Twilio: <Leave>."""
    town.on("/wait", "<Leave/>")
    town.calls(ENQUEUE, 5)
    told = town.told("/done")
    assert (told["QueueResult"], told["QueueTime"]) == ("leave", "0")
    assert town.caller.heard_text() == "Out of the line"


def test_without_an_action_the_next_verb_runs(town):
    """Twilio: <Enqueue>, action."""
    town.on("/wait", "<Leave/>")
    town.calls("<Enqueue waitUrl='/wait'>crisis</Enqueue><Say>went on</Say>", 5)
    assert town.caller.heard_text() == "went on"


def test_a_key_in_the_wait_document_leads_out_of_it(town):
    """Twilio: <Enqueue>, waitUrl may <Gather>."""
    town.on("/wait", "<Gather numDigits='1' action='/key'><Say>Press one</Say></Gather>")
    town.on("/key", "<Leave/>")
    town.calls(ENQUEUE, 2)
    town.caller.presses("1")
    town.after(1)
    assert town.told("/key")["QueuePosition"] == "1"
    assert town.told("/done")["QueueResult"] == "leave"


def test_a_verb_that_may_not_wait_is_an_error(town):
    """Twilio: <Enqueue>, QueueResult=error: bad waitUrl TwiML."""
    town.on("/wait", "<Dial>+13145550160</Dial>")
    town.calls(ENQUEUE, 5)
    assert town.told("/done")["QueueResult"] == "error"


def test_a_wait_document_that_cannot_be_had_is_an_error(town):
    """TWILIO.md section 11.1: inferred for HTTP failures."""
    town.on("/wait", (500, {"Content-Type": "text/html"}, "down"))
    town.calls(ENQUEUE, 5)
    assert town.told("/done")["QueueResult"] == "error"
    assert town.codes == [11200]


def test_a_full_queue_refuses(town):
    """Twilio: <Enqueue>, maxQueueSize and QueueResult=queue-full."""
    full = ENQUEUE.replace("<Enqueue ", "<Enqueue maxQueueSize='1' ")
    town.calls(full, 1)
    second_caller(town)
    assert town.told("/done")["QueueResult"] == "queue-full"
    assert "QueueSid" not in town.told("/done")


def test_an_empty_wait_url_is_silence_and_none_is_music(town):
    """Twilio: <Enqueue>, waitUrl."""
    leg = town.calls("<Enqueue waitUrl=''>crisis</Enqueue>", 5)
    assert leg.sound.kind == "silence"
    leg = town.calls("<Enqueue>crisis</Enqueue>", 5)
    assert leg.sound.kind == "play"


def test_hanging_up_in_the_line_is_told_though_nobody_can_hear_the_answer(town):
    """Twilio: <Enqueue>, QueueResult=hangup."""
    town.calls(ENQUEUE, 5)
    town.caller.hangs_up()
    town.after(1)
    told = town.told("/done")
    assert (told["QueueResult"], told["CallStatus"]) == ("hangup", "completed")
    assert not town.caller.hears("out of the line")


def test_a_redirect_over_rest_pulls_the_caller_out_and_ignores_the_action(town):
    """Twilio: <Enqueue>, QueueResult=redirected; Call resource, update with Twiml."""
    leg = town.calls(ENQUEUE, 5)
    document = "<Response><Say>Here is a counsellor</Say><Pause length='60'/></Response>"
    town.client.calls(leg.sid).update(twiml=document)
    assert not queue(town).members
    town.after(5)
    assert town.told("/done")["QueueResult"] == "redirected"
    assert not town.caller.hears("out of the line")
    assert town.caller.hears("here is a counsellor")


def test_a_redirect_while_the_member_hears_the_dequeuing_document(town):
    """Twilio: <Enqueue>, QueueResult=bridging-in-process: taken from the line, not yet bridged."""
    leg = town.calls(ENQUEUE, 5)
    town.on("/first", "<Pause length='20'/>")
    town.on("/desk", "<Dial><Queue url='/first'>crisis</Queue></Dial>")
    town.emulator.softphone("ana").connects(APP)
    town.after(5)
    town.client.calls(leg.sid).update(twiml="<Response><Pause length='60'/></Response>")
    town.after(5)
    assert town.told("/done")["QueueResult"] == "bridging-in-process"


def test_a_queue_that_fails_says_so_and_the_action_goes_on(town):
    """Twilio: <Enqueue>, QueueResult=system-error."""
    town.emulator.faults = FaultPlan(queue_error=1.0)
    leg = town.calls(ENQUEUE, 5)
    told = town.told("/done")
    assert told["QueueResult"] == "system-error"
    assert "QueueSid" not in told
    assert town.caller.heard_text() == "Out of the line"
    assert leg.member is None


def test_a_member_is_claimed_once(town):
    """Twilio: Member resource: only the first request for a call succeeds."""
    leg = town.calls(ENQUEUE, 5)
    town.on("/talk", "<Say>Talking</Say><Pause length='60'/>")
    members = town.client.queues(queue(town).sid).members
    claimed = members(leg.sid).update(url=f"{BASE}/talk", method="POST")
    assert claimed.call_sid == leg.sid
    with pytest.raises(TwilioRestException) as second:
        members(leg.sid).update(url=f"{BASE}/talk", method="POST")
    assert second.value.status == 400
    town.after(5)
    assert len(town.asked("/talk")) == 1
    assert town.caller.hears("talking")


def test_front_takes_the_longest_waiting(town):
    """Twilio: Member resource, Front."""
    first = town.calls(ENQUEUE, 5)
    second = second_caller(town)
    members = town.client.queues(queue(town).sid).members
    assert [one.call_sid for one in members.list()] == [first.sid, second.leg.sid]
    town.on("/talk", "<Pause length='60'/>")
    assert members("Front").update(url=f"{BASE}/talk").call_sid == first.sid
    assert members("Front").fetch().call_sid == second.leg.sid
    members("Front").update(url=f"{BASE}/talk")
    with pytest.raises(TwilioRestException) as nobody:
        members("Front").update(url=f"{BASE}/talk")
    assert nobody.value.status == 404


def test_dial_queue_bridges_the_front_and_tells_both_sides(town):
    """Twilio: <Dial><Queue>; <Enqueue>, QueueResult=bridged after the bridge."""
    caller = town.calls(ENQUEUE, 5)
    town.on("/about", "<Say>This call may be short</Say>")
    town.on("/desk", "<Dial action='/dialled'><Queue url='/about'>crisis</Queue></Dial>")
    town.on("/dialled", "<Hangup/>")
    ana = town.emulator.softphone("ana")
    clinician = ana.connects(APP)
    town.after(5)
    told = town.told("/about")
    assert (told["CallSid"], told["DequeingCallSid"]) == (caller.sid, clinician.sid)
    assert town.emulator.listeners(caller) == [clinician]
    assert town.emulator.listeners(clinician) == [caller]
    town.after(10)
    ana.hangs_up()
    town.after(5)
    assert town.told("/done")["QueueResult"] == "bridged"
    assert town.caller.hears("out of the line")
    assert town.told("/dialled")["CallStatus"] == "completed"


def test_dial_queue_waits_for_somebody_to_come(town):
    """Twilio: <Queue>: an empty queue waits until the Dial's timeout."""
    town.client.queues.create(friendly_name="crisis")
    town.on("/desk", "<Dial timeout='20' action='/dialled'><Queue>crisis</Queue></Dial>")
    town.on("/dialled", "<Hangup/>")
    town.emulator.softphone("ana").connects(APP)
    town.after(10)
    caller = town.calls(ENQUEUE, 1)
    assert caller.peer is not None
    town.emulator.softphone("ben").connects(APP)
    town.after(30)
    assert [one.form["DialCallStatus"] for one in town.asked("/dialled")] == ["no-answer"]


def test_a_queue_that_does_not_exist_is_an_error_for_the_one_who_dials(town):
    """Twilio: <Queue>: non-existing queue."""
    town.on("/desk", "<Dial action='/dialled'><Queue>nowhere</Queue></Dial>")
    town.on("/dialled", "<Hangup/>")
    town.emulator.softphone("ana").connects(APP)
    town.after(1)
    assert town.told("/dialled")["DialCallStatus"] == "failed"
