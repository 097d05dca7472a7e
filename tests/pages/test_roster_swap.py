"""Can two clinicians swap shifts, and one get time off, by forms alone?"""

import re
from datetime import UTC, date, datetime

import pytest
from pages.test_accessibility import violations
from pages.test_roster_cover import pressed
from playwright.sync_api import expect

MINE, THEIRS = "Tue 24 Nov 08:00 to 20:00", "Wed 25 Nov 08:00 to 20:00"


@pytest.fixture
def pair(house):
    return [
        house.shift(who, "primary", date(2026, 11, day), "08:00", "20:00")
        for who, day in (("ana", 24), ("ben", 25))
    ]


@pytest.mark.browser
def test_a_swap_is_asked_and_agreed(house, browse, root, pair):
    ana, ben = (browse(name) for name in ("ana", "ben"))
    ana.goto("/roster/cover")
    ana.get_by_role("link", name="Swap with a colleague").click()
    ana.get_by_label("Colleague").select_option("Ben Okafor")
    pressed(ana, "Show their shifts")
    ana.get_by_label("I give").select_option(f"{MINE}, primary")
    ana.get_by_label("I get from Ben Okafor").select_option(f"{THEIRS}, primary")
    wrong = violations(ana, root)
    pressed(ana, "Ask Ben Okafor to swap")
    expect(ana.get_by_text("Until they agree nothing has changed.")).to_be_visible()
    ben.goto("/roster/cover")
    wrong += violations(ben, root)
    pressed(ben, "Agree to swap")
    expect(ben.get_by_text("Done. The roster says so now.")).to_be_visible()
    assert house.on_call(datetime(2026, 11, 24, 18, tzinfo=UTC)) == ("ben",)
    assert house.on_call(datetime(2026, 11, 25, 18, tzinfo=UTC)) == ("ana",)
    assert not wrong


def test_a_swap_is_for_the_colleague_it_is_asked_of(house, visitor, pair):
    mine, theirs = (one.id for one in pair)
    ana = visitor("ana")
    ana.get("/roster/swap")
    asked = {"colleague": "ben", "mine": mine}
    assert ana.post("/roster/swap", **asked, theirs="nothing").status_code == 422
    assert ana.post("/roster/swap", **asked, theirs=mine).status_code == 422
    assert ana.post("/roster/swap", **asked, theirs=theirs).status_code == 303
    assert "Agree to swap" not in visitor("sol").get("/roster/cover").get_data(as_text=True)
    ben = visitor("ben")
    page = ben.get("/roster/cover").get_data(as_text=True)
    where = page.split('formaction="')[1].split('"')[0]
    assert ben.post(where).status_code == 303
    assert "You said no" in ben.get("/roster/cover").get_data(as_text=True)


def test_part_of_a_shift_is_asked_for(house, visitor, pair):
    ana = visitor("ana")
    ana.get("/roster/cover")
    part = {"shift": pair[0].id, "start": "2026-11-24T10:00", "end": "2026-11-24T12:00"}
    outside = part | {"end": "2026-11-24T21:00"}
    assert ana.post("/roster/cover", **outside).status_code == 422
    assert ana.post("/roster/cover", **part).status_code == 303
    assert "Tue 24 Nov 10:00 to 12:00" in visitor("ben").get("/roster/cover").get_data(as_text=True)


@pytest.mark.browser
def test_time_off_that_leaves_a_gap_waits_for_the_coordinator(house, browse, root, pair):
    ana, cora = (browse(name) for name in ("ana", "cora"))
    ana.goto("/roster/time-off-requests")
    ana.get_by_label("From").fill("2026-11-24T00:00")
    ana.get_by_label("Until").fill("2026-11-25T00:00")
    pressed(ana, "Ask for time off")
    expect(ana.get_by_text("A coordinator has to agree first").first).to_be_visible()
    assert house.on_call(datetime(2026, 11, 24, 18, tzinfo=UTC)) == ("ana",)
    wrong = violations(ana, root)
    cora.goto("/follow-ups")
    cora.get_by_role("link", name="Time off").click()
    cora.get_by_label("Why all the same").fill("her wedding")
    wrong += violations(cora, root)
    pressed(cora, re.compile("^Agree Ana Ruiz"))
    expect(cora.get_by_text("Agreed: they are on call for nothing")).to_be_visible()
    assert house.on_call(datetime(2026, 11, 24, 18, tzinfo=UTC)) == ()
    assert not wrong


def test_time_off_is_asked_in_order_and_agreed_with_a_reason(house, visitor, pair):
    ana, cora = visitor("ana"), visitor("cora")
    ana.get("/roster/time-off-requests")
    wrong = {"start": "2026-11-25T00:00", "end": "2026-11-24T00:00"}
    assert ana.post("/roster/time-off-requests", **wrong).status_code == 422
    assert ana.post("/roster/time-off-requests", start="", end="").status_code == 422
    cora.get("/roster/time-off-requests")
    assert cora.post("/roster/time-off-requests/none/agreement").status_code == 422
    assert (
        cora.post("/roster/time-off-requests/none/agreement", reason="because").status_code == 303
    )
    assert ana.post("/roster/time-off-requests/none/agreement", reason="because").status_code == 403
