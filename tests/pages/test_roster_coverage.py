"""Does the page of coverage say what falls short and who cannot be reached, and the disk at once?"""

from dataclasses import replace
from datetime import timedelta

import pytest
from pages.test_accessibility import violations
from pages.test_roster_page import BUSY
from playwright.sync_api import expect

from switchboard import snapshot

ALWAYS = {"id": "a", "tier": "primary", "start": "00:00", "end": "00:00", "people": ["ana"]}


def leaves(house, person_id, **facts):
    with house.store.begin() as rows:
        rows.people.update(replace(rows.people.get(person_id), **facts))


@pytest.mark.browser
def test_what_falls_short_and_who_is_out_of_reach(house, browse, root):
    house.plans(BUSY)
    page = browse("cora")
    page.goto("/roster")
    page.get_by_role("link", name="28 days").click()
    short = page.get_by_role("region", name="Too few people")
    expect(short.get_by_text("Primary: Fri 27 Nov 08:00 to 20:00")).to_be_visible()
    expect(short.get_by_role("listitem")).to_have_count(5)  # that one, and four Mondays of two
    leaves(house, "ben", active=False)
    page.reload()
    expect(short.get_by_text("Primary: Mon 23 Nov 20:00 to Tue 24 Nov 08:00")).to_be_visible()
    reach = page.get_by_role("region", name="On the roster, and not to be reached")
    row = reach.get_by_role("row", name="Ben Okafor")
    expect(row).to_contain_text("deactivated is never rung, and covers nothing")
    expect(reach.get_by_role("row", name="Sol Hartmann")).to_contain_text("no backup phone")
    assert not violations(page, root)
    short.get_by_role("link", name="Fill primary Mon 23 Nov 20:00").click()
    expect(page.get_by_label("Date it starts")).to_have_value("2026-11-23")


def test_all_is_well_in_words(house, visitor):
    house.plans({"patterns": [ALWAYS]})
    page = visitor("sol").get("/roster/coverage").get_data(as_text=True)
    assert "No gaps" in page
    assert "Whoever is on call may sign in and has a backup phone." in page
    assert visitor("ana").get("/roster/coverage").status_code == 403


def test_what_is_published_is_in_the_snapshot_when_the_page_says_so(house, visitor):
    """Callers who come when the database is away are put through by the new roster (issue: 1 s)."""
    house.plans({"patterns": [ALWAYS]})
    assert snapshot.read(house.board.settings, quiet=True) is None
    leaves(house, "ben", phone="+13145550177")
    coordinator = visitor("cora")
    coordinator.get("/roster")
    coordinator.post("/roster/one-offs", person="ben", tier="primary", date="2026-11-23",
                     start="16:00", end="20:00")  # fmt: skip
    page = coordinator.get("/roster/publication").get_data(as_text=True)
    seen = page.split('name="seen" value="')[1].split('"')[0]
    answer = coordinator.post("/roster/publications", seen=seen, reason="one more")
    assert answer.status_code == 303
    phones = snapshot.read(house.board.settings).phones(house.at + timedelta(hours=1))
    assert phones == ("+13145550142", "+13145550177")
