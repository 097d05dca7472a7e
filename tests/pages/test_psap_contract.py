"""Do the pages say what became of each hand-off, and does the beacon tell the truth?"""

from datetime import timedelta

import pytest
from pages.test_accessibility import violations
from playwright.sync_api import expect

from ivr.call import Ended, Stage
from storage.values import Record
from switchboard import handoffs, psap_keys, readiness


def over(house, after, ended, disposition=None, **facts):
    """A diversion that is over; `after`: seconds until a clinician answered, None: nobody did."""
    came = house.at - timedelta(minutes=10)
    answered = came + timedelta(seconds=after) if after is not None else None
    call = house.call(
        Stage.ENDED,
        arrived_at=came,
        answered_at=answered,
        ended_reason=ended,
        ended_at=house.at,
        **facts,
    )
    if disposition:
        with house.store.begin() as rows:
            rows.records.save(
                Record(call.id, "ana", 0, disposition, None, None, None, "x", house.at), 0
            )
    return call


def test_figures_count_each_centres_hand_offs_in_columns_that_add_up(house, visitor):
    over(house, 8, Ended.CALLER_ENDED, "resolved_by_phone")
    over(house, 30, Ended.CLINICIAN_ENDED, "out_of_area")
    over(house, None, Ended.RETURNED)
    over(house, None, Ended.CALLER_LEFT)
    over(house, 9, Ended.CALLER_ENDED, line="lakeside")
    over(house, 9, Ended.CALLER_ENDED, line="general")
    page = visitor("sol").get("/figures").text
    row = page.split("Riverton 911<br>")[1].split("</tr>")[0]
    cells = [cell.split("<")[0].split(">")[-1].strip() for cell in row.split("<td")[1:]]
    #        offered accepted declined cancelled bounced left still in-time
    assert cells == ["4", "1", "1", "0", "1", "1", "0", "1"]
    assert "Declined: out of area: 1" in row
    assert "Bounced: returned to 911: 1" in row


def test_the_contacts_and_the_record_say_it_in_words(house, visitor):
    late = over(house, 42, Ended.CLINICIAN_ENDED, "out_of_scope")
    over(house, None, Ended.PASSED_ON)
    sol = visitor("sol")
    contacts = sol.get("/contacts").text
    assert "Declined after 42 s: out of scope" in contacts
    assert "Bounced: passed on to the partner line" in contacts
    assert "(promised within 20 s)" in sol.get(f"/records/{late.id}").text
    general = over(house, 5, Ended.CALLER_ENDED, line="general")
    assert "Hand-off from 911" not in sol.get(f"/records/{general.id}").text


@pytest.mark.browser
def test_eligibility_is_a_checklist_that_the_centre_has_begun(house, browse, root):
    house.talking("ana", sip={})
    facts = {"callback_number": "+13145550177", "weapon": "no", "crime": "yes"}
    facts |= {"location": "12 Main St"}
    handoffs.receive(house.board, "riverton", facts, how="page", sender="k")
    page = browse("ana")
    page.goto("/desk")
    page.get_by_text("Is this a call for us?").click()
    record = page.locator("#record-form")
    expect(record.get_by_label("A weapon is there")).to_have_value("no")
    expect(record.get_by_label("A crime is under way")).to_have_value("yes")
    expect(record.get_by_label("Somebody is hurt")).to_have_value("")
    expect(record.get_by_label("Where they are")).to_have_value("12 Main St")
    record.get_by_label("Is it for us, in your judgment").select_option("No, it is not")
    expect(page.locator("#saved")).to_contain_text("Saved")
    assert not violations(page, root)


# -- the beacon ---------------------------------------------------------------------------------


def on_call(house, *people):
    for person in people:
        house.shift(person, "primary", house.at.date(), "08:00", "20:00")


def words(house):
    house.waits(seconds=3)  # past what is kept
    for person in ("ana", "ben"):
        with house.store.begin() as rows:
            rows.desks.beat(person, house.at, active=True)
    return readiness.now_of(house.board).in_words


def test_the_beacon_says_who_is_ready_and_is_honest_when_nobody_is(house):
    assert words(house) == "Nobody can be reached: your caller would be passed to the partner line."
    on_call(house, "ana", "ben")
    assert words(house) == "Nobody is at a desk: backup telephones would be rung."
    house.desk("ana")
    assert words(house) == "1 clinician ready."
    house.desk("ben")
    for seconds in (6, 8, 30):
        over(house, seconds, Ended.CALLER_ENDED)
    assert words(house) == "2 clinicians ready, about 8 seconds."
    house.call(arrived_at=house.at)
    assert words(house) == "1 clinician ready, about 8 seconds.", "one is for who waits"
    house.call(arrived_at=house.at)
    assert words(house) == "Nobody is free: 2 callers are waiting."


def test_the_beacon_names_nobody_asks_once_in_two_seconds_and_needs_a_key(house):
    on_call(house, "ana")
    house.desk("ana")
    house.call(arrived_at=house.at)
    key = psap_keys.make(house.board, "riverton", "page", "ada")
    path = psap_keys.address(house.board.settings, key).removeprefix(house.url)
    client = house.app.test_client()

    def ask():
        return client.get(f"{path}/ready.json", base_url=house.url)

    first = ask()
    assert first.json == {
        "ready": 0, "waiting": 1, "seconds": None, "words": "Nobody is free: 1 caller is waiting."
    }  # fmt: skip
    house.desk("ben")
    on_call(house, "ben")
    with house.store.round_trips() as trips:
        house.waits(seconds=1)
        assert ask().json == first.json
    assert trips.count <= 3, trips.statements  # whose address it is, and no more
    house.waits(seconds=2)
    assert ask().json["ready"] == 1
    for private in ("Ana", "Ben", "314"):
        assert private not in ask().text
    psap_keys.end(house.board, key.id, "ada")
    assert ask().status_code == 404


def test_a_system_asks_the_beacon_by_signing_nothing(house):
    key = psap_keys.make(house.board, "riverton", "system", "ada")
    stamp = str(int(house.at.timestamp()))
    signed = psap_keys.signature(psap_keys.secret(house.board.settings, key), stamp, b"")
    headers = {"X-Psap-Key": key.id, "X-Psap-Stamp": stamp, "X-Psap-Signature": signed}
    client = house.app.test_client()
    assert client.get("/psap/ready.json", base_url=house.url, headers=headers).json["ready"] == 0
    headers["X-Psap-Signature"] = "0" * 64
    assert client.get("/psap/ready.json", base_url=house.url, headers=headers).status_code == 403


@pytest.mark.browser
def test_the_beacons_page_looks_again_by_itself(house, browse, root):
    key = psap_keys.make(house.board, "riverton", "page", "ada")
    page = browse(None)
    page.goto(f"{psap_keys.address(house.board.settings, key)}/ready")
    expect(page.get_by_role("status")).to_contain_text("Nobody can be reached")
    assert not violations(page, root)
    on_call(house, "ana")
    house.waits(seconds=3)
    house.desk("ana")
    expect(page.get_by_role("status")).to_contain_text("1 clinician ready.", timeout=12_000)
    page.get_by_role("link", name="Send ahead").click()
    expect(page.get_by_text("1 clinician ready.")).to_be_visible()
