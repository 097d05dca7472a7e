"""Can a clinician bring somebody in, consult, take back and hand over; by keyboard alone?"""

from dataclasses import replace

import pytest
from pages.test_accessibility import violations
from playwright.sync_api import expect

from ivr.call import Coming, Guest, Role, Stage

CREW = "+13145550125"


def kept(house, call):
    with house.store.read() as rows:
        return rows.calls.get(call.id)


def with_guest(house, role=Role.CREW, who="crew", state=Coming.HERE, **facts):
    guest = Guest("g", role, who, house.at, leg="CAguest", state=state, **facts)
    stage = {"stage": Stage.CONSULTING} if guest.consulted else {}
    call = house.talking("ana", guests=(guest,), clinician_leg="CAana")
    if stage:
        with house.store.begin() as rows:
            rows.calls.save(replace(rows.calls.lock(call.id), **stage))
    return call


def test_only_the_calls_clinician_brings_anybody_in(house, visitor):
    call = house.talking("ana")
    path = f"/calls/{call.id}/guests"
    assert visitor("ben").post(path, who="crew:crew", how="join").status_code == 404
    ana = visitor("ana")
    assert "Mobile crew" in ana.get("/desk").text
    assert ana.post(path, who="crew:crew", how="loudly").status_code == 422
    assert ana.post(path, who="crew:another", how="join").status_code == 409
    assert "Mobile crew is being asked" in (
        ana.post(path, headers={"HX-Request": "true"}, who="crew:crew", how="join").text
    )
    assert ana.post(path, who="crew:crew", how="join").status_code == 409, "asked already"


@pytest.mark.parametrize(
    ("role", "who", "words"),
    [
        (Role.CREW, "crew", "Leave the caller with Mobile crew"),
        (Role.PARTNER, "partner", "Leave the caller with the statewide line"),
        (Role.COLLEAGUE, "ben", "Leave the caller with Ben Okafor"),
        (Role.INTERPRETER, "interpreters", None),
    ],
)
def test_the_caller_is_left_only_with_who_may_keep_them(house, visitor, role, who, words):
    call = with_guest(house, role, who)
    ana = visitor("ana")
    page = ana.get("/desk").text
    assert (words in page) if words else ("Leave the caller with" not in page)
    answer = ana.post(f"/calls/{call.id}/guests/g/handover")
    assert answer.status_code == (303 if words else 404)
    assert (kept(house, call).stage is Stage.TALKING) is (words is None)


def test_a_guest_is_let_go_by_the_calls_clinician_alone(house, visitor):
    call = with_guest(house)
    path = f"/calls/{call.id}/guests/g/end"
    assert visitor("ben").post(path).status_code == 404
    assert visitor("ana").post(path).status_code == 303
    assert not kept(house, call).guests


@pytest.mark.parametrize(("given", "stays"), [({}, False), ({"with": "guest"}, True)])
def test_the_caller_is_taken_back_with_them_or_without(house, visitor, given, stays):
    call = with_guest(house, consulted=True)
    ana = visitor("ana")
    page = ana.get("/desk").text
    assert "You speak with Mobile crew" in page
    assert "Hand the caller to Mobile crew" in page
    assert 'data-do="hold"' not in page, "who is kept company is not on hold"
    assert ana.post(f"/calls/{call.id}/consultation/end", **given).status_code == 303
    assert bool(kept(house, call).guests) is stays
    assert ana.post(f"/calls/{call.id}/consultation/end").status_code == 404


def test_a_colleague_is_asked_on_their_screen(house, visitor):
    call = house.talking("ana")
    house.desk("ben")
    ana, ben = visitor("ana"), visitor("ben")
    ben.post("/desk/beat")
    assert "Ben Okafor (at their desk)" in ana.get("/desk").text
    ana.post(f"/calls/{call.id}/guests", who="colleague:ben", how="consult")
    assert "Ana Ruiz would like to speak with you about a caller" in ben.get("/desk").text
    answer = ben.post(f"/calls/{call.id}/invitation/acceptance")
    (guest,) = kept(house, call).guests
    assert answer.json == {"call": call.id, "connect": {"call": call.id, "guest": guest.id}}
    assert "The caller does not hear you" in ben.get("/desk").text
    assert ben.post(f"/calls/{call.id}/invitation/refusal").status_code == 303
    assert "offered calls" in ben.get("/desk").text or "Ready" in ben.get("/desk").text
    assert ben.post(f"/calls/{call.id}/invitation/acceptance").status_code == 409


@pytest.mark.browser
def test_a_consultation_by_keyboard_alone(line, browser, root):
    line.emulator.do(
        lambda there: there.emulator.phone(CREW).answers(after=1).then_presses("1", after=2)
    )
    context = browser.new_context(permissions=["microphone"], color_scheme="dark")
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.goto(line.link("ana"))
    page.get_by_role("button", name="Go on duty").press("Enter")
    expect(page.get_by_text("Phone connected")).to_be_visible(timeout=20_000)
    line.transfers()
    expect(page.get_by_role("button", name="Answer")).to_be_visible(timeout=20_000)
    page.keyboard.press("Enter")
    expect(page.get_by_text("In a call")).to_be_visible(timeout=20_000)
    page.get_by_label("Bring somebody in").focus()
    page.keyboard.type("Mobile")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Speak with them first")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("You speak with Mobile crew")).to_be_visible(timeout=30_000)
    assert not violations(page, root)
    back = page.get_by_role("button", name="Take the caller back", exact=True)
    back.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Consultation")).to_be_hidden(timeout=20_000)
    expect(page.get_by_text("In a call")).to_be_visible()
    with line.board.store.read() as rows:
        (call,) = rows.calls.live()
    assert call.clinician_id == "ana"
    context.close()
