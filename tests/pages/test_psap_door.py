"""Does a 911 centre's word come in only with its key, whole or with its faults named, and once?"""

import json
import re
import time
from datetime import timedelta

import pytest
from pages.test_accessibility import violations
from playwright.sync_api import expect

from care.handoff import FIELDS
from storage.errors import StoreDown
from switchboard import handoffs, psap_keys

PLAIN = {"incident": "26-104-881", "callback_number": "(314) 555-0177", "weapon": "no"}


@pytest.fixture
def key(house):
    return psap_keys.make(house.board, "riverton", "system", "ada")


def post(house, key, body, **change):
    """As the centre's system would; `change` says how it differs."""
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    stamp = change.get("stamp", str(int(house.at.timestamp())))
    secret = change.get("secret", psap_keys.secret(house.board.settings, key))
    headers = {
        "X-Psap-Key": change.get("named", key.id),
        "X-Psap-Stamp": stamp,
        "X-Psap-Signature": psap_keys.signature(secret, stamp, change.get("signed", body)),
    }
    client = house.app.test_client()
    return client.post("/psap/cards", base_url=house.url, data=body, headers=headers)


def cards(house):
    with house.store.read() as rows:
        waiting = rows.handoffs.waiting(None, house.at - timedelta(days=1), 100)
        return waiting + rows.handoffs.of_calls([call.id for call in rows.calls.recent()])


def test_a_signed_message_is_kept_and_told_whether_its_caller_is_here(house, key):
    answer = post(house, key, PLAIN)
    assert (answer.status_code, answer.json["matched"]) == (201, False)
    call = house.call()
    assert post(house, key, PLAIN | {"reason": "Alone."}).json["matched"] is True
    with house.store.read() as rows:
        known = handoffs.of_call(rows, call.id)
    assert known.facts["callback_number"] == "+13145550177"
    assert {card.how for card in cards(house)} == {"system"}


def test_a_repeated_message_changes_nothing_though_another_came_between(house, key):
    call = house.call(sip={})
    first = post(house, key, PLAIN | {"reason": "first"})
    house.waits(seconds=2)
    second = post(house, key, PLAIN | {"reason": "second"})
    stamp = str(int(house.at.timestamp()) - 2)
    replayed = post(house, key, PLAIN | {"reason": "first"}, stamp=stamp)
    assert (replayed.status_code, replayed.json["card"]) == (200, first.json["card"])
    assert first.json["card"] != second.json["card"]
    with house.store.read() as rows:
        assert handoffs.of_call(rows, call.id).facts["reason"] == "second"
    assert len(cards(house)) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"secret": "0" * 64},
        {"named": "no-such-key"},
        {"named": ""},
        {"named": "~" * 500},
        {"signed": b"{}"},
        {"stamp": "0"},
        {"stamp": ""},
        {"stamp": "-5"},
        {"stamp": "9" * 400},
        {"stamp": str(int(time.time()) + 10**9)},
    ],
)
def test_whoever_has_not_the_key_is_refused_and_learns_nothing(house, key, change):
    answer = post(house, key, PLAIN, **change)
    assert (answer.status_code, answer.text) == (403, "403 Forbidden\n")
    assert cards(house) == []


def test_a_signature_is_good_for_five_minutes(house, key):
    stamp = str(int(house.at.timestamp()))
    house.waits(seconds=299)
    assert post(house, key, PLAIN, stamp=stamp).status_code == 201
    house.waits(seconds=2)
    assert post(house, key, PLAIN | {"reason": "x"}, stamp=stamp).status_code == 403


def test_another_centres_key_speaks_only_of_its_own_line(house):
    theirs = psap_keys.make(house.board, "lakeside", "system", "ada")
    house.call()
    assert post(house, theirs, PLAIN).json["matched"] is False
    assert {card.line for card in cards(house)} == {"lakeside"}


def test_a_key_that_was_ended_and_the_key_of_a_page_sign_nothing(house, key, visitor):
    page = psap_keys.make(house.board, "riverton", "page", "ada")
    assert post(house, page, PLAIN).status_code == 403
    assert psap_keys.end(house.board, key.id, "ada")
    assert not psap_keys.end(house.board, key.id, "ada")
    assert post(house, key, PLAIN).status_code == 403


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (PLAIN | {"weapon": "maybe"}, "weapon"),
        (PLAIN | {"callback_number": "911"}, "callback_number"),
        (PLAIN | {"location": "x" * 301}, "location"),
        (PLAIN | {"age": "44"}, "age"),
        (PLAIN | {"reason": 7}, "reason"),
        (PLAIN | {"reason": ["a"]}, "reason"),
        ({}, "reason"),
        ({"incident": "\ud800\x00"}, "reason"),  # nothing of it is text
        ([], "body"),
        (b"{", "body"),
        (b"\xff\xfe", "body"),
        (b"[" * 9000, "body"),
        (b'{"reason": ' + b"1" * 6000 + b"}", "body"),  # more digits than are read
        ({"eidoVersion": "1.0"}, "incidentComponent.incidentTrackingIdentifier"),
    ],
)
def test_what_is_wrong_is_named_by_its_field_and_nothing_is_kept(house, key, body, field):
    answer = post(house, key, body)
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == [field]
    assert answer.json["errors"][field].endswith(".")
    assert cards(house) == []


def test_the_same_words_sent_again_at_once_are_no_second_card(house, key):
    """A system that signs its retry anew; a finger that presses twice."""
    words = {"reason": "Alone on the bridge."}
    first = post(house, key, words)
    house.waits(seconds=5)
    again = post(house, key, words)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json["card"] == first.json["card"]
    assert len(cards(house)) == 1
    for word in ("yes", "no", "yes"):
        house.waits(seconds=1)
        assert post(house, key, words | {"weapon": word}).status_code == 201, "the last word counts"
    house.waits(seconds=61)
    assert post(house, key, words | {"weapon": "yes"}).status_code == 201


def test_a_stamp_that_no_clock_shows_is_refused(house, key):
    padded = f"00{int(house.at.timestamp())}" + "0" * 30
    assert post(house, key, PLAIN, stamp=padded).status_code == 403


def test_only_so_much_is_read_and_only_so_many_wait(house, key, monkeypatch):
    assert post(house, key, b" " * (16 * 1024 + 1)).status_code == 413
    monkeypatch.setattr(handoffs, "WAITING_MOST", 2)
    found = [post(house, key, {"incident": f"26-{n}"}).status_code for n in range(3)]
    assert found == [201, 201, 429]
    assert len(cards(house)) == 2


def test_with_the_database_away_the_centre_is_asked_to_try_again(house, key, monkeypatch):
    def away():
        raise StoreDown("gone")

    monkeypatch.setattr(house.store, "read", away)
    answer = post(house, key, PLAIN)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


def test_what_the_page_for_connecting_a_system_says_is_so(house, key, root):
    """The examples are posted, and the function that signs is run."""
    text = (root / "docs/handoff.md").read_text()
    signs: dict = {}
    exec(re.search(r"```python\n(.*?)```", text, re.DOTALL)[1], signs)
    found = []
    for example in re.findall(r"```json\n(.*?)```", text, re.DOTALL):
        body = example.encode()
        made = signs["headers"](key.id, psap_keys.secret(house.board.settings, key), body)
        stamp = made["X-Psap-Stamp"]
        expected = psap_keys.signature(psap_keys.secret(house.board.settings, key), stamp, body)
        assert made["X-Psap-Signature"] == expected
        found.append(post(house, key, body).status_code)
    assert found == [201, 201]
    named = set(re.findall(r"`(\w+)`", text.split("## The fields")[1].split("## The message")[0]))
    assert {field.name for field in FIELDS} == named - {"yes", "no", "unknown"}


def test_every_address_of_this_door_asks_for_a_key(house):
    client = house.app.test_client()
    for rule in house.app.url_map.iter_rules():
        if rule.endpoint.startswith("psap."):
            _, path = rule.build(dict.fromkeys(rule.arguments, "no-such-key"))
            for method in rule.methods - {"OPTIONS", "HEAD"}:
                answer = client.open(path, method=method, base_url=house.url, json=PLAIN)
                assert answer.status_code in (403, 404), rule.rule
                assert answer.headers["Cache-Control"] == "no-store"


# -- the page -----------------------------------------------------------------------------------


def address(house, kind="page", line="riverton"):
    key = psap_keys.make(house.board, line, kind, "ada")
    return psap_keys.address(house.board.settings, key), key


@pytest.mark.browser
def test_a_dispatcher_sends_ahead_by_keyboard_on_a_phone(house, browse, root):
    url, _ = address(house)
    call = house.call(sip={})
    page = browse(None, viewport={"width": 390, "height": 800})
    page.goto(url)
    page.get_by_label("Incident number").focus()
    page.keyboard.type("26-104-881")
    page.keyboard.press("Tab")
    page.keyboard.type("12")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="Not sent.")).to_be_visible()
    expect(page.get_by_label("Incident number")).to_have_value("26-104-881")
    assert not violations(page, root)
    page.get_by_label("Number to call back").fill("314 555 0177")
    page.get_by_role("group", name="A weapon is there").get_by_label("Not known").check()
    page.get_by_label("What is happening").fill("Alone <b>on</b> the porch.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status")).to_contain_text("Your caller is on our line")
    assert not violations(page, root)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    with house.store.read() as rows:
        known = handoffs.of_call(rows, call.id)
    assert known.facts == {
        "incident": "26-104-881",
        "callback_number": "+13145550177",
        "reason": "Alone <b>on</b> the porch.",
        "weapon": "unknown",
    }


def test_a_page_needs_no_account_sets_no_cookie_and_ends_with_its_key(house, visitor):
    url, key = address(house)
    path = url.removeprefix(house.url)
    client = house.app.test_client()
    answer = client.get(path, base_url=house.url)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    sent = client.post(path, base_url=house.url, data={"reason": "Waits"})
    assert sent.status_code == 303
    assert "It waits for your caller" in client.get(sent.location, base_url=house.url).text
    psap_keys.end(house.board, key.id, "ada")
    assert client.get(path, base_url=house.url).status_code == 404
    assert client.post(path, base_url=house.url, data={"reason": "x"}).status_code == 404


def test_the_address_of_a_system_key_opens_no_page(house):
    url, _ = address(house, "system")
    client = house.app.test_client()
    assert client.get(url.removeprefix(house.url), base_url=house.url).status_code == 404
    assert client.get(f"/psap/{'x' * 300}", base_url=house.url).status_code == 404


@pytest.mark.browser
def test_an_administrator_makes_and_ends_keys_and_the_audit_knows(house, browse, root):
    page = browse("ada")
    page.goto("/people")
    page.get_by_role("link", name="911 centres").click()
    page.get_by_role("button", name="Make a page of Riverton 911").click()
    made = page.get_by_label("Address of the page").input_value()
    assert made.startswith(f"{house.url}/psap/")
    page.get_by_role("button", name="Make a key for its system of Lakeside").click()
    expect(page.get_by_label("Secret")).to_have_value(re.compile("[0-9a-f]{64}"))
    assert not violations(page, root)
    page.get_by_role("link", name="Back to people").click()
    page.get_by_role("link", name="911 centres").click()
    expect(page.get_by_label("Secret")).to_be_hidden()
    page.get_by_role("button", name=re.compile("End the key .* of Riverton 911")).click()
    expect(page.get_by_text("The key no longer works.")).to_be_visible()
    with house.store.read() as rows:
        told = [line.action for line in rows.audit.of("psap:riverton")]
    assert told == ["psap_key.made", "psap_key.ended"]
    assert house.app.test_client().get(made.removeprefix(house.url)).status_code == 404
