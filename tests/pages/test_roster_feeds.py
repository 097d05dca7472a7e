"""Does a calendar get exactly the roster by its secret address, and nothing once it is revoked?"""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from pages.test_accessibility import violations
from pages.test_roster_page import BUSY
from playwright.sync_api import expect

from switchboard import feeds, roster_book

AUTUMN = {
    "patterns": [
        {"id": "n", "tier": "primary", "start": "20:00", "end": "08:00", "people": ["ana"]},
        {"id": "d", "tier": "primary", "start": "08:00", "end": "20:00", "people": ["ben"]},
    ]
}


def events(content):
    """Read a calendar as RFC 5545 says: lines joined, components by BEGIN and END."""
    text = content.decode()
    assert text.endswith("\r\n")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    found, inside = [], []
    for line in text.replace("\r\n ", "").split("\r\n"):
        name, _, value = line.partition(":")
        if name == "BEGIN":
            inside.append(value)
            if value == "VEVENT":
                found.append({})
        elif name == "END":
            assert inside.pop() == value
        elif inside == ["VCALENDAR", "VEVENT"]:
            found[-1][name] = value
        elif inside == ["VCALENDAR", "VEVENT", "VALARM"]:
            found[-1][f"ALARM-{name}"] = value
    assert inside == []
    return found


def at(text):
    return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def address(person, kind):
    page = person.get("/roster/feeds")
    assert person.post(f"/roster/feeds/{kind}").status_code == 303, page.status
    page = person.get("/roster/feeds").get_data(as_text=True)
    section = page.split(f'id="feed-{kind}"')[1]
    return "/feeds/" + re.search(r'value="[^"]*/feeds/([^"]+)"', section)[1]


def test_the_whole_roster_is_the_engines_second_by_second(house, visitor):
    house.plans(BUSY)
    path = address(visitor("ana"), "roster")
    found = events(visitor(None).get(path).data)
    ids = {"Ana Ruiz": "ana", "Ben Okafor": "ben", "Sol Hartmann": "sol"}
    start = house.at.replace(hour=0, minute=0)
    with house.store.read() as rows:
        timeline = roster_book.timeline(rows, start, start + feeds.AHEAD)
    for hour in range(24 * 30):
        moment = start + timedelta(hours=hour, minutes=30)
        by_feed = sorted(
            ids[one["SUMMARY"].removesuffix(": primary")]
            for one in found
            if at(one["DTSTART"]) <= moment < at(one["DTEND"])
        )
        assert tuple(by_feed) == timeline.on("primary", moment), moment
    assert len({one["UID"] for one in found}) == len(found)


def test_ones_own_shifts_remind_and_last_thirteen_hours_when_the_clock_goes_back(house, visitor):
    house.at = datetime(2026, 10, 20, 12, tzinfo=UTC)
    house.plans(AUTUMN)
    found = events(visitor(None).get(address(visitor("ana"), "mine")).data)
    assert {one["SUMMARY"] for one in found} == {"On call: primary"}
    assert {one["ALARM-TRIGGER"] for one in found} == {"-PT60M"}
    night = next(one for one in found if at(one["DTSTART"]).date() == date(2026, 11, 1))
    assert at(night["DTSTART"]) == datetime(2026, 11, 1, 1, tzinfo=UTC)
    assert at(night["DTEND"]) - at(night["DTSTART"]) == timedelta(hours=13)


def test_gaps_are_for_whoever_fills_them(house, visitor):
    house.plans(BUSY)
    assert visitor("ana").post("/roster/feeds/gaps").status_code == 404
    found = events(visitor(None).get(address(visitor("cora"), "gaps")).data)
    friday = datetime(2026, 11, 27, 14, tzinfo=UTC)
    assert ("Nobody: primary", friday, timedelta(hours=12)) in [
        (one["SUMMARY"], at(one["DTSTART"]), at(one["DTEND"]) - at(one["DTSTART"])) for one in found
    ]


def test_a_reader_is_told_when_nothing_changed_and_when_something_did(house, visitor):
    house.plans(AUTUMN)
    path, reader = address(visitor("ana"), "mine"), visitor(None)
    first = reader.get(path)
    assert first.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert first.headers["Cache-Control"] == "private, no-cache"
    again = reader.get(path, **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    house.plans({"patterns": AUTUMN["patterns"][:1]})
    changed = reader.get(path, **{"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    before, after = (events(answer.data) for answer in (first, changed))
    assert {one["UID"] for one in before} == {one["UID"] for one in after}
    assert int(after[0]["SEQUENCE"]) > int(before[0]["SEQUENCE"])


def test_an_address_stops_when_it_is_renewed_or_switched_off_or_its_owner_leaves(house, visitor):
    house.plans(AUTUMN)
    ana, reader = visitor("ana"), visitor(None)
    old, new = address(ana, "mine"), address(ana, "mine")
    assert [reader.get(path).status_code for path in (old, new)] == [404, 200]
    spoiled = new.replace(".ics", "x.ics")
    for path in (spoiled, "/feeds/x.ics", "/feeds/W10.x.ics"):
        assert reader.get(path).status_code == 404, path
    with house.store.begin() as rows:
        rows.people.update(replace(rows.people.get("ana"), active=False))
    assert reader.get(new).status_code == 404
    with house.store.begin() as rows:
        rows.people.update(replace(rows.people.get("ana"), active=True))
    assert reader.get(new).status_code == 200
    visitor("ana").post("/roster/feeds/mine/removal")
    assert reader.get(new).status_code == 404


@pytest.mark.browser
def test_by_keyboard_alone_an_address_is_made_and_switched_off(house, browse, root):
    house.plans(BUSY)
    page = browse("cora")
    page.goto("/roster")
    page.get_by_role("link", name="Calendar feeds").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Make an address for gaps of the roster").focus()
    page.keyboard.press("Enter")
    field = page.get_by_label("Address of gaps of the roster")
    expect(field).to_have_value(re.compile(r"^http.*/feeds/.*\.ics$"))
    assert not violations(page, root)
    page.get_by_role("button", name="Switch off gaps of the roster").focus()
    page.keyboard.press("Enter")
    expect(field).to_have_count(0)
