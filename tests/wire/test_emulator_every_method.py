"""Is every `…Method` of TwiML and of REST honoured, and what is told to each `…Callback`?"""

import pytest
from wire.emulator_town import BASE, LINE, Town

PEOPLE = {
    "Number": "<Number {}>+13145550160</Number>",
    "Client": "<Client {}>ana</Client>",
    "Sip": "<Sip {}>sip:desk@county.example.org</Sip>",
}
EVERY = "initiated ringing answered completed"
# A document whose one request to `/told` is a GET because it says so.
DOCUMENTS = {
    "Dial method": "<Dial action='/told' method='GET' timeout='1'>+13145550160</Dial>",
    "Enqueue method": "<Enqueue action='/told' method='GET' maxQueueSize='0'>crisis</Enqueue>",
    "Enqueue waitUrlMethod": "<Enqueue waitUrl='/told' waitUrlMethod='GET'>crisis</Enqueue>",
    "Gather method": "<Gather action='/told' method='GET' timeout='1' actionOnEmptyResult='true'/>",
    "Gather partialResultCallbackMethod": "<Gather input='speech' timeout='9' action='/x' "
    "partialResultCallback='/told' partialResultCallbackMethod='GET'/>",
    "Redirect method": "<Redirect method='GET'>/told</Redirect>",
    "Record method": "<Record action='/told' method='GET' maxLength='4'/>",
    "Record recordingStatusCallbackMethod": "<Record action='/x' maxLength='4' "
    "recordingStatusCallback='/told' recordingStatusCallbackMethod='GET'/>",
    "Dial recordingStatusCallbackMethod": "<Dial record='record-from-ringing' timeout='1' "
    "recordingStatusCallback='/told' recordingStatusCallbackMethod='GET'>+13145550160</Dial>",
    "Conference waitMethod": "<Dial><Conference waitUrl='/told' waitMethod='GET'>r</Conference></Dial>",
    "Conference statusCallbackMethod": "<Dial><Conference statusCallback='/told' "
    "statusCallbackEvent='join' statusCallbackMethod='GET'>r</Conference></Dial>",
    "Queue method": "<Dial timeout='9'><Queue url='/told' method='GET'>line</Queue></Dial>",
    "Refer method": "<Refer action='/told' method='GET'><Sip>sip:x@y.example.org</Sip></Refer>",
    "Application statusCallbackMethod": "<Dial><Application statusCallback='/told' "
    "statusCallbackMethod='GET'>AP00000000000000000000000000000000</Application></Dial>",
}
DOCUMENTS |= {
    f"{noun} {name}": f"<Dial callerId='{LINE}'>{document.format(attributes)}</Dial>"
    for noun, document in PEOPLE.items()
    for name, attributes in {
        "method": "url='/told' method='GET'",
        "statusCallbackMethod": "statusCallback='/told' statusCallbackMethod='GET'",
        "amdStatusCallbackMethod": "machineDetection='Enable' amdStatusCallback='/told' "
        "amdStatusCallbackMethod='GET'",
    }.items()
    if (noun, name) != ("Client", "amdStatusCallbackMethod")  # <Client> detects no machine
}


def willing():
    """Everybody answers for a while, says a word, and somebody waits in the line."""
    town = Town(allow_recording=True)
    town.on("/told", "<Response/>")
    town.on("/x", "<Hangup/>")
    town.on("/desk", "<Hangup/>")
    for phone in (town.clinician, town.emulator.phone("sip:desk@county.example.org")):
        phone.answers().then_hangs_up(after=9)
    town.emulator.softphone("ana").answers().then_hangs_up(after=9)
    town.emulator.number("+13145550102", voice_url=f"{BASE}/line")
    town.on("/line", "<Enqueue waitUrl=''>line</Enqueue>")
    town.emulator.phone("+13145550155").dials("+13145550102")
    town.after(1)
    return town


@pytest.mark.parametrize("what", DOCUMENTS)
def test_a_method_that_is_asked_for_is_used(what):
    """Twilio: TwiML for Programmable Voice, the method attributes of every verb and noun."""
    town = willing()
    town.calls(DOCUMENTS[what], 1.5)
    town.caller.says("Hello")
    town.after(40)
    asked = town.asked("/told")
    assert asked
    assert {one.method for one in asked} == {"GET"}
    assert asked[0].form["AccountSid"] == town.emulator.account_sid


@pytest.mark.parametrize("noun", PEOPLE)
def test_each_kind_of_person_is_told_of_from_dialling_to_the_end(noun):
    """Twilio: <Number>, <Client> and <Sip>, statusCallbackEvent."""
    town = willing()
    told = f"statusCallback='/told' statusCallbackEvent='{EVERY}'"
    caller = town.calls(f"<Dial callerId='{LINE}'>{PEOPLE[noun].format(told)}</Dial>", 30)
    steps = [one.form["CallStatus"] for one in town.asked("/told")]
    assert steps == ["initiated", "ringing", "in-progress", "completed"]
    assert {one.form["ParentCallSid"] for one in town.asked("/told")} == {caller.sid}


@pytest.mark.parametrize("noun", PEOPLE)
def test_each_kind_of_person_may_be_screened(noun):
    """Twilio: <Number>, <Client> and <Sip>, url: on the callee, before the two are connected."""
    town = willing()
    town.on("/told", "<Say>Crisis line calling</Say><Pause length='4'/>")
    document = PEOPLE[noun].format("url='/told'")
    caller = town.calls(f"<Dial callerId='{LINE}'>{document}</Dial>", 2)
    (callee,) = town.emulator.children(caller)
    assert callee.kind == {"Number": "pstn", "Client": "client", "Sip": "sip"}[noun]
    assert "Crisis line calling" in [one.text for one in callee.heard]
    assert not town.emulator.listeners(caller)
    town.after(5)
    assert town.emulator.listeners(caller) == [callee]


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("Method", {"url": f"{BASE}/told", "method": "GET"}),
        ("FallbackMethod", {"fallback_url": f"{BASE}/told", "fallback_method": "GET"}),
        (
            "StatusCallbackMethod",
            {"status_callback": f"{BASE}/told", "status_callback_method": "GET"},
        ),
    ],
)
def test_a_rest_calls_methods_are_used(name, change):
    """Twilio: Call resource, create: Method, FallbackMethod and StatusCallbackMethod."""
    town = willing()
    given = {"to": town.clinician.number, "from_": LINE, "url": f"{BASE}/missing"} | change
    town.client.calls.create(**given)
    town.after(30)
    assert {one.method for one in town.asked("/told")} == {"GET"}, name
