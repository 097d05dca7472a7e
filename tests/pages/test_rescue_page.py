"""Can an imminent risk be worked through at the desk, and closed only by who may?"""

import pytest
from playwright.sync_api import Route, expect


@pytest.mark.browser
def test_worked_through_at_the_desk_while_talking(house, browse):
    call = house.talking("ana")
    page = browse("ana")
    page.goto("/desk")
    page.get_by_role("button", name="They are in danger now").click()
    page.get_by_label("What was done").select_option("rescue")
    page.get_by_role("button", name="Write it down").nth(1).click()
    expect(page.get_by_text("First write down whether they agree")).to_be_visible()
    page.get_by_label("Do they agree").select_option("refused")
    held: list[Route] = []
    page.route("**/consent", lambda route: held.append(route))  # noqa: PLW0108  # it sets names on it
    page.get_by_role("button", name="Write it down").first.click()
    expect(page.get_by_role("button", name="Write it down").nth(1)).to_be_disabled()
    held[0].continue_()
    expect(page.get_by_text("First write down whether they agree")).to_be_hidden()
    page.get_by_label("What was done").select_option("talk")
    page.get_by_role("button", name="Write it down").nth(1).click()
    expect(page.get_by_text("Talked; the danger was not over", exact=True).first).to_be_visible()
    page.get_by_label("What was done").select_option("rescue")
    page.get_by_role("button", name="Write it down").nth(1).click()
    expect(page.get_by_role("listitem").filter(has_text="911 sent without")).to_be_visible()
    page.get_by_role("button", name="Contact confirmed").click()
    expect(page.get_by_text("contact confirmed", exact=True)).to_be_visible()
    page.get_by_label("How it ended").fill("The crew is with her; she is safe.")
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.get_by_text("The crew is with her; she is safe.")).to_be_visible()
    with house.store.read() as rows:
        found = rows.rescues.of_call(call.id)
        audited = [line.action for line in rows.audit.of(f"rescue:{found.id}")]
    assert (found.closed_by, found.contact_by) == ("ana", "ana")
    assert audited[0] == "rescue.opened"
    assert audited[-1] == "rescue.closed"


def test_who_may_open_and_see_it(house, visitor):
    call = house.talking("ana")
    assert visitor("ben").post(f"/calls/{call.id}/rescue").status_code == 404
    assert visitor("cora").post(f"/calls/{call.id}/rescue").status_code == 403
    ana = visitor("ana")
    ana.get("/desk")
    assert ana.post(f"/calls/{call.id}/rescue").status_code == 303
    assert "Do they agree" in visitor("sol").get("/rescues").text
    assert "Do they agree" not in visitor("ben").get("/rescues").text
    assert "Imminent risk" in visitor("cora").get("/board").text
