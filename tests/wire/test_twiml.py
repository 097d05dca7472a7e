"""Does every reply become a document that Twilio accepts, in every language?"""

from datetime import UTC, datetime
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire.line_of_tests import BOOK, PROMPTS, SETTINGS, call, page
from wire.twiml_oracle import refusals

from config.prompts import PROMPTS as KEYS
from ivr import incidents
from ivr import replies as heard
from ivr.events import IncidentBegun
from telephony import twiml

LANGUAGES = BOOK.languages
# One of each class, and of each way a class can be filled that changes the document.
REPLIES = [
    *[heard.Say(key, dict.fromkeys(sorted(blanks), "2")) for key, blanks in KEYS.items()],
    heard.SayAll("greeting_other_language"),
    heard.Bed(3),
    heard.Bed(20),
    heard.Listen((heard.Say("greeting"), heard.SayAll("greeting_other_language")), "language"),
    heard.Listen((heard.Say("lap_keys"), heard.Bed(12)), "key", seconds=4),
    heard.Listen((heard.Say("phone_screen"),), "pressed", seconds=8),
    heard.Listen((heard.Say("lap_stay"), heard.Bed(5)), "incident", seconds=3, keys=17),
    heard.WaitInLine(),
    heard.LeaveLine(),
    heard.Ask("wait"),
    heard.Ask("greeted"),
    heard.Join("caller", "talk-ended"),
    heard.Join("clinician", "clinician-left", ends_room=False, ringing=True),
    heard.Join("psap", "psap-left"),
    heard.PassTo(),
    heard.PassTo(seconds=20),
    heard.HangUp(),
]


def element(reply, **changed):
    """The first element of the document for one reply."""
    return ET.fromstring(twiml.render((reply,), call(), page(**changed)))[0]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reply", REPLIES, ids=repr)
def test_twilio_accepts_every_reply_in_every_language(reply, language, oracles):
    full = page(subject="0ffe4", voice_override="rc=2&rp=all", status_override="rc=5&rp=all")
    assert refusals(twiml.render((reply,), call(language), full), oracles) == []


def test_every_class_of_reply_is_among_those_tried():
    assert {type(reply) for reply in REPLIES} == set(heard.Reply.__args__)


@pytest.mark.parametrize(
    "document",
    [
        b"<Response><Shout>Help</Shout></Response>",
        b"<Response><Say volume='11'>Help</Say></Response>",
        b"<Response><Gather><Dial/></Gather></Response>",
        b"<Response><Gather numDigits='one'/></Response>",
        b"<Response><Dial><Conference beep='loud'>r</Conference></Dial></Response>",
    ],
)
def test_what_twilio_would_refuse_is_noticed(document, oracles):
    assert refusals(document, oracles)


@pytest.mark.parametrize("sound", ["bed", "ringing"])
def test_twilio_accepts_the_waiting_sounds(sound, oracles):
    document = twiml.waiting_sound(SETTINGS.public_base_url, sound)
    assert refusals(document, oracles) == []
    # No verb but these is allowed there (error 13238), and without the last one silence follows.
    assert [child.tag for child in ET.fromstring(document)] == ["Play", "Redirect"]


def test_the_safe_document_has_people_in_it_and_no_dead_end(oracles):
    again = "https://line.example.org/voice/fallback"
    numbers = ("+13145550188", "+13145550191")
    document = twiml.safe(PROMPTS, LANGUAGES, numbers, caller_id="+13145550101", again=again)
    root = ET.fromstring(document)
    assert refusals(document, oracles) == []
    assert {number.text for number in root.iter("Number")} == set(numbers)
    assert {say.get("language") for say in root.iter("Say")} == {"en-US", "es-US"}
    assert "988" in ET.tostring(root, encoding="unicode")
    assert (root[-1].tag, root[-1].text) == ("Redirect", again)


def test_an_address_carries_the_hop_and_the_overrides():
    url = element(heard.Ask("wait"), voice_override="rc=2&rp=all").text
    assert url == "https://line.example.org/voice/c0ffee/wait/3#rc=2&rp=all"


def test_a_phones_key_is_heard_under_its_offer():
    gather = element(heard.Listen((heard.Say("phone_screen"),), "pressed"), subject="0ffe4")
    assert gather.get("action") == "https://line.example.org/voice/c0ffee/pressed/0ffe4/3"


def test_a_number_is_heard_to_its_pound_which_we_must_see():
    """Sixteen digits and pound end it at once; without pound it is half a number (ivr.incidents)."""
    begun = incidents.listen(call(), IncidentBegun(at=datetime.now(UTC)))
    gather = element(begun.replies[0])
    assert (gather.get("numDigits"), gather.get("finishOnKey")) == ("17", "")
    assert (gather.get("timeout"), gather.get("actionOnEmptyResult")) == ("3", "false")
    assert gather.get("action").endswith("/voice/c0ffee/incident/3")
    assert element(heard.Listen((heard.Say("lap_stay"),), "key")).get("numDigits") == "1"


def test_a_caller_waits_in_the_line_and_is_asked_about_at_our_addresses():
    enqueue = element(heard.WaitInLine(), queue="crisis")
    assert enqueue.text == "crisis"
    assert enqueue.get("waitUrl").endswith("/voice/c0ffee/wait/3")
    assert enqueue.get("action").endswith("/voice/c0ffee/line-left/3")
    assert "maxQueueSize" not in enqueue.attrib


def test_a_room_is_not_cut_after_four_hours_and_reports_its_events():
    dial = element(heard.Join("caller", "talk-ended"))
    room = dial[0]
    assert dial.get("timeLimit") == "86400"
    assert dial.get("action").endswith("/voice/c0ffee/talk-ended/3")
    assert (room.text, room.get("participantLabel")) == ("room-c0ffee", "caller")
    assert room.get("endConferenceOnExit") == "true"
    assert room.get("statusCallback") == "https://line.example.org/voice/c0ffee/room"
    assert room.get("waitUrl") == "https://line.example.org/voice/bed"


@pytest.mark.parametrize("line", ["riverton", "general"])
def test_a_caller_is_passed_to_people_and_shown_as_the_line(line):
    dial = ET.fromstring(twiml.render((heard.PassTo(),), call(), page(line)))[0]
    assert dial[0].text == BOOK.lines[line].partner_number
    assert dial.get("callerId") == BOOK.lines[line].number
    assert dial.get("answerOnBridge") == "true"


def test_each_language_has_its_own_voice_and_the_other_languages_offer_is_in_theirs():
    document = twiml.render(
        (heard.Say("greeting"), heard.SayAll("greeting_other_language")), call("es"), page()
    )
    spoken = [(say.get("language"), say.text) for say in ET.fromstring(document)]
    assert spoken == [
        (
            "es-US",
            "Usted llamó a la Línea de Crisis. Ya viene un consejero. No necesita oprimir nada.",
        ),
        ("en-US", "For English, press two."),
    ]


def test_a_humans_recording_is_played_where_there_is_one():
    language = PROMPTS.languages["en"]
    recorded = type(language)(
        language.name,
        language.voice,
        language.text,
        {"here_is_counselor": "en/here.wav", "goodbye": "https://sounds.example.org/bye.wav"},
    )
    full = page()
    prompts = type(PROMPTS)({**PROMPTS.languages, "en": recorded})
    with_them = type(full)(full.base_url, prompts, full.line)
    document = twiml.render(
        (heard.Say("here_is_counselor"), heard.Say("goodbye")), call(), with_them
    )
    assert [play.text for play in ET.fromstring(document)] == [
        "https://line.example.org/sound/en/here.wav",
        "https://sounds.example.org/bye.wav",
    ]


texts = st.text(max_size=80)
ids = st.text("abc_-019", max_size=22)
says = st.builds(
    heard.Say,
    st.sampled_from(sorted(KEYS)),
    st.dictionaries(st.sampled_from(["count", "position", "partner_name"]), texts),
)
parts = st.one_of(
    says, st.just(heard.SayAll("greeting_other_language")), st.builds(heard.Bed, st.integers(3, 20))
)
anything = st.one_of(
    parts,
    st.builds(
        heard.Listen,
        st.lists(parts, max_size=6).map(tuple),
        st.sampled_from(["language", "key", "pressed"]),
        st.integers(1, 10),
    ),
    st.sampled_from(REPLIES),
)


@given(st.lists(anything, max_size=12), st.sampled_from(LANGUAGES), ids)
def test_whatever_is_said_twilio_can_read_it_and_nothing_records(replies, language, subject):
    document = twiml.render(replies, call(language), page(subject=subject))
    root = ET.fromstring(document)  # whatever the words hold
    assert len(document) <= 64 * 1024
    assert not [e for e in root.iter() if e.tag == "Record" or "record" in " ".join(e.attrib)]


def test_a_document_that_would_record_is_refused(monkeypatch):
    def records(parent, _reply, _call, _page):
        ET.SubElement(parent, "Dial", {"record": "record-from-answer"})

    monkeypatch.setitem(twiml._BUILD, heard.HangUp, records)
    with pytest.raises(twiml.RefusedTwiml, match="would record"):
        twiml.render((heard.HangUp(),), call(), page())


def test_a_document_larger_than_twilio_takes_is_refused():
    with pytest.raises(twiml.RefusedTwiml, match="more than 65536"):
        twiml.render((heard.Say("danger"),) * 1000, call(), page())


def test_a_language_we_lack_is_answered_in_the_first_rather_than_with_silence():
    document = twiml.render((heard.Say("one_moment"),), call("vi"), page())
    assert ET.fromstring(document)[0].text == "One moment, please."


def test_a_status_webhook_is_answered_with_nothing():
    assert list(ET.fromstring(twiml.nothing())) == []


def test_the_beds_length_is_the_one_the_loops_are_counted_by(root):
    import wave

    with wave.open(str(root / "config/sound/bed.wav")) as bed:
        facts = SimpleNamespace(**bed.getparams()._asdict())
    assert facts.nframes / facts.framerate == twiml.BED_SECONDS
    assert (facts.framerate, facts.nchannels, facts.sampwidth) == (8000, 1, 2)
