"""What does a call within the account do, from one of its legs to one of its own numbers?"""

import pytest
from wire.emulator_town import APP, BASE, CALLER, LINE, Town

from emulator.twiml import Inline

PARTNER = "+13145550102"


@pytest.fixture
def town():
    town = Town()
    town.emulator.number(PARTNER, voice_url=f"{BASE}/partner", status_callback=f"{BASE}/status")
    town.on("/after", "<Say>What now</Say><Pause length='60'/>")
    town.on("/partner", "<Say>Partner line</Say><Gather numDigits='1' action='/key' timeout='90'/>")
    town.on("/key", "<Pause length='60'/>")
    return town


def dial(attributes=""):
    return f"<Dial action='/after' {attributes}><Number>{PARTNER}</Number></Dial>"


def arrived(town):
    return [leg for leg in town.emulator.legs.values() if leg.to == PARTNER][-1]


def test_a_number_of_the_accounts_own_answers_with_its_own_webhook(town):
    """Twilio: <Number>: a number of the account's own is called like any other."""
    leg = town.calls(dial(f"callerId='{LINE}'"), 5)
    form = town.told("/partner")
    assert (form["From"], form["To"], form["Direction"]) == (LINE, PARTNER, "inbound")
    assert (
        form["StirVerstat"] == "TN-Validation-Passed-A"
    )  # a caller whom Twilio itself vouches for
    assert form["CallSid"] not in (leg.sid, leg.peer.sid)
    assert "ParentCallSid" not in form
    assert [one.status for one in town.emulator.legs.values()] == ["in-progress"] * 3


def test_keys_and_voices_go_through(town):
    """Twilio: <Gather>: tones of the far end are heard, whoever's leg that is."""
    leg = town.calls(dial(), 5)
    town.caller.presses("7")
    town.after(1)
    assert town.told("/key")["Digits"] == "7"
    assert town.emulator.listeners(leg) == [leg.peer]  # the partner's document listens to no leg


def test_somebody_reached_beyond_it_is_heard(town):
    """Twilio: <Dial>: two calls, one after the other, are one line."""
    town.on("/partner", f"<Dial><Number>{town.clinician.number}</Number></Dial>")
    town.clinician.answers()
    leg = town.calls(dial(), 5)
    assert town.clinician.leg in town.emulator.listeners(leg)
    assert leg in town.emulator.listeners(town.clinician.leg)


def test_what_is_said_beyond_it_is_heard_by_whoever_called(town):
    """Twilio: <Say>."""
    heard = []
    town.emulator.on_sound(lambda change: heard.append((change.leg, change.item)))
    leg = town.calls(dial(), 4)
    assert [item.text for one, item in heard if one is leg and item and item.kind == "say"] == [
        "Partner line"
    ]


@pytest.mark.parametrize("who", ["the caller", "the partner"])
def test_either_end_hangs_up_both(town, who):
    """Twilio: <Dial>."""
    leg = town.calls(dial(), 5)
    partner = arrived(town)
    (town.caller.hangs_up if who == "the caller" else partner.hang_up)()
    town.after(5)
    assert partner.status == "completed"
    assert leg.final is (who == "the caller")
    assert town.told("/after")["DialCallStatus"] == "completed"


@pytest.mark.parametrize(
    ("document", "status"),
    [("<Reject reason='busy'/>", "busy"), ("<Reject/>", "no-answer"), ("<Hangup/>", "no-answer")],
)
def test_a_number_that_refuses_is_heard_as_that(town, document, status):
    """Twilio: <Reject>, DialCallStatus."""
    town.on("/partner", document)
    town.calls(dial(), 10)
    told = town.told("/after")["DialCallStatus"]
    assert told == ("completed" if document == "<Hangup/>" else status)


def test_giving_up_while_it_rings_ends_both(town):
    """Twilio: <Dial>, timeout."""
    town.on("/partner", "<Pause length='60'/><Say>too late</Say>")
    town.calls(dial("timeout='10'"), 17)
    assert town.told("/after")["DialCallStatus"] == "no-answer"
    assert arrived(town).status == "canceled"


def test_a_number_that_dials_itself_comes_to_an_end(town):
    """Twilio: no call goes round for ever (inferred: after ten numbers it fails)."""
    town.on("/partner", dial())
    leg = town.calls(dial(), 60)
    assert len(town.asked("/partner")) < 15
    leg.hang_up()
    town.after(60)
    assert not town.emulator.live


def test_a_call_made_over_rest_to_a_number_of_ones_own(town):
    """Twilio: Call resource, To."""
    town.client.calls.create(
        to=PARTNER, from_=LINE, twiml="<Response><Pause length='30'/></Response>"
    )
    town.after(3)
    assert town.told("/partner")["From"] == LINE
    town.after(60)
    assert not town.emulator.live


def test_somebody_at_a_telephone_of_that_number_is_rung_first(town):
    """Issue 3 point 4: a script may play a number that the account owns too."""
    town.emulator.phone(PARTNER).answers()
    town.calls(dial(), 5)
    assert not town.asked("/partner")
    assert town.emulator.phone(PARTNER).in_call


def test_an_echo_is_heard_by_the_one_who_speaks(town):
    """Twilio: <Echo>."""
    leg = town.calls("<Echo/>", 2)
    assert town.emulator.listeners(leg) == [leg]
    leg.redirect(Inline("<Response><Pause length='9'/></Response>"))
    assert town.emulator.listeners(leg) == []
    town.caller.hangs_up()
    town.after(1)
    assert not town.emulator.live


def test_a_softphone_is_told_how_its_caller_was_verified(town):
    """Twilio: StirVerstat; the voice SDK's callerInfo. (A softphone's own leg has none.)"""
    softphone = town.emulator.softphone("ana")
    leg = town.calls("<Dial><Client>ana</Client></Dial>", 3)
    assert softphone.is_ringing
    assert leg.stir == "TN-Validation-Passed-A"
    assert leg.from_ == CALLER
    assert town.emulator.softphone("ben").connects(APP).stir == ""
