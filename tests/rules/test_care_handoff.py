"""Whose card is it, what is known when several were sent, and what is no card?"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from care import eido, handoff
from care.handoff import AFTER, BEFORE, About, Caller

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
PAT, KIM = "+13145550150", "+13145550177"
CARD = About(AT, "26-104-881", PAT)
ONE = Caller("one", AT, PAT)
TRUNK = Caller("trunk", AT, None)


@pytest.mark.parametrize(
    ("card", "callers", "whose"),
    [
        (CARD, [ONE], ("one", "number")),
        (CARD, [ONE, TRUNK], ("one", "number")),
        (replace(CARD, number=None), [replace(ONE, incidents=frozenset({"26-104-881"}))], ("one", "incident")),
        # a second message of the incident goes where the first went, whatever number is shown
        (replace(CARD, number=KIM), [replace(ONE, incidents=frozenset({"26-104-881"}), told=True), replace(ONE, call_id="kim", number=KIM)], ("one", "incident")),
        (replace(CARD, incident=None, number=KIM), [replace(TRUNK, numbers=frozenset({KIM}), told=True)], ("trunk", "number")),
        # nothing but the time speaks for it
        (CARD, [TRUNK], ("trunk", "alone")),
        (CARD, [TRUNK, replace(TRUNK, call_id="other")], None),
        (CARD, [replace(TRUNK, told=True)], None),
        (CARD, [replace(TRUNK, live=False)], None),
        (CARD, [replace(ONE, number=KIM)], None),  # it contradicts
        (CARD, [replace(TRUNK, incidents=frozenset({"26-9"}))], None),
        (About(AT, None, None), [ONE], ("one", "alone")),
        # a caller who left is still known by the number
        (CARD, [replace(ONE, live=False)], ("one", "number")),
        # of two calls of one person the newer
        (CARD, [ONE, replace(ONE, call_id="again", arrived_at=AT + SECOND)], ("again", "number")),
        (replace(CARD, not_call="one"), [ONE], None),
        # pressed on the keypad, which has no dashes
        (CARD, [ONE, replace(TRUNK, incidents=frozenset({"26104881"}))], ("trunk", "incident")),
        (CARD, [replace(TRUNK, incidents=frozenset({"26104882"}))], None),
    ],
)  # fmt: skip
def test_whose_card_it_is(card, callers, whose) -> None:
    assert handoff.whom(card, callers, alone=True) == whose
    assert handoff.whom(card, callers[::-1], alone=True) == whose


def test_of_two_cards_without_a_number_neither_is_given_away() -> None:
    assert handoff.whom(CARD, [TRUNK], alone=False) is None
    assert handoff.whom(CARD, [ONE], alone=False) == ("one", "number")


@pytest.mark.parametrize(
    ("arrived_at", "near"),
    [
        (AT + BEFORE, True),
        (AT + BEFORE + SECOND, False),
        (AT - AFTER, True),
        (AT - AFTER - SECOND, False),
    ],
)
def test_the_window_is_as_long_as_it_says(arrived_at, near) -> None:
    found = handoff.whom(CARD, [replace(ONE, arrived_at=arrived_at)], alone=True)
    assert (found is not None) is near


@dataclass(frozen=True)
class Message:
    how: str
    sent_at: datetime
    facts: dict[str, str]
    matched: str | None = None

    @property
    def incident(self) -> str | None:
        return self.facts.get("incident")


def test_the_last_word_counts_and_a_clinicians_above_all() -> None:
    first = Message("system", AT, {"reason": "A fight", "weapon": "unknown", "location": "1 Main"})
    later = Message("system", AT + SECOND, {"weapon": "yes"})
    clinician = Message("clinician", AT, {"weapon": "no", "location": ""})
    told = handoff.told([later, first])
    assert told == {"location": "1 Main", "reason": "A fight", "weapon": "yes"}
    assert handoff.told([clinician, later, first]) == {"reason": "A fight", "weapon": "no"}
    assert handoff.in_words({"weapon": "yes", "reason": "A fight"}) == [
        ("What is happening", "A fight")
    ]
    known = {"weapon": "yes", "injury": "no", "crime": "unknown", "transfer_consent": "yes"}
    assert handoff.judged(known, "yes") == ["A weapon is there", "agreed to be transferred"]
    assert handoff.judged(known, "no") == ["nobody hurt"]
    assert handoff.judged(known, "unknown") == ["crime"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("26-104-881", "26104881", True),
        ("CFS26-104881", "26104881", True),
        ("26-104-881", "26-104-881", True),
        ("26-104-881", "26104-881", False),  # only a keypad has no marks
        ("A-12345", "B-12345", False),
        ("26104881", "26104882", False),
        ("", "", False),
        (None, None, False),
    ],
)
def test_two_spellings_of_one_incident(one, other, same) -> None:
    assert handoff.same_incident(one, other) is same
    assert handoff.same_incident(other, one) is same


INCIDENT, OTHER = {"incident": "26-104-881"}, {"incident": "26-9"}


@pytest.mark.parametrize(
    ("cards", "sure"),
    [
        ([("page", "number", {})], True),
        ([("page", "alone", {})], False),
        ([("keypad", "keypad", INCIDENT)], True),
        ([("page", "alone", {}), ("keypad", "keypad", INCIDENT)], False),  # of the rest
        ([("page", "alone", OTHER), ("keypad", "keypad", INCIDENT)], False),
        ([("page", "alone", INCIDENT), ("keypad", "keypad", INCIDENT)], True),
        ([("page", "alone", OTHER), ("clinician", "by_hand", {})], True),
    ],
)
def test_a_number_on_the_keypad_speaks_for_itself_and_for_its_incident(cards, sure) -> None:
    messages = [Message(how, AT, facts, matched) for how, matched, facts in cards]
    assert handoff.sure(messages) is sure
    assert handoff.sure(messages[::-1]) is sure


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"weapon": "maybe"}, "weapon"),
        ({"reason": "x" * 1001}, "reason"),
        ({"shoe_size": "44"}, "shoe_size"),
        ({}, "reason"),
        ({"incident": ""}, "reason"),
    ],
)
def test_what_is_no_card_is_refused_by_its_field(given, field) -> None:
    assert list(handoff.refused(given)) == [field]
    assert not handoff.refused({"incident": "26-1", "weapon": "unknown"})
    assert len(handoff.FIELDS) == 12


EIDO = {
    "eidoVersion": "1.0",
    "issuingElementIdentification": "riverton.example",
    "incidentComponent": {
        "incidentTrackingIdentifier": "urn:emergency:uid:incidentid:26-104-881:riverton.example",
        "incidentTypeCommonRegistryText": "Mental health",
    },
    "callbackComponent": [
        {"callBackInformationUri": ["sip:alice@riverton.example", "tel:+13145550150;x=1"]}
    ],
    "notesComponent": [
        {"notesActionComments": "<p>Says <b>nobody</b> would miss him &amp; is alone.</p>"}
    ],
    "locationComponent": [
        {
            "locationTypeDescriptionRegistryText": "Caller",
            "locationByValue": "&lt;ca:civicAddress&gt;&lt;ca:A3&gt;Riverton&lt;/ca:A3&gt;"
            "&lt;ca:RD&gt;Main&lt;/ca:RD&gt;&lt;ca:HNO&gt;12&lt;/ca:HNO&gt;&lt;/ca:civicAddress&gt;",
        }
    ],
}


def test_an_eido_says_its_four_fields() -> None:
    assert eido.is_eido(EIDO)
    assert not eido.is_eido({"incident": "26-1"})
    assert eido.plain(EIDO) == {
        "incident": "26-104-881",
        "callback_number": "+13145550150",
        "location": "12 Main Riverton",
        "reason": "Mental health. Says nobody would miss him & is alone.",
    }
    described = {"locationDescriptionText": "Behind the school"}
    assert eido.plain(EIDO | {"locationComponent": described})["location"] == "Behind the school"
    updated = {"updatedCbn": {"updatedCbnIdentifierUri": "tel:+13145550177"}}
    assert eido.plain(EIDO | {"callbackComponent": updated})["callback_number"] == KIM


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"incidentComponent": {}}, "incidentComponent.incidentTrackingIdentifier"),
        ({"incidentComponent": []}, "incidentComponent"),
        ({"notesComponent": ["a note"]}, "notesComponent[0]"),
        ({"notesComponent": [{"notesActionComments": 7}]}, "notesComponent[0].notesActionComments"),
        ({"callbackComponent": [{"callBackInformationUri": "tel:1"}]}, "callbackComponent[0].callBackInformationUri"),
        ({"callbackComponent": [{"updatedCbn": "tel:1"}]}, "callbackComponent[0].updatedCbn"),
        ({"locationComponent": [{"locationByValue": {}}]}, "locationComponent[0].locationByValue"),
    ],
)  # fmt: skip
def test_what_is_no_eido_is_refused_by_its_field(change, field) -> None:
    with pytest.raises(eido.NotEido) as refused:
        eido.plain(EIDO | change)
    assert refused.value.field == field


def test_a_hostile_location_is_only_words() -> None:
    bomb = "<!DOCTYPE x [<!ENTITY a 'b'>]><A3>&a;</A3>" + "<RD>" * 5000
    (one,) = [{"locationByValue": bomb}]
    assert "ENTITY" not in eido.plain(EIDO | {"locationComponent": one}).get("location", "")
