"""Does a clinician see what 911 sent ahead before saying yes, and is nothing asked twice?"""

import pytest
from pages.test_accessibility import violations
from playwright.sync_api import expect
from waiting import until

from switchboard import handoffs, psap_keys

FACTS = {
    "incident": "26-104-881",
    "callback_number": "+13145550177",
    "person_name": "Marta Bell",
    "reason": "Alone on the porch.",
    "weapon": "yes",
    "injury": "no",
    "crime": "unknown",
}


def sent(house, line="riverton", **facts):
    house.waits(seconds=1)  # the last word is the later one
    return handoffs.receive(house.board, line, FACTS | facts, how="page", sender="k").card


def known(house, call):
    with house.store.read() as rows:
        return handoffs.of_call(rows, call.id)


def audited(house, call):
    with house.store.read() as rows:
        return [(a.actor, a.action) for a in rows.audit.of(f"record:{call.id}")]


def kept(house, call):
    with house.store.read() as rows:
        return rows.records.get(call.id)


@pytest.mark.browser
def test_the_offer_shows_it_and_what_comes_later_appears(house, browse, root):
    house.desk("ana")
    call = house.call(sip={})
    house.offers("ana", call)
    page = browse("ana")
    page.goto("/desk")
    expect(page.get_by_role("button", name="Answer")).to_be_visible()
    expect(page.get_by_text("Sent ahead by 911")).to_be_hidden()
    sent(house)
    offer = page.get_by_label("Sent ahead by 911")
    for words in ("Alone on the porch.", "A weapon is there", "26-104-881", "Marta Bell"):
        expect(offer.get_by_text(words)).to_be_visible()
    expect(offer.get_by_text("Nobody hurt; not known: crime.")).to_be_visible()
    assert page.get_by_role("button", name="Answer").is_visible()
    assert not violations(page, root)
    until(lambda: audited(house, call) == [("ana", "handoff.read")], seconds=5, what="audited")
    sent(house, reason="She is inside now.")
    expect(offer.get_by_text("She is inside now.")).to_be_visible()
    assert audited(house, call) == [("ana", "handoff.read")], "seen once, noted once"


@pytest.mark.browser
def test_nothing_is_asked_twice_and_a_number_is_still_confirmed(house, browse):
    call = house.talking("ana", sip={})
    page = browse("ana")
    page.goto("/desk")
    page.get_by_label("Notes").fill("written before the card came")
    expect(page.locator("#saved")).to_contain_text("Saved")
    sent(house)
    expect(page.get_by_role("textbox", name="Incident number")).to_have_value("26-104-881")
    expect(page.get_by_label("Person's name")).to_have_value("Marta Bell")
    expect(page.get_by_label("Confirmed number")).to_have_value("")
    expect(page.get_by_label("Notes")).to_have_value("written before the card came")
    until(lambda: kept(house, call).incident == "26-104-881", seconds=8, what="the record")
    page.get_by_label("Person's name").fill("")
    sent(house, reason="She is inside now.")
    expect(page.get_by_text("She is inside now.")).to_be_visible()
    expect(page.get_by_label("Person's name")).to_have_value("")


@pytest.mark.browser
def test_the_clinician_corrects_it_while_the_panel_goes_on(house, browse, root):
    call = house.talking("ana", sip={})
    sent(house)
    page = browse("ana")
    page.goto("/desk")
    page.get_by_role("button", name="Correct it").click()
    form = page.locator("#card-form")
    expect(form.get_by_label("A weapon is there")).to_have_value("yes")
    assert not violations(page, root)
    form.get_by_label("A weapon is there").select_option("No")
    form.get_by_label("Number to call back").fill("12")
    house.desk("ben")  # the panel is drawn anew meanwhile
    form.get_by_role("button", name="Keep it").click()
    expect(form.get_by_text("A full telephone number")).to_be_visible()
    form.get_by_label("Number to call back").fill("")
    form.get_by_role("button", name="Keep it").click()
    expect(form.get_by_role("button")).to_have_count(0)
    ahead = page.get_by_label("Sent ahead by 911")
    expect(ahead).to_contain_text("corrected here")
    expect(ahead.get_by_text("A weapon is there")).to_be_hidden()
    assert known(house, call).facts == {
        "incident": "26-104-881",
        "person_name": "Marta Bell",
        "reason": "Alone on the porch.",
        "weapon": "no",
        "injury": "no",
        "crime": "unknown",
    }
    with house.store.read() as rows:
        (line,) = [a for a in rows.audit.of(f"record:{call.id}") if "corrected" in a.action]
    assert line.facts == {"fields": ["callback_number", "weapon"]}


@pytest.mark.browser
def test_one_about_somebody_else_is_sent_away_and_one_that_waits_is_taken(house, browse):
    other, call = (
        house.call(number_shown=None, sip={}),
        house.talking("ana", number_shown=None, sip={}),
    )
    card = sent(house, callback_number="")
    assert card.call_id is None, "two callers, and nothing says which"
    page = browse("ana")
    page.goto("/desk")
    page.get_by_role("button", name="It is about this caller").click()
    expect(page.get_by_text("Alone on the porch.")).to_be_visible()
    page.get_by_role("button", name="Not about this caller").click()
    expect(page.get_by_text("Alone on the porch.")).to_be_hidden()
    assert known(house, call) is None
    told = [action for _, action in audited(house, call)]
    assert told == ["handoff.taken", "handoff.read", "handoff.parted"]
    handoffs.match(house.board)
    assert known(house, other).sure is False


def test_only_whoever_has_the_caller_reads_and_changes_it(house, visitor):
    call = house.talking("ana", sip={})
    card = sent(house)
    ana, ben = visitor("ana"), visitor("ben")
    assert "Marta Bell" in ana.get(f"/calls/{call.id}/card").text
    for path in ("", "/parting", f"/{card.id}"):
        assert ben.post(f"/calls/{call.id}/card{path}").status_code == 404
    assert ben.get(f"/calls/{call.id}/card").status_code == 404
    assert ana.post(f"/calls/{call.id}/card", weapon="maybe").status_code == 422
    assert ana.post(f"/calls/{call.id}/card/{card.id}").status_code == 404, "matched already"
    assert known(house, call).facts["weapon"] == "yes"


def test_the_record_of_the_contact_shows_it_afterwards(house, visitor):
    call = house.talking("ana", "wrap_up", sip={})
    sent(house)
    page = visitor("sol").get(f"/records/{call.id}").text
    assert "Sent ahead by 911" in page
    assert "Alone on the porch." in page


def test_a_number_from_the_keypad_says_so_and_cannot_be_anybody_elses(house, visitor):
    call = house.talking("ana", sip={})
    with house.store.begin() as rows:
        handoffs.keyed(house.board, rows, call.id, "26104881", house.board.now())
    ana = visitor("ana")
    panel = ana.get("/desk/panel").text
    assert "Pressed on the keypad" in panel
    assert "<dd>26104881</dd>" in panel
    assert "Correct it" in panel
    assert "Not about this caller" not in panel
    assert ana.post(f"/calls/{call.id}/card/parting").status_code == 404
    assert ana.post(f"/calls/{call.id}/card", incident="26104882").status_code in (200, 303)
    panel = ana.get("/desk/panel").text
    assert "<dd>26104882</dd>" in panel
    assert "corrected here" in panel
    assert "Pressed on the keypad" in visitor("sol").get(f"/records/{call.id}").text
    sent(house)
    panel = ana.get("/desk/panel").text
    assert "Sent ahead by 911" in panel
    assert "Not about this caller" in panel


@pytest.mark.browser
def test_the_whole_hand_off_from_the_dispatchers_page_to_the_record(line, browser):
    key = psap_keys.make(line.board, "riverton", "page", "ada")
    context = browser.new_context(permissions=["microphone"])
    context.set_default_timeout(20_000)
    desk, dispatcher = context.new_page(), context.new_page()
    desk.goto(line.link("ana"))
    desk.get_by_role("button", name="Go on duty").click()
    expect(desk.get_by_text("Phone connected")).to_be_visible(timeout=20_000)
    dispatcher.goto(psap_keys.address(line.board.settings, key))
    dispatcher.get_by_label("Incident number").fill("26-104-881")
    dispatcher.get_by_label("Number to call back").fill("314 555 0177")
    dispatcher.get_by_label("What is happening").fill("Alone on the porch.")
    dispatcher.get_by_role("button", name="Send").click()
    expect(dispatcher.get_by_text("It waits for your caller")).to_be_visible()
    line.transfers(shown="+13145550177")
    expect(desk.get_by_role("button", name="Answer")).to_be_visible(timeout=20_000)
    expect(desk.get_by_text("Alone on the porch.", exact=True)).to_be_visible()
    desk.get_by_role("button", name="Answer").click()
    expect(desk.get_by_text("In a call")).to_be_visible(timeout=20_000)
    expect(desk.get_by_role("textbox", name="Incident number")).to_have_value("26-104-881")
    expect(desk.get_by_text("Alone on the porch.", exact=True)).to_be_visible()
    context.close()
