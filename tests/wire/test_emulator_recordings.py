"""Who is told of a recording, when it begins, when it is ready, and when there is none?"""

import pytest
from wire.emulator_town import BASE, LINE, Town


@pytest.fixture
def town():
    return Town()


def test_recording_is_refused_unless_it_was_allowed(town):
    """Issue 3 point 1: recordings refused unless allowed."""
    document = "<Dial record='record-from-answer'>+13145550160</Dial>"
    town.calls(document, 5)
    assert town.codes == [13217]
    town.calls("<Record/>", 5)
    assert town.codes == [13217, 13750]
    willing = Town(allow_recording=True)
    willing.clinician.answers()
    willing.calls(document, 5)
    assert willing.clinician.leg.live


def test_a_recorded_conversation_is_told_to_be_ready():
    """Twilio: <Dial>, record, recordingStatusCallback, RecordingUrl."""
    town = Town(allow_recording=True)
    town.on("/after", "<Hangup/>")
    town.on("/told", "<Response/>")
    town.clinician.answers(after=1).then_hangs_up(after=10)
    record = "record='record-from-answer-dual' recordingTrack='inbound'"
    told = "recordingStatusCallback='/told' recordingStatusCallbackEvent='in-progress completed'"
    town.calls(f"<Dial action='/after' {record} {told}>+13145550160</Dial>", 30)
    began, told = [one.form for one in town.asked("/told")]
    assert (began["RecordingStatus"], told["RecordingStatus"]) == ("in-progress", "completed")
    assert began["RecordingSid"] == told["RecordingSid"]
    assert "RecordingDuration" not in began
    assert told["RecordingTrack"] == "inbound"
    assert (told["RecordingDuration"], told["RecordingChannels"]) == ("10", "2")
    assert told["CallSid"] == town.caller.leg.sid
    assert town.told("/after")["RecordingUrl"] == told["RecordingUrl"]


@pytest.mark.parametrize(("record", "seconds"), [("ringing", "14"), ("answer", "10")])
def test_a_recording_begins_with_the_ringing_or_with_the_answer(record, seconds):
    """Twilio: <Dial>, record-from-ringing and record-from-answer."""
    town = Town(allow_recording=True)
    town.on("/told", "<Response/>")
    town.clinician.answers(after=3).then_hangs_up(after=10)
    document = f"record='record-from-{record}' recordingStatusCallback='/told'"
    town.calls(f"<Dial {document}>+13145550160</Dial>", 30)
    assert town.told("/told")["RecordingDuration"] == seconds


def test_a_recording_that_has_nothing_in_it_is_absent():
    """Twilio: recordingStatusCallbackEvent="absent", warning 16101."""
    town = Town(allow_recording=True)
    town.on("/told", "<Response/>")
    town.clinician.answers().then_hangs_up(after=0.2)
    events = "recordingStatusCallbackEvent='in-progress completed absent'"
    record = f"record='record-from-answer' recordingStatusCallback='/told' {events}"
    town.calls(f"<Dial {record}>+13145550160</Dial>", 30)
    assert [one.form["RecordingStatus"] for one in town.asked("/told")] == ["in-progress", "absent"]
    assert town.codes == [16101]


def test_a_message_is_recorded_until_it_is_quiet():
    """Twilio: <Record>, timeout, playBeep; an empty recording falls through."""
    town = Town(allow_recording=True)
    town.on("/kept", "<Pause length='30'/>")
    document = "<Record action='/kept' timeout='3' transcribe='true'/><Say>You said nothing</Say>"
    leg = town.calls(document, 1)
    assert "beep" in [one.kind for one in leg.heard]
    town.caller.says("Please call me back tomorrow")  # 28 characters: two seconds
    town.after(10)
    assert town.told("/kept")["RecordingDuration"] == "5"
    assert town.codes == [13619]
    town.calls(document, 10)
    assert town.caller.hears("You said nothing")
    assert len(town.asked("/kept")) == 1


def test_a_recorded_rest_call_is_told_to_be_ready():
    """Twilio: Call resource, Record and RecordingStatusCallback."""
    town = Town(allow_recording=True)
    town.on("/told", "<Response/>")
    town.clinician.answers().then_hangs_up(after=7)
    town.client.calls.create(
        to=town.clinician.number,
        from_=LINE,
        twiml="<Response><Pause length='60'/></Response>",
        record=True,
        recording_status_callback=f"{BASE}/told",
    )
    town.after(30)
    told = town.told("/told")
    assert (told["RecordingSource"], told["RecordingDuration"]) == ("OutboundAPI", "7")
