"""Can everybody use every page, by day and by night? axe looks for what it can find."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page

from care.rescue import Rescue
from care.response_plan import ResponsePlan
from ivr.call import Stage
from switchboard import crew_pages, crews, referrals
from switchboard.referrals import Wish

pytestmark = pytest.mark.browser
OF_COLOURS = ["color-contrast", "link-in-text-block"]
PAGES = {
    "sign-in": (None, "/sign-in"),
    "sign-in code": ("ana", "/sign-in/code-setup"),
    "desk, off duty": ("ben", "/desk"),
    "desk, in a call": ("ana", "/desk"),
    "desk, offered": ("sol", "/desk"),
    "follow-ups": ("cora", "/follow-ups"),
    "follow-up": ("cora", "/follow-ups/marta"),
    "roster": ("cora", "/roster"),
    "swap": ("ana", "/roster/swap?colleague=ben"),
    "time off": ("ana", "/roster/time-off-requests"),
    "my shifts": ("ana", "/roster/mine"),
    "shift": ("cora", "/roster/shifts/new"),
    "board": ("sol", "/board"),
    "figures": ("sol", "/figures"),
    "contacts": ("sol", "/contacts"),
    "people": ("ada", "/people"),
    "person": ("ada", "/people/ana"),
    "record": ("ana", "/records/{call}"),
    "safety plan": ("ana", "/records/{call}/safety-plan"),
    "imminent risk": ("sol", "/rescues"),
    "referrals": ("cora", "/referrals?need=shelter"),
    "directory": ("cora", "/directory"),
    "response plans": ("sol", "/response-plans"),
    "response plan": ("sol", "/response-plans/plan"),
    "crews": ("sol", "/crews"),
    "asking for a crew": ("cora", "/crews/visits/new"),
    "refused": ("ana", "/figures"),
}


@pytest.fixture
def busy(house):
    """A house in which every list has something in it."""
    today = house.at.date()
    house.shift("ana", "primary", today, "08:00", "20:00")
    call = house.talking("ana")
    with house.store.begin() as rows:
        rows.rescues.add(Rescue("r", call.id, "ana", house.at, psap="riverton", asked=1))
    house.followup(call, id="marta", tell_if_unreached="her sister")
    house.directory()
    wish = Wish("service-4", "", "spoken", "herself", "First name", house.at + timedelta(days=1))
    referrals.make(house.board, "r", call.id, "ana", wish)
    crew_pages.add(house.board, "Crew 1", "+13145550160", "cora")
    facts = {"place": "12 Main St", "risk": "A dog", "situation": "Alone."}
    crews.request(house.board, "v", "ana", "first", facts, call_id=call.id)
    house.followup(call, name=None, consent_by=None)
    said = ("Let her finish.", "Advice", "20 minutes", "Her sister", "yes")
    plan = ResponsePlan(
        "plan", "+13145550177", 1, "Marta", *said, today - timedelta(days=1), "sol", house.at
    )
    with house.store.begin() as rows:
        rows.response_plans.add(plan)
    waiting = house.call(Stage.WAITING)
    house.desk("sol")
    house.offers("sol", waiting)
    return call


def violations(page: Page, root) -> list[str]:
    """What axe finds by day and by night; what a page says and can do is the same in both."""
    axe = next((root / "tests/pages/vendor").glob("axe-*.min.js"))
    page.evaluate(axe.read_text(encoding="utf-8") + ";0")  # by the debugger: the pages' CSP stays
    by_day = found(page, {})
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    by_night = found(page, {"runOnly": OF_COLOURS})
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    return by_day + [f"dark: {one}" for one in by_night]


def found(page: Page, options: dict[str, object]) -> list[str]:
    asked = options | {"resultTypes": ["violations"]}
    told = page.evaluate("asked => axe.run(document, asked)", asked)["violations"]
    return [
        f"{one['impact']}: {one['id']}: {node['html'][:160]}"
        for one in told
        for node in one["nodes"]
    ]


def by_person() -> dict[str | None, list[tuple[str, str]]]:
    found: dict[str | None, list[tuple[str, str]]] = {}
    for name, (person, path) in PAGES.items():
        found.setdefault(person, []).append((name, path))
    return found


def test_axe_finds_nothing_on_any_page(house, browse, busy, root):
    wrong = []
    for person, paths in by_person().items():
        page = browse(person)
        for name, path in paths:
            page.goto(path.format(call=busy.id))
            page.locator("h1").wait_for()
            page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
            wrong += [f"{name}: {what}" for what in violations(page, root)]
        page.context.close()
    assert not wrong


def test_what_can_only_be_seen_by_day_is_found(browse, root):
    page = browse()
    night = "@media (prefers-color-scheme: dark) { p { color: #555; background: #444 } }"
    page.set_content(
        f'<html lang="en"><title>x</title><style>{night}</style><main><h1>By day</h1><p>and by night'
    )
    (found,) = violations(page, root)
    assert found.startswith("dark: serious: color-contrast: <p>")


def test_what_moves_stands_still_for_those_who_ask(house, browse):
    house.desk("ana")
    house.offers("ana", house.call())
    page = browse("ana", reduced_motion="reduce")
    page.goto("/desk")
    bell = page.locator(".offer header svg")
    assert bell.evaluate("one => getComputedStyle(one).animationName") == "none"


def test_a_narrow_window_keeps_everything_in_reach(house, browse):
    page = browse("ana", viewport={"width": 390, "height": 800})
    page.goto("/desk")
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
