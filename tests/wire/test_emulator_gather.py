"""Does Gather wait, finish and fall through as Twilio's does?"""

import pytest
from wire.emulator_town import Town

from emulator.verbs_sound import read_keys


@pytest.fixture
def town():
    town = Town()
    town.on("/keys", "<Say>Thank you</Say>")
    return town


def gathers(town, attributes="", inside="", after="<Say>Nobody pressed</Say>"):
    return town.calls(f"<Gather action='/keys' {attributes}>{inside}</Gather>{after}", 0.5)


@pytest.mark.parametrize(
    ("kept", "finish", "limit", "reading"),
    [
        ("12#", "#", 10, ("12", "#", True)),
        ("12", "#", 10, ("12", "", False)),
        ("12", "#", 2, ("12", "", True)),
        ("1*2", "*", 10, ("1", "*", True)),
        ("12#3", "", 4, ("12#3", "", True)),  # no finishing key: # is a digit
        ("#", "#", 1, ("", "#", True)),
        ("", "#", 1, ("", "", False)),
    ],
)
def test_reading_keys(kept, finish, limit, reading):
    """Twilio: <Gather>, finishOnKey and numDigits."""
    assert read_keys(kept, finish, limit) == reading


def test_the_number_of_digits_ends_it_at_once(town):
    """Twilio: <Gather>, numDigits."""
    gathers(town, "numDigits='1'")
    town.caller.presses("1")
    town.after(0.1)
    told = town.told("/keys")
    assert (told["Digits"], told["msg"]) == ("1", "Gather End")


def test_the_timeout_starts_anew_with_each_key(town):
    """Twilio: <Gather>, timeout: seconds after the last key."""
    gathers(town, "timeout='3'")
    for key in "123":
        town.caller.presses(key)
        town.after(2.5)
    assert not town.asked("/keys")
    town.after(1)
    assert town.told("/keys")["Digits"] == "123"


def test_the_timeout_starts_when_the_prompt_has_ended(town):
    """Twilio: <Gather>, timeout and nested verbs."""
    gathers(town, "timeout='3'", f"<Say>{'a' * 140}</Say>")  # ten seconds
    town.after(12)
    assert not town.caller.hears("nobody pressed")
    town.after(1.5)
    assert town.caller.hears("nobody pressed")


def test_a_key_stops_the_prompt(town):
    """Twilio: <Gather>, nested <Say> and <Play> are stopped by input."""
    leg = gathers(town, "numDigits='2'", "<Say>A rather long sentence to listen to</Say>")
    town.caller.presses("1")
    town.after(0.1)
    assert leg.sound.kind == "silence"
    town.caller.presses("2")
    town.after(0.1)
    assert town.told("/keys")["Digits"] == "12"


def test_a_prompt_may_forbid_interruption(town):
    """Twilio: <Gather>, bargeIn."""
    leg = gathers(town, "numDigits='1' bargeIn='false'", "<Say>A rather long sentence</Say>")
    town.caller.presses("1")
    town.after(0.1)
    assert leg.sound.kind == "say"
    town.after(2)
    assert town.told("/keys")["Digits"] == "1"


def test_nothing_pressed_falls_through(town):
    """Twilio: <Gather>, what happens without input."""
    gathers(town, "timeout='2'")
    town.after(5)
    assert not town.asked("/keys")
    assert town.caller.hears("nobody pressed")


def test_nothing_pressed_is_told_when_asked_for(town):
    """Twilio: <Gather>, actionOnEmptyResult."""
    gathers(town, "timeout='2' actionOnEmptyResult='true'")
    town.after(5)
    assert town.told("/keys")["Digits"] == ""
    assert not town.caller.hears("nobody pressed")


def test_without_an_action_it_asks_the_same_document_again(town):
    """Twilio: <Gather>, action defaults to the current document."""
    town.calls("<Gather numDigits='1'/>", 0.5)
    town.caller.presses("5")
    town.after(0.1)
    assert [one.form.get("Digits") for one in town.asked("/voice")] == [None, "5"]


def test_keys_pressed_before_it_do_not_count(town):
    """Twilio: <Gather> listens from its own beginning."""
    gathers(town, "numDigits='1'", after="<Gather numDigits='1' action='/keys'/>")
    town.caller.leg.keys_kept = ""
    town.calls("<Say>A rather long sentence</Say><Gather numDigits='1' action='/keys'/>", 0.5)
    town.caller.presses("9")
    town.after(3)
    assert not town.asked("/keys")


def test_words_are_waited_for_until_a_pause(town):
    """Twilio: <Gather>, speechTimeout."""
    gathers(town, "input='speech' speechTimeout='2'", "<Say>What happened?</Say>")
    town.caller.says("I am")
    town.after(1.5)
    town.caller.says("not well")
    town.after(1.5)
    assert not town.asked("/keys")
    town.after(1)
    assert town.told("/keys")["SpeechResult"] == "I am not well"


def test_words_are_gathered_when_speech_is_listened_for(town):
    """Twilio: <Gather>, input="dtmf speech"."""
    gathers(town, "input='dtmf speech'", "<Say>What happened? Take your time</Say>")
    town.caller.says("I am not well")
    town.after(0.1)
    told = town.told("/keys")
    assert told["SpeechResult"] == "I am not well"
    assert "Digits" not in told


def test_get_puts_the_digits_into_the_query(town):
    """Twilio: <Gather>, method."""
    gathers(town, "numDigits='1' method='GET'")
    town.caller.presses("7")
    town.after(0.1)
    (asked,) = town.asked("/keys")
    assert (asked.method, asked.form["Digits"], asked.body) == ("GET", "7", "")
