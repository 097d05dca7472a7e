"""Can a clinician have the 911 dispatcher back by one button, and see where they are?"""

from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from ivr.call import Psap, Stage

BUTTON = "Bring the 911 dispatcher back"
DISPATCH = "+13145550191"


def path(call):
    return f"/calls/{call.id}/dispatcher"


def kept(house, call):
    with house.store.read() as rows:
        return rows.calls.get(call.id)


def becomes(house, call, psap, **facts):
    with house.store.begin() as rows:
        known = rows.calls.lock(call.id)
        rows.calls.save(replace(known, psap=psap, **facts))


def test_only_whoever_talks_with_the_caller_rings_the_dispatcher(house, visitor):
    call = house.talking("ana")
    ana, ben = visitor("ana"), visitor("ben")
    assert ben.post(path(call)).status_code == 404
    assert kept(house, call).psap is None
    assert ana.post(path(call)).status_code == 303
    assert kept(house, call).psap is Psap.RINGING
    assert ana.post(path(call), headers={"HX-Request": "true"}).status_code == 200  # pressed twice
    with house.store.read() as rows:
        assert [errand.kind for errand in rows.errands.of(call.id)] == ["RingPsap"]


@pytest.mark.parametrize("facts", [{"line": "general"}, {"attempt_id": "a"}, {"stage": "wrap_up"}])
def test_who_came_from_no_911_centre_or_is_gone_has_no_dispatcher(house, visitor, facts):
    state = "wrap_up" if facts.pop("stage", "") else "talking"
    call = house.talking("ana", state, **facts)
    ana = visitor("ana")
    assert BUTTON not in ana.get("/desk").text
    assert ana.post(path(call)).status_code == 404


@pytest.mark.browser
def test_the_desk_says_where_the_dispatcher_is(house, browse):
    call = house.talking("ana")
    page = browse("ana")
    page.goto("/desk")
    expect(page.get_by_text("Rings Riverton 911's own line, (314) 555-0191")).to_be_visible()
    page.get_by_label("Notes").fill("half a sentence")
    page.get_by_role("button", name=BUTTON).click()
    expect(page.get_by_text("Ringing the dispatcher")).to_be_visible()
    expect(page.get_by_role("button", name=BUTTON)).to_be_hidden()
    for psap, words in (
        (Psap.COMING, "The dispatcher answered"),
        (Psap.HERE, "The dispatcher is on the line"),
        (None, "The dispatcher has left the call"),
        (Psap.FAILED, "The dispatcher did not answer"),
    ):
        becomes(house, call, psap)
        expect(page.get_by_role("status").filter(has_text=words)).to_be_visible()
    page.get_by_role("button", name="Ring the dispatcher again").click()
    expect(page.get_by_text("Ringing the dispatcher")).to_be_visible()
    expect(page.get_by_label("Notes")).to_have_value("half a sentence")


def test_a_ring_without_news_for_a_minute_may_be_tried_again(house, visitor):
    house.talking("ana", psap=Psap.RINGING, psap_since=house.at)
    ana = visitor("ana")
    assert "Ringing the dispatcher" in ana.get("/desk").text
    house.at += timedelta(seconds=61)
    assert "Ring the dispatcher again" in ana.get("/desk").text


@pytest.mark.browser
def test_one_button_rings_the_centres_own_line(line, browser):
    line.emulator.do(
        lambda there: there.emulator.phone(DISPATCH).answers(after=1).then_presses("1", after=2)
    )
    context = browser.new_context(permissions=["microphone"])
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.goto(line.link("ana"))
    page.get_by_role("button", name="Go on duty").click()
    expect(page.get_by_text("Phone connected")).to_be_visible(timeout=20_000)
    line.transfers()
    page.get_by_role("button", name="Answer").click()
    expect(page.get_by_text("In a call")).to_be_visible(timeout=20_000)
    page.get_by_role("button", name=BUTTON).click()
    expect(page.get_by_text("The dispatcher is on the line")).to_be_visible(timeout=30_000)
    line.emulator.do(lambda there: there.emulator.phone(DISPATCH).hangs_up())
    expect(page.get_by_text("The dispatcher has left the call")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("In a call")).to_be_visible()
    with line.board.store.read() as rows:
        (call,) = rows.calls.live()
    assert call.stage is Stage.TALKING
    context.close()
