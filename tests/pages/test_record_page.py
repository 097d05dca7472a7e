"""Whose record may be opened by whom, and is every opening noted?"""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from storage import ids
from storage.values import Record, Task
from switchboard import offers

CHICAGO = ZoneInfo("America/Chicago")
PAYLOADS = (
    "<script>window.hacked = 1</script>",
    '"><img src=x onerror="window.hacked = 1">',
    "</textarea><svg onload=window.hacked=1>",
    "{{ 7 * 7 }}",
    "javascript:alert(1)",
)


@pytest.fixture
def contact(house):
    """A contact of Ana's that is over, with its record."""
    call = house.talking("ana", "wrap_up")
    house.desk("ana", "available")
    with house.store.begin() as rows:
        kept = Record(
            call.id, "ana", 0, "safety_plan_made", "Marta", None, None, "quiet now", house.at
        )
        rows.records.save(kept, 0)
    return call


def actions(house, call):
    with house.store.read() as rows:
        return [(line.actor, line.action) for line in rows.audit.of(f"record:{call.id}")]


MAY = {"ana": 200, "sol": 200, "ben": 404, "cora": 404, "ada": 403, "dana": 403}


@pytest.mark.parametrize("name", MAY)
def test_who_may_open_a_record(house, visitor, contact, name):
    assert visitor(name).get(f"/records/{contact.id}").status_code == MAY[name]


def test_reading_is_noted_and_refusals_read_nothing(house, visitor, contact):
    visitor("ben").get(f"/records/{contact.id}")
    assert actions(house, contact) == []
    page = visitor("sol").get(f"/records/{contact.id}").text
    assert actions(house, contact) == [("sol", "record.read")]
    assert "quiet now" in page
    assert "opened it" in page


def test_who_is_with_the_same_person_now_may_read_the_earlier_contact(house, visitor, contact):
    house.talking("ben")
    assert visitor("ben").get(f"/records/{contact.id}").status_code == 200


def test_a_coordinator_reads_what_they_must_decide(house, visitor, contact):
    with house.store.begin() as rows:
        rows.tasks.add(
            Task(
                ids.new(),
                "followup_unreached",
                "coordinator",
                contact.id,
                None,
                "Decide.",
                house.at,
            )
        )
    assert visitor("cora").get(f"/records/{contact.id}").status_code == 200


def test_nobody_writes_into_a_contact_that_is_not_at_their_desk(house, visitor, contact):
    for name in ("ana", "ben", "sol"):
        answer = visitor(name).post(f"/records/{contact.id}", notes="not mine", version="1")
        assert answer.status_code == 404


def test_the_audit_says_which_fields_never_what_they_say(house, visitor):
    call = house.talking("ana")
    visitor("ana").post(f"/records/{call.id}", notes="a secret", person_name="Marta", version="0")
    with house.store.read() as rows:
        (line,) = rows.audit.of(f"record:{call.id}")
    assert line.facts == {"fields": ["person_name", "notes"]}


def test_too_much_is_refused_by_name(house, visitor):
    call = house.talking("ana")
    scripts = {"Accept": "application/json"}
    ana = visitor("ana")
    answer = ana.post(f"/records/{call.id}", notes="x" * 20_001, version="0", headers=scripts)
    assert answer.status_code == 422
    assert "notes" in answer.json["errors"]


@pytest.mark.browser
def test_words_are_never_code(house, browse):
    call = house.talking("ana", number_shown=PAYLOADS[1], sip={"X-Agency": PAYLOADS[0]})
    with house.store.begin() as rows:
        text = "\n".join(PAYLOADS)
        rows.records.save(
            Record(call.id, "ana", 0, None, PAYLOADS[1], None, PAYLOADS[2], text, house.at), 0
        )
    page = browse("ana")
    for path in ("/desk", f"/records/{call.id}"):
        page.goto(path)
        page.locator("h1").wait_for()
        assert page.evaluate("window.hacked") is None
        assert page.locator("img, script:not([src])").count() == 0


def test_a_supervisor_finds_every_contact_of_a_day_and_looking_is_noted(house, visitor):
    call = house.talking("ana")
    page = visitor("sol").get("/contacts").get_data(as_text=True)
    assert f"/records/{call.id}" in page
    with house.store.read() as rows:
        (line,) = rows.audit.of(f"day:{house.at.astimezone(CHICAGO).date()}")
    assert (line.actor, line.action) == ("sol", "contacts.read")
    for name in ("ana", "cora", "ada"):
        assert visitor(name).get("/contacts").status_code == 403
    assert "No contact on this day" in visitor("sol").get("/contacts?day=2020-01-01").text


# -- the further questions, and the safety plan -------------------------------------------------

PLAN = {"plan_signs": "Pacing, not eating", "plan_people": "Her sister, 314 555 0133"}


def with_plan(house, call):
    with house.store.begin() as rows:
        rows.records.save(
            Record(call.id, "ana", 0, None, "Marta", None, None, "quiet now", house.at, None, PLAN),
            0,
        )


def kept(house, call):
    with house.store.read() as rows:
        return rows.records.get(call.id)


def test_answers_save_themselves_and_survive_a_reload(house, browse):
    call = house.talking("ana")
    page = browse("ana")
    page.goto("/desk")
    page.get_by_text("Safety assessment").click()
    page.get_by_label("Thinks of suicide").check()
    page.get_by_label("Risk, in your judgment").select_option("High")
    page.get_by_text("Safety plan", exact=True).click()
    page.get_by_label("1. Warning signs").fill("Pacing")
    expect(page.locator("#saved")).to_contain_text("Saved")
    assert kept(house, call).answers == {"desire_1": "yes", "risk": "high", "plan_signs": "Pacing"}
    page.reload()
    page.get_by_text("Safety assessment").click()
    expect(page.get_by_label("Thinks of suicide")).to_be_checked()
    page.get_by_label("Thinks of suicide").uncheck()
    expect(page.locator("#saved")).to_contain_text("Saved")
    assert "desire_1" not in kept(house, call).answers


def test_the_earlier_plan_is_taken_over_where_nothing_is_written_yet(house, browse):
    earlier = house.talking("ben")
    with_plan(house, earlier)
    house.desk("ben", "available")
    call = house.talking("ana")
    page = browse("ana")
    page.goto("/desk")
    page.get_by_text("Safety plan", exact=True).click()
    page.get_by_label("1. Warning signs").fill("Not sleeping")
    page.get_by_role("button", name="Use it here").click()
    expect(page.get_by_label("4. People I can ask for help")).to_have_value(PLAN["plan_people"])
    expect(page.get_by_label("1. Warning signs")).to_have_value("Not sleeping")
    assert kept(house, call).answers == PLAN | {"plan_signs": "Not sleeping"}
    assert ("ana", "record.read") in actions(house, earlier)


def test_the_plan_of_a_psaps_own_number_is_nobodys(house, browse):
    from switchboard import desk

    earlier = house.talking("ben")
    with_plan(house, earlier)
    board = house.app.extensions["board"]
    with house.store.read() as rows:
        psap = replace(earlier, id="another", number_shown="+13145550191")
        assert desk.earlier_plan(board, rows, psap) is None
        assert desk.earlier_plan(board, rows, replace(earlier, id="another")) is not None


def test_the_plan_is_a_page_to_print_and_reading_it_is_noted(house, visitor):
    call = house.talking("ana", "wrap_up")
    with_plan(house, call)
    text = visitor("ana").get(f"/records/{call.id}/safety-plan").text
    assert "Pacing, not eating" in text
    assert "call or text 988" in text
    assert ("ana", "record.read") in actions(house, call)
    assert visitor("ben").get(f"/records/{call.id}/safety-plan").status_code == 404
    assert "Safety plan to print" in visitor("ana").get(f"/records/{call.id}").text


def test_a_contact_says_in_words_why_each_person_was_asked_or_not(house, visitor):
    today = house.at.date()
    for person in ("ana", "ben"):
        house.shift(person, "primary", today, "08:00", "20:00")
        house.desk(person, "available" if person == "ana" else "paused")
    call = house.call(language="es")
    offers.sweep(house.board)
    page = visitor("sol").get(f"/records/{call.id}").text
    assert "Why each person was asked, or not" in page
    assert "offered at the desk" in page
    assert "not offered: paused since 15:30" in page
    house.waits(seconds=1)
    house.desk("ben", "available")
    with house.store.begin() as rows:
        ana = rows.people.get("ana")
        rows.people.update(replace(ana, languages=("en",)))
    offers.sweep(house.board)
    page = visitor("sol").get(f"/records/{call.id}").text
    assert "offered at the desk, though they do not speak Spanish" in page
