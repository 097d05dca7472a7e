"""Is every attribute of TwiML held to Twilio's own values, and is a wrong one answered as Twilio does?"""

import json
from xml.etree import ElementTree as ET

import pytest
from wire.emulator_town import APP, ORACLES, Town, oracle

from emulator.attributes import RULES
from emulator.schema import examine

# Elements of products beyond a telephone: refused as a whole, so their attributes say nothing.
BEYOND = {
    "Connect", "Room", "Stream", "Siprec", "Transcription", "Config", "VirtualAgent", "Conversation",
    "ConversationRelay", "ConversationRelaySession", "Assistant", "AiSession", "Autopilot", "Pay",
    "Prompt", "Sms", "Recording", "Start", "Stop", "Task", "Language", "Parameter", "Header",
    "SipUri", "Headers", "Identity", "ApplicationSid", "ReferSip",
}  # fmt: skip


def table():
    return json.loads(oracle("twiml_attributes.json").read_text())["attributes"]


def test_every_attribute_of_a_telephone_has_its_rule():
    """Twilio: TwiML for Voice, attributes (twilio-node's own table)."""
    speech = {name for name in table() if name.startswith("Ssml")}
    for element, attributes in table().items():
        if element not in BEYOND | speech:
            assert set(attributes) <= set(RULES[element]), element


def test_every_value_that_the_table_lists_is_taken():
    """Twilio: TwiML for Voice, values (twilio-node's own table)."""
    for element in set(table()) & set(RULES):
        for name, facts in table()[element].items():
            words = set(facts.get("enum") or ()) - {"count", "sample"}
            assert all(RULES[element][name].holds(word) for word in words), (element, name)


def test_the_documentations_examples_have_no_fault():
    """Twilio: the documentation's TwiML examples."""
    for path in sorted((ORACLES / "twiml_corpus").glob("*.twiml")):
        faults = examine(tuple(ET.fromstring(path.read_text().strip())))
        assert not faults, (path.name, faults)


WARNED = [
    ("<Dial {}>+13145550160</Dial>", "method='PUT'", 13210),
    ("<Dial {}>+13145550160</Dial>", "timeout='soon'", 13212),
    ("<Dial {}>+13145550160</Dial>", "timeout='0'", 13212),
    ("<Dial {}>+13145550160</Dial>", "hangupOnStar='yes'", 13213),
    ("<Dial {}>+13145550160</Dial>", "timeLimit='-1'", 13216),
    ("<Dial {}>+13145550160</Dial>", "timeLimit='90000'", 13216),
    ("<Dial {}>+13145550160</Dial>", "record='perhaps'", 13217),
    ("<Dial {}>+13145550160</Dial>", "sequential='1'", 13218),
    ("<Dial {}>+13145550160</Dial>", "answerOnBridge='yes'", 13219),
    ("<Dial {}>+13145550160</Dial>", "ringTone='moon'", 13220),
    ("<Dial {}>+13145550160</Dial>", "recordingTrack='all'", 13622),
    ("<Dial {}>+13145550160</Dial>", "trim='some'", 13699),
    ("<Dial {}>+13145550160</Dial>", "recordingStatusCallback='ftp://x'", 13256),
    ("<Dial {}>+13145550160</Dial>", "recordingStatusCallbackEvent='done'", 13621),
    ("<Dial {}>+13145550160</Dial>", "colour='red'", 12200),
    ("<Dial><Number {}>+13145550160</Number></Dial>", "method='PUT'", 13221),
    ("<Dial><Number {}>+13145550160</Number></Dial>", "sendDigits='12x'", 13222),
    ("<Dial><Number {}>+13145550160</Number></Dial>", "statusCallbackEvent='rung'", 12200),
    ("<Dial><Number {}>+13145550160</Number></Dial>", "machineDetection='Maybe'", 12200),
    ("<Dial><Sip {}>sip:x@example.org</Sip></Dial>", "method='PUT'", 13241),
    ("<Dial><Sip {}>sip:x@example.org</Sip></Dial>", "username=''", 13249),
    ("<Dial><Conference {}>room</Conference></Dial>", "muted='no'", 13230),
    ("<Dial><Conference {}>room</Conference></Dial>", "startConferenceOnEnter='no'", 13232),
    ("<Dial><Conference {}>room</Conference></Dial>", "waitUrl='ftp://x'", 13233),
    ("<Dial><Conference {}>room</Conference></Dial>", "waitMethod='PUT'", 13234),
    ("<Dial><Conference {}>room</Conference></Dial>", "beep='loud'", 13235),
    ("<Dial><Conference {}>room</Conference></Dial>", "maxParticipants='251'", 12200),
    ("<Gather {}/>", "finishOnKey='##'", 13310),
    ("<Gather {}/>", "method='PUT'", 13312),
    ("<Gather {}/>", "timeout='soon'", 13313),
    ("<Gather {}/>", "numDigits='0'", 13314),
    ("<Gather {}/>", "input='voice'", 13326),
    ("<Gather {}/>", "speechTimeout='0'", 13327),
    ("<Gather {}/>", "maxSpeechTime='long'", 13328),
    ("<Gather {}/>", "partialResultCallbackMethod='PUT'", 13329),
    ("<Gather {}/>", "language='?'", 13331),
    ("<Gather {}/>", "bargeIn='1'", 13332),
    ("<Gather {}/>", "profanityFilter='1'", 13333),
    ("<Gather {}/>", "speechTimeout='auto' speechModel='phone_call'", 13335),
    ("<Gather {}/>", "actionOnEmptyResult='1'", 13338),
    ("<Gather><Say {}>Hello</Say></Gather>", "voice='?'", 13321),
    ("<Gather><Say {}>Hello</Say></Gather>", "loop='-1'", 13322),
    ("<Say {}>Hello</Say>", "loop='often'", 13510),
    ("<Say {}>Hello</Say>", "voice='?'", 13511),
    ("<Say {}>Hello</Say>", "language='?'", 13512),
    ("<Play {}>/bed.wav</Play>", "loop='1.5'", 13410),
    ("<Play {}/>", "digits='12x' loop='2'", 13430),
    ("<Pause {}/>", "length='0'", 13910),
    ("<Redirect {}>/after</Redirect>", "method='PUT'", 13710),
    ("<Reject {}/>", "reason='tired'", 13810),
    ("<Record {}/>", "timeout='x'", 13611),
    ("<Record {}/>", "maxLength='0'", 13612),
    ("<Record {}/>", "finishOnKey='x'", 13613),
    ("<Record {}/>", "transcribe='x'", 13614),
    ("<Record {}/>", "playBeep='x'", 13616),
    ("<Record {}/>", "trim='x'", 13699),
]


@pytest.mark.parametrize(("verb", "attribute", "code"), WARNED)
def test_a_wrong_value_is_logged_and_the_default_holds(verb, attribute, code):
    """Twilio: Error and Warning Dictionary: warnings of TwiML."""
    first, other = ET.fromstring(verb.format(attribute)), ET.fromstring(verb.format(""))
    faults = examine((first,))[first]
    assert [(fault.code, fault.fatal) for fault in faults] == [(code, False)]
    kept = {"digits": "loop", "speechTimeout": "speechModel"}
    for one, wanted in zip(first.iter(), other.iter(), strict=True):
        assert set(one.attrib) - set(kept.values()) == set(wanted.attrib)


FAILING = [
    ("<Dial action='/after'><Conference {}>room</Conference></Dial>", "endConferenceOnExit='1'", 13231),
    ("<Dial action='/after'><Conference {}>room</Conference></Dial>", "trim='x'", 13239),
    ("<Dial action='/after'><Conference {}>room</Conference></Dial>", "coach='Ana'", 13240),
    ("<Dial action='/after'><Conference {}>room</Conference></Dial>", "participantLabel='a/b'", 16023),
    ("<Dial action='/after'><Queue {}>crisis</Queue></Dial>", "method='PUT'", 14210),
    ("<Dial action='/after'><Queue {}>crisis</Queue></Dial>", "url='ftp://x'", 14211),
    ("<Enqueue action='/after' {}>crisis</Enqueue>", "method='PUT'", 14201),
    ("<Enqueue action='/after' {}>crisis</Enqueue>", "waitUrl='ftp://x'", 14202),
    ("<Enqueue action='/after' {}>crisis</Enqueue>", "waitUrlMethod='PUT'", 14206),
    ("<Enqueue action='/after' {}></Enqueue>", "", 14204),
    ("<Enqueue action='/after' {}>" + "x" * 65 + "</Enqueue>", "", 14205),
    ("<Enqueue action='/after' {}/>", "workflowSid='WW0'", 14226),
    ("<Dial action='/after'><Queue {}/></Dial>", "", 14212),
    ("<Dial action='/after'><Queue {}>" + "x" * 65 + "</Queue></Dial>", "", 14213),
    ("<Dial action='/after'><Queue {}>crisis</Queue></Dial>", "reservationSid='WR0'", 14219),
    ("<Dial action='/after'><Conference {}/></Dial>", "", 13237),
    ("<Dial action='/after'><Sim {}>DE0</Sim></Dial>", "", 13258),
    ("<Dial action='/after'><WhatsApp {}>+13145550160</WhatsApp></Dial>", "", 13224),
]  # fmt: skip


@pytest.mark.parametrize(("verb", "attribute", "code"), FAILING)
def test_a_verb_with_an_error_fails_and_goes_to_its_action(verb, attribute, code):
    """Twilio: Error and Warning Dictionary: errors of TwiML; QueueResult and DialCallStatus."""
    town = Town()
    town.on("/after", "<Say>What now</Say><Pause length='60'/>")
    town.calls(verb.format(attribute), 3)
    told = town.told("/after")
    assert town.codes[0] == code
    assert told.get("DialCallStatus", "failed") == "failed"
    assert told.get("QueueResult", "error") == "error"
    assert town.caller.hears("What now")


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("<Dial><Say>no</Say></Dial>", 13215),
        ("<Dial><Conference>a</Conference><Number>+13145550160</Number></Dial>", 13000),
        ("<Gather><Dial/></Gather>", 13320),
        ("<Start><Say>no</Say></Start>", 14300),
        ("<Dial>" + "<Number>+13145550160</Number>" * 11 + "</Dial>", 12200),
    ],
)
def test_what_may_not_stand_inside(document, code):
    """Twilio: errors 13215, 13000, 13320, 14300."""
    verb = ET.fromstring(document)
    assert [fault.code for fault in examine((verb,))[verb]] == [code]


def test_a_warning_is_in_the_log_each_time_and_the_call_goes_on():
    """Twilio: warnings are no errors: nothing else happens."""
    town = Town()
    for _ in range(2):
        town.calls("<Pause length='x'/><Say loop='x'>Still here</Say><Pause length='5'/>", 3)
    assert town.codes == [13910, 13510] * 2
    assert town.caller.hears("Still here")


def test_a_sentence_that_is_too_long_is_not_said():
    """Twilio: warning 13521."""
    town = Town()
    town.calls(f"<Say>{'a' * 4097}</Say><Say>Go on</Say>", 3)
    assert town.codes == [13521]
    assert town.caller.hears("Go on")


def test_an_empty_document_is_an_error():
    """Twilio: error 11770."""
    town = Town()
    town.calls((200, {"Content-Type": "text/xml"}, " "), 3)
    assert town.codes == [11770]


def test_the_ringing_tone_of_another_country():
    """Twilio: <Dial>, ringTone."""
    town = Town()
    leg = town.calls("<Dial ringTone='uk'>+13145550160</Dial>", 2)
    assert ("ring", "uk") in [(one.kind, one.text) for one in leg.heard]


def test_an_application_is_dialled_with_its_parameters():
    """Twilio: <Application>: customerId, copyParentTo, <Parameter>; the caller's number stays."""
    town = Town()
    town.on("/desk", "<Say>At the desk</Say><Pause length='60'/>")
    noun = (
        "<Application {}><ApplicationSid>" + APP + "</ApplicationSid>"
        "<Parameter name='why' value='a b'/></Application>"
    )
    leg = town.calls(f"<Dial>{noun.format('')}</Dial>", 3)
    first = town.asked("/desk")[0].form
    assert (first["From"], first["To"]) == (town.caller.number, f"app:{APP}")
    assert (first["why"], first["customerId"]) == ("a b", town.emulator.account_sid)
    assert leg.peer is not None
    attributes = "customerId='county' copyParentTo='true'"
    town.calls(f"<Dial>{noun.format(attributes)}</Dial>", 3)
    second = town.asked("/desk")[1].form
    assert (second["customerId"], second["To"]) == ("county", "+13145550101")
