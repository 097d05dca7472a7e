"""Does `<Dial>` reach people, bridge them, and tell how it went?"""

import pytest
from wire.emulator_town import APP, BASE, CALLER, LINE, Town


@pytest.fixture
def town():
    town = Town()
    town.on("/after", "<Say>What now</Say><Pause length='60'/>")
    return town


NUMBER = (
    "<Dial action='/after' timeout='20'><Number>+13145550160</Number></Dial><Say>unreached</Say>"
)


@pytest.mark.parametrize(
    ("script", "status"),
    [
        (lambda phone: phone.is_busy(), "busy"),
        (lambda phone: phone.rejects(), "busy"),
        (lambda phone: phone.is_unreachable(), "failed"),
        (lambda phone: phone.never_answers(), "no-answer"),
    ],
)
def test_nobody_there(town, script, status):
    """Twilio: <Dial>, DialCallStatus."""
    script(town.clinician)
    town.calls(NUMBER, 40)
    told = town.told("/after")
    assert (told["DialCallStatus"], told["DialBridged"]) == (status, "false")
    assert town.caller.heard_text() == "What now"


def test_two_people_talk_and_the_caller_goes_on_when_the_callee_hangs_up(town):
    """Twilio: <Dial>, action parameters."""
    town.clinician.answers(after=4)
    caller = town.calls(NUMBER, 1)
    assert caller.sound.kind == "ring"
    town.after(10)
    callee = town.clinician.leg
    assert callee.parent is caller
    assert callee.from_ == CALLER
    assert town.emulator.listeners(caller) == [callee]
    town.clinician.hangs_up()
    town.after(1)
    told = town.told("/after")
    assert (told["DialCallStatus"], told["DialCallSid"]) == ("completed", callee.sid)
    assert (told["DialCallDuration"], told["DialBridged"]) == ("5", "true")
    assert town.caller.hears("what now")


def test_the_callee_is_hung_up_with_the_caller(town):
    """Twilio: <Dial>: the action is requested with CallStatus=completed."""
    town.clinician.answers()
    town.calls(NUMBER, 5)
    town.caller.hangs_up()
    assert town.clinician.leg.status == "completed"
    town.after(1)
    told = town.told("/after")
    assert (told["CallStatus"], told["DialCallStatus"]) == ("completed", "completed")


def test_a_caller_who_gives_up_stops_the_ringing(town):
    """Twilio: Call resource, canceled."""
    town.calls(NUMBER, 5)
    assert town.clinician.is_ringing
    town.caller.hangs_up()
    assert not town.clinician.is_ringing
    assert town.clinician.leg.status == "canceled"


def test_the_first_to_pick_up_wins_even_a_voicemail(town):
    """Twilio: <Number>, simultaneous dialing; TWILIO.md section 2."""
    ben = town.emulator.phone("+13145550161")
    ben.voicemail(after=3)
    town.calls(
        "<Dial action='/after'><Number>+13145550160</Number><Number>+13145550161</Number></Dial>",
        3,
    )
    assert town.clinician.is_ringing
    town.after(3)
    assert not town.clinician.is_ringing
    assert town.clinician.leg.status == "canceled"
    assert ben.leg.live


def test_one_after_another_when_sequential(town):
    """Twilio: <Dial>, sequential."""
    town.emulator.phone("+13145550161").answers()
    town.calls(
        "<Dial sequential='true' timeout='5'>"
        "<Number>+13145550160</Number><Number>+13145550161</Number></Dial>",
        5,
    )
    assert not town.emulator.phone("+13145550161").legs
    town.after(10)
    assert town.emulator.phone("+13145550161").leg.live


def test_screening_runs_on_the_callee_before_they_talk(town):
    """Twilio: <Number>, url."""
    town.on(
        "/screen", "<Gather numDigits='1' action='/pressed'><Say>Press 1</Say></Gather><Hangup/>"
    )
    town.on("/pressed", "<Response/>")
    town.clinician.answers(after=2).then_presses("1", after=2)
    caller = town.calls(NUMBER.replace("<Number>", "<Number url='/screen'>"), 4)
    assert town.told("/screen")["ParentCallSid"] == caller.sid
    assert town.told("/screen")["Direction"] == "outbound-dial"
    assert town.emulator.listeners(caller) == []
    town.after(3)
    assert town.emulator.listeners(caller) == [town.clinician.leg]


def test_a_voicemail_never_presses_one(town):
    """TWILIO.md section 5.5 and section 2: DialCallStatus=completed with DialBridged=false."""
    town.on("/screen", "<Gather numDigits='1' timeout='8'><Say>Press 1</Say></Gather><Hangup/>")
    town.clinician.voicemail(after=10)
    town.calls(NUMBER.replace("<Number>", "<Number url='/screen'>"), 40)
    told = town.told("/after")
    assert (told["DialCallStatus"], told["DialBridged"]) == ("completed", "false")


def test_answer_on_bridge_keeps_the_caller_ringing(town):
    """Twilio: <Dial>, answerOnBridge."""
    town.clinician.answers(after=5)
    caller = town.calls(NUMBER.replace("<Dial", "<Dial answerOnBridge='true'"), 4)
    assert caller.status == "ringing"
    town.after(5)
    assert caller.live


def test_hang_up_on_star(town):
    """Twilio: <Dial>, hangupOnStar."""
    town.clinician.answers()
    town.calls(NUMBER.replace("<Dial", "<Dial hangupOnStar='true'"), 5)
    town.caller.presses("*")
    town.after(1)
    assert town.told("/after")["DialCallStatus"] == "completed"
    assert town.clinician.leg.status == "completed"


def test_the_time_limit(town):
    """Twilio: <Dial>, timeLimit."""
    town.clinician.answers()
    town.calls(NUMBER.replace("<Dial", "<Dial timeLimit='30'"), 40)
    assert town.told("/after")["DialCallDuration"] == "30"


def test_without_an_action_the_next_verb_runs(town):
    """Twilio: <Dial>, action."""
    town.clinician.is_busy()
    town.calls("<Dial>+13145550160</Dial><Say>next</Say>", 10)
    assert town.caller.heard_text() == "next"


def test_the_childs_progress_is_told(town):
    """Twilio: <Number>, statusCallback."""
    town.clinician.answers(after=2).then_hangs_up(after=5)
    events = "statusCallback='/status' statusCallbackEvent='initiated ringing answered completed'"
    town.calls(NUMBER.replace("<Number>", f"<Number {events}>"), 30)
    told = [one.form for one in town.asked("/status")]
    assert [one["CallStatus"] for one in told] == [
        "initiated",
        "ringing",
        "in-progress",
        "completed",
    ]
    assert all(one["ParentCallSid"] == town.caller.leg.sid for one in told)


def test_a_softphone_rings_with_its_parameters(town):
    """Twilio: <Client>, Identity and Parameter."""
    ana = town.emulator.softphone("ana")
    town.calls(
        "<Dial action='/after'><Client><Identity>ana</Identity>"
        "<Parameter name='psap' value='North County'/></Client></Dial>",
        2,
    )
    assert ana.is_ringing
    assert ana.leg.to == "client:ana"
    assert ana.leg.parameters == {"psap": "North County"}
    ana.answers()
    town.after(1)
    assert ana.leg.live


def test_a_softphone_that_is_not_there_cannot_ring(town):
    """TWILIO.md section 4: no registered device."""
    town.emulator.softphone("ana").sleeps()
    town.calls("<Dial action='/after'><Client>ana</Client></Dial>", 2)
    assert town.told("/after")["DialCallStatus"] == "no-answer"


def test_two_tabs_ring_and_one_answers(town):
    """VOICE-SDK.md: fork to every registration of an identity."""
    tabs = [Tab(), Tab()]
    for tab in tabs:
        town.emulator.register_endpoint("client:ana", tab)
    town.calls("<Dial action='/after'><Client>ana</Client></Dial>", 2)
    tabs[1].leg.answer(by=tabs[1])
    town.after(1)
    assert tabs[0].log == ["rings", "stops: answered-elsewhere"]
    assert tabs[1].log == ["rings", "answered"]
    tabs[1].leg.hang_up()
    assert tabs[1].log[-1] == "ended: completed"


def test_a_person_with_two_tabs(town):
    """VOICE-SDK.md: registrations of one identity ring together."""
    ana = town.emulator.softphone("ana")
    other = ana.opens_tab()
    town.calls("<Dial><Client>ana</Client></Dial>", 2)
    assert ana.is_ringing
    assert other.is_ringing
    other.answers()
    town.after(1)
    assert not ana.is_ringing
    assert other.in_call
    assert not ana.in_call


class Tab:
    """An endpoint as the served mode's softphones are."""

    def __init__(self):
        self.log, self.leg = [], None

    def rings(self, leg):
        self.leg = leg
        self.log.append("rings")

    def stops_ringing(self, leg, why):
        self.log.append(f"stops: {why}")

    def answered(self, leg):
        self.log.append("answered")

    def ended(self, leg, why):
        self.log.append(f"ended: {why}")


def test_a_strangers_number_may_not_be_shown(town):
    """Twilio: error 13214."""
    town.calls("<Dial action='/after' callerId='+13145550142'>+13145550160</Dial>", 5)
    assert town.codes == [13214]
    assert town.told("/after")["DialCallStatus"] == "failed"
    assert not town.clinician.legs


def test_a_softphone_must_say_which_number_to_show(town):
    """Twilio: error 13214; a client identity is no caller ID for the telephone network."""
    town.on("/desk", "<Dial>+13145550160</Dial>")
    town.emulator.softphone("ana").connects(APP)
    town.after(5)
    assert town.codes == [13214]
    town.clinician.answers()
    town.on("/desk", f"<Dial callerId='{LINE}'>+13145550160</Dial>")
    town.emulator.softphone("ben").connects(APP)
    town.after(5)
    assert town.clinician.leg.from_ == LINE


def test_the_parent_led_elsewhere_leaves_the_child_behind(town):
    """Twilio: Call resource, update: the other leg of a bridge is hung up."""
    town.clinician.answers()
    caller = town.calls(NUMBER, 5)
    town.client.calls(caller.sid).update(twiml="<Response><Pause length='60'/></Response>")
    assert town.clinician.leg.status == "completed"
    assert caller.live
    town.after(1)
    assert not town.asked("/after")


def test_the_child_led_elsewhere_lives_on_and_the_parent_goes_on(town):
    """Twilio: Call resource, update on a child call."""
    town.clinician.answers()
    town.on("/elsewhere", "<Pause length='60'/>")
    caller = town.calls(NUMBER, 5)
    town.client.calls(town.clinician.leg.sid).update(url=f"{BASE}/elsewhere")
    town.after(5)
    assert town.clinician.leg.live
    assert caller.live
    assert town.told("/after")["DialCallStatus"] == "completed"


def test_keys_are_sent_before_the_two_are_connected(town):
    """Twilio: <Number>, sendDigits."""
    town.clinician.answers()
    caller = town.calls("<Dial><Number sendDigits='ww12'>+13145550160</Number></Dial>", 2)
    assert town.emulator.listeners(caller) == []
    town.after(2)
    assert town.clinician.leg.heard[0].text == "ww12"
    assert town.emulator.listeners(caller) == [town.clinician.leg]


def test_a_dialled_number_may_be_told_from_a_machine(town):
    """Twilio: <Number>, machineDetection and amdStatusCallback."""
    town.on("/amd", "<Response/>")
    town.clinician.voicemail(after=1)
    number = "<Number machineDetection='Enable' amdStatusCallback='/amd'>+13145550160</Number>"
    town.calls(f"<Dial>{number}</Dial>", 10)
    assert town.told("/amd")["AnsweredBy"] == "machine_start"


def test_a_child_led_elsewhere_during_its_screening_frees_the_parent(town):
    """Twilio: Call resource, update on a child call."""
    town.on("/screen", "<Pause length='60'/>")
    town.clinician.answers()
    caller = town.calls(NUMBER.replace("<Number>", "<Number url='/screen'>"), 5)
    document = "<Response><Pause length='99'/></Response>"
    town.client.calls(town.clinician.leg.sid).update(twiml=document)
    town.after(1)
    assert town.told("/after")["DialBridged"] == "false"
    assert town.clinician.leg.live
    assert caller.live


@pytest.mark.parametrize(("profile", "reached"), [("none", 1), ("individual", 2), ("business", 4)])
def test_the_accounts_profile_limits_dialled_legs_too(profile, reached):
    """Twilio: call concurrency limits by account profile, error 10004."""
    town = Town(profile=profile)
    town.on("/after", "<Hangup/>")
    numbers = [f"+1314555017{n}" for n in range(4)]
    phones = [town.emulator.phone(number) for number in numbers]
    nouns = "".join(f"<Number>{number}</Number>" for number in numbers)
    town.calls(f"<Dial timeout='5' action='/after'>{nouns}</Dial>", 3)
    assert sum(phone.is_ringing for phone in phones) == reached
    assert town.codes == [10004] * (4 - reached)


def test_a_dial_that_reaches_nobody_for_the_limit_has_failed():
    """Twilio: call concurrency limits by account profile, error 10004."""
    town = Town(profile="none")
    town.on("/after", "<Hangup/>")
    town.emulator.phone("+13145550171").dials(LINE)
    town.calls("<Dial action='/after'>+13145550160</Dial>", 3)
    assert town.asked("/after")[-1].form["DialCallStatus"] == "failed"
