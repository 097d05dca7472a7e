"""Can the emulator read and perform every document of Twilio's documentation?"""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from wire.emulator_town import ORACLES, Town, oracle

from emulator import interpreter
from emulator.interpreter import VERBS

CORPUS = sorted((ORACLES / "twiml_corpus").glob("*.twiml"))


def test_the_corpus_is_there():
    """Twilio: the documentation's TwiML examples."""
    assert oracle("twiml_corpus").is_dir()
    assert len(CORPUS) > 90


@pytest.mark.parametrize("recording", [True, False])
@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem[-40:])
def test_every_document_is_performed_to_the_end(path, recording):
    """Twilio: the documentation's TwiML examples: no crash, no unknown verb, no live leg left."""
    town = Town(allow_recording=recording)
    document = path.read_text().strip()
    audio = (200, {"Content-Type": "audio/mpeg"}, bytes(16_000))

    def anything(asked):
        return audio if asked.path.endswith((".mp3", ".wav")) else "<Hangup/>"

    town.app.answers = Everything(anything)
    town.app.answers["/voice"] = (200, {"Content-Type": "text/xml"}, document)
    leg = town.caller.dials("+13145550101")
    town.after(30)
    town.caller.presses("1234#")
    town.after(3600)
    town.caller.leg.hang_up()
    town.after(60)
    assert leg.final
    assert not town.emulator.live
    unknown = [one.message for one in town.emulator.alerts if "schema" in one.message]
    assert not unknown


class Everything(dict):
    def __init__(self, anything):
        super().__init__()
        self._anything = anything

    def get(self, path, default=None):
        return super().get(path, self._anything)


def test_every_verb_of_the_table_is_known():
    """Twilio: TwiML for Voice, verbs (twilio-node's own table)."""
    table = json.loads(oracle("twiml_attributes.json").read_text())
    assert set(table["response_children"]) - {"Queue"} <= set(VERBS)


# Attributes that change nothing a leg hears or an application is told: only their values are held
# to Twilio's (test_emulator_attributes.py).
PASSED_OVER = {
    "Dial": "recordingConfigurationId referMethod referUrl trim events",
    "Conference": "eventCallbackUrl jitterBufferSize recordingConfigurationId trim",
    "Number": "byoc machineDetectionSilenceTimeout",
    "Sip": "password username machineDetectionSilenceTimeout",
    "Queue": "postWorkActivitySid",
    "Gather": "debug enhanced hints maxSpeechTime profanityFilter speechModel",
    "Record": "recordingConfigurationId trim",
}


@pytest.mark.parametrize(
    "verb",
    [
        "Dial",
        "Conference",
        "Number",
        "Client",
        "Sip",
        "Queue",
        "Enqueue",
        "Gather",
        "Say",
        "Play",
        "Pause",
        "Redirect",
        "Reject",
        "Record",
        "Refer",
        "Application",
    ],
)
def test_every_attribute_is_performed_or_passed_over_by_name(verb):
    """Twilio: TwiML for Voice, attributes (twilio-node's own table)."""
    table = json.loads(oracle("twiml_attributes.json").read_text())["attributes"]
    room = Path(interpreter.__file__).parent
    rooms = (path for path in room.glob("*.py") if path.stem not in ("attributes", "schema"))
    source = "".join(path.read_text() for path in rooms)
    known = {name for name in table.get(verb, {}) if f'"{name}"' in source}
    passed_over = set(PASSED_OVER.get(verb, "").split())
    assert set(table.get(verb, {})) - known <= passed_over
    assert passed_over <= set(table.get(verb, {}))


def test_the_corpus_is_well_formed():
    """Twilio: the documentation's TwiML examples."""
    for path in CORPUS:
        ET.fromstring(path.read_text().strip())
