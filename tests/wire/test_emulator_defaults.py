"""How long does everything last when a document, or a request, does not say?"""

import pytest
from wire.emulator_town import LINE, Town

FOUR_HOURS = 4 * 3600
RING_BUFFER = 5  # Twilio rings five seconds longer than it says
DIALLING = 1  # until a telephone rings here


@pytest.fixture
def town():
    return Town(allow_recording=True)


def lasts(town, leg, seconds):
    """Whether the leg goes on to its next words after so many seconds, not before."""
    town.after(seconds - 0.1)
    early = town.caller.hears("next")
    town.after(0.3)
    return not early and town.caller.hears("next") and leg.live


@pytest.mark.parametrize(
    ("document", "seconds"),
    [
        ("<Gather/>", 5),
        ("<Gather input='speech'/>", 5),
        ("<Pause/>", 1),
        ("<Record playBeep='false'/>", 5),
        ("<Dial>+13145550160</Dial>", DIALLING + 30 + RING_BUFFER),
        ("<Dial><Queue>line</Queue></Dial>", 30 + RING_BUFFER),
    ],
)
def test_a_verb_lasts_as_long_as_its_page_says(town, document, seconds):
    """Twilio: <Gather>, <Pause>, <Record>, <Dial>: the defaults of timeout and length."""
    town.client.queues.create(friendly_name="line")
    leg = town.calls(f"<Say>x</Say>{document}<Say>next</Say><Pause length='9'/>", 0.02 + 1 / 14)
    assert lasts(town, leg, seconds)


def test_a_recorded_message_ends_after_an_hour(town):
    """Twilio: <Record>, maxLength: 3600 seconds."""
    document = "<Record playBeep='false' timeout='0'/><Say>next</Say><Pause length='9'/>"
    town.on("/voice", f"<Say>x</Say>{document}")
    leg = town.caller.dials(LINE)
    town.after(0.1)
    town.caller.says("Hello")
    town.after(3599)
    assert not town.caller.hears("next")
    town.after(2)
    assert leg.live


@pytest.mark.parametrize(
    "document", ["<Dial>+13145550160</Dial>", "<Dial><Conference waitUrl=''>r</Conference></Dial>"]
)
def test_a_conversation_ends_after_four_hours(town, document):
    """Twilio: <Dial>, timeLimit: 14400 seconds, unless more is asked for."""
    town.clinician.answers()
    town.calls(f"{document}<Say>next</Say>", 2)
    town.after(FOUR_HOURS - 10)
    assert not town.caller.hears("next")
    town.after(20)
    assert town.caller.hears("next")


@pytest.mark.parametrize("what", ["a call", "a participant"])
def test_a_telephone_rings_for_a_minute(town, what):
    """Twilio: Call and Participant resources, Timeout: 60 seconds."""
    to = {"to": town.clinician.number, "from_": LINE}
    if what == "a call":
        town.client.calls.create(**to, twiml="<Response/>")
    else:
        town.client.conferences("room").participants.create(**to)
    town.after(DIALLING + 60 + RING_BUFFER - 0.1)
    assert town.clinician.is_ringing
    town.after(0.2)
    assert not town.clinician.is_ringing


def test_prompts_are_heard_once(town):
    """Twilio: <Say> and <Play>, loop: 1."""
    town.on("/bed.wav", (200, {"Content-Type": "audio/wav"}, bytes(32_000)))
    leg = town.calls("<Say>twelve chars</Say><Play>/bed.wav</Play><Pause length='9'/>", 6)
    assert [round(one.seconds, 2) for one in leg.heard if one.kind in ("say", "play")] == [0.86, 2]
