"""Does every kind of entry have a form that does everything, and says what is wrong beside a field?"""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from routing.edits import entries
from switchboard import roster_draft

ZONE = "America/Chicago"
BASE = {
    "patterns": [
        {"id": "day", "tier": "primary", "start": "08:00", "end": "20:00", "people": ["ana"]},
        {"id": "night", "tier": "primary", "start": "20:00", "end": "08:00", "people": ["ben"]},
    ]
}
EVERY_DAY = {f"day_{day}": "yes" for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
WINDOW = {"start": "2026-12-01T08:00", "end": "2026-12-02T08:00"}
SAID = {"start": "2026-12-01T14:00:00+00:00", "end": "2026-12-02T14:00:00+00:00"}
# (address, what is typed, the entry it becomes: its id left out)
FORMS = [
    (
        "patterns",
        {"tier": "backup", "start": "20:00", "end": "08:00", "who_0": "Ana Ruiz", "who_1": "",
         "who_2": "ben@example.org", "name": "Nights"} | EVERY_DAY,
        {"name": "Nights", "tier": "backup", "start": "20:00", "end": "08:00",
         "from": "2026-11-23", "people": ["ana", "ben"]},  # from tonight on
    ),
    (
        "patterns",
        {"tier": "primary", "start": "08:00", "end": "24:00", "end_days": "2", "zone": "America/Denver",
         "from": "2026-12-01", "until": "2027-01-01", "every_weeks": "2", "overlap_minutes": "15",
         "except_dates": "2026-12-25, 2026-12-24", "only_dates": "", "nth_1": "yes", "nth_-1": "yes",
         "day_mon": "yes", "day_sat": "yes", "note": "odd",
         "turn": "week", "every": "2", "anchor": "2026-12-01",
         "group_0_0": "Ana Ruiz", "group_0_1": "Ben Okafor", "group_2_0": "Sol Hartmann"},
        {"tier": "primary", "start": "08:00", "end": "24:00", "end_days": 2, "zone": "America/Denver",
         "from": "2026-12-01", "until": "2027-01-01", "every_weeks": 2, "overlap_minutes": 15,
         "except_dates": ["2026-12-24", "2026-12-25"], "nth": [1, -1], "days": ["mon", "sat"],
         "note": "odd", "rotation": {"groups": [["ana", "ben"], ["sol"]], "turn": "week", "every": 2,
                                     "anchor": "2026-12-01"}},
    ),
    (
        "one-offs",
        {"person": "ana", "tier": "backup", "date": "2026-12-01", "start": "20:00", "end": "08:00"},
        {"person": "ana", "tier": "backup", "start": "2026-12-02T02:00:00+00:00",
         "end": "2026-12-02T14:00:00+00:00"},
    ),
    (
        "overrides",
        {"kind": "replace", "tier": "primary", "person": "ana", "by": "ben", "reason": "sick"} | WINDOW,
        {"kind": "replace", "tier": "primary", "person": "ana", "by": "ben", "reason": "sick"} | SAID,
    ),
    ("overrides", {"kind": "remove", "tier": "", "person": "ana"} | WINDOW,
     {"kind": "remove", "person": "ana"} | SAID),
    ("overrides", {"kind": "add", "tier": "backup", "person": "ana"} | WINDOW,
     {"kind": "add", "tier": "backup", "person": "ana"} | SAID),
    ("swaps", {"pattern": "day", "date": "2026-12-03", "person": "ana", "by": "ben"},
     {"pattern": "day", "date": "2026-12-03", "person": "ana", "by": "ben"}),
    (
        "exact-plans",
        {"tier": "primary", "name": "Holiday", "shift_0_person": "ana",
         "shift_0_start": "2026-12-01T08:00", "shift_0_end": "2026-12-01T20:00",
         "shift_3_person": "ben", "shift_3_start": "2026-12-01T20:00",
         "shift_3_end": "2026-12-02T08:00"} | WINDOW,
        {"tier": "primary", "name": "Holiday", "shifts": [
            {"person": "ana", "start": SAID["start"], "end": "2026-12-02T02:00:00+00:00"},
            {"person": "ben", "start": "2026-12-02T02:00:00+00:00", "end": SAID["end"]}]} | SAID,
    ),
    ("time-off", {"person": "ana", "kind": "vacation"} | WINDOW,
     {"person": "ana", "kind": "vacation"} | SAID),
    ("closures", {"name": "Move", "tier_backup": "yes"} | WINDOW,
     {"name": "Move", "tiers": ["backup"]} | SAID),
    (
        "needs",
        {"tier": "primary", "need": "2", "start": "20:00", "end": "08:00", "day_fri": "yes",
         "skill": "youth", "language": "es"},
        {"tier": "primary", "need": 2, "start": "20:00", "end": "08:00", "days": ["fri"],
         "skill": "youth", "language": "es"},
    ),
]  # fmt: skip
PART = {"exact-plans": "exact_plans", "one-offs": "one_offs", "time-off": "time_off"}


def drafted(house, who="cora"):
    with house.store.read() as rows:
        return roster_draft.of(rows, who, ZONE).document


def kept(house, path):
    return [
        ({name: value for name, value in entry.items() if name != "id"}, key)
        for (part, key), entry in entries(drafted(house)).items()
        if part == PART.get(path, path) and key not in ("day", "night")
    ]


@pytest.mark.parametrize(("path", "typed", "entry"), FORMS)
def test_what_is_typed_is_kept_shown_again_and_deleted(house, visitor, path, typed, entry):
    house.plans(BASE)
    cora = visitor("cora")
    answer = cora.post(f"/roster/{path}", **typed)
    assert answer.status_code == 303, re.findall(r'class="error"[^>]*>([^<]+)', answer.text)
    ((said, key),) = kept(house, path)
    assert said == entry

    page = cora.get(f"/roster/{path}/{key}")
    fields = typed_in(page.text)
    assert cora.post(f"/roster/{path}/{key}", **fields | {"since": ""}).status_code == 303
    assert kept(house, path) == [(entry, key)]  # what the form shows is what was kept

    assert cora.post(f"/roster/{path}/{key}/removal").status_code == 303
    assert kept(house, path) == []
    assert house.roster()["patterns"] == BASE["patterns"]  # published: nothing yet


def typed_in(html):
    """The fields of the entry's form as a browser would send them."""
    form = html[html.index('name="was"') - 40 : html.index("</form>", html.index('name="was"'))]
    fields = {}
    for tag in re.findall(r"<input [^>]+>", form):
        found = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if found.get("type") != "checkbox" or " checked" in tag:
            fields[found["name"]] = unescaped(found.get("value", ""))
    for name, options in re.findall(r'<select name="(\w+)".*?>(.*?)</select>', form, re.DOTALL):
        chosen = re.findall(r'<option (?:value="([^"]*)" )?selected>([^<]*)', options)
        first = re.findall(r'<option value="([^"]*)"', options)
        fields[name] = (chosen[0][0] or chosen[0][1]) if chosen else first[0]
    return fields


def unescaped(text):
    import html

    return html.unescape(text)


# (address, what is typed wrongly beside what is right, the sentence that must stand there)
GOOD = {path: typed for path, typed, _ in reversed(FORMS)}
WRONG = [
    ("patterns", {"who_0": "Nobody Known"}, "Nobody here is called &#39;Nobody Known&#39;"),
    ("patterns", {"who_0": "", "who_2": ""}, "Name at least one person, or fill in turns."),
    (
        "patterns",
        {"group_0_0": "Ana Ruiz", "anchor": "2026-12-01"},
        "Name people, or turns, and not both.",
    ),
    ("patterns", dict.fromkeys(EVERY_DAY, ""), "Choose at least one weekday."),
    ("patterns", {"end_days": "0"}, "The shift would end before it starts."),
    ("patterns", {"end_days": "many"}, "A whole number from 0 to 31."),
    ("patterns", {"except_dates": "Christmas"}, "&#39;Christmas&#39; is no date"),
    ("patterns", {"start": "25:00"}, "A time such as 09:30."),
    ("patterns", {"zone": "Mars/Olympus"}, "Choose a time zone of the list."),
    ("one-offs", {"person": ""}, "Choose a person."),
    ("one-offs", {"person": "dana2"}, "Choose a person of the list."),
    ("one-offs", {"tier": "night"}, "Choose one of the list."),
    ("one-offs", {"date": "2026-02-30"}, "A date such as 2026-11-24."),
    ("one-offs", {"start": "noon"}, "A time such as 09:30."),
    (
        "one-offs",
        {"date": "2027-03-14", "start": "02:30"},
        "The clock skips 02:30 that night. Use 03:00.",
    ),
    ("one-offs", {"date": "2027-11-07", "start": "01:30"}, "01:30 comes twice that night."),
    ("one-offs", {"date": "2026-11-20"}, "That would change hours that are over."),
    ("overrides", {"by": "ana"}, "Nobody can stand in for themselves"),
    ("overrides", {"by": ""}, "Choose who stands in."),
    ("overrides", {"end": "2026-12-01T08:00"}, "The end must be after the start."),
    ("overrides", {"start": "soon"}, "A date and a time"),
    ("overrides", {"start": "9999-12-31T00:00"}, "A date of this century."),
    ("swaps", {"by": "ana"}, "Nobody can swap with themselves"),
    ("swaps", {"pattern": "other"}, "Choose one of the list."),
    ("exact-plans", {"shift_0_end": "2026-12-01T08:00"}, "The end must be after the start."),
    ("exact-plans", {"shift_0_person": ""}, "Choose a person."),
    ("closures", {"tier_backup": ""}, "Choose at least one tier."),
    ("needs", {"need": ""}, "How many people? A whole number."),
    ("needs", {"need": "-1"}, "A whole number from 0 to 1000."),
    ("time-off", {"kind": "party"}, "Choose one of the list."),
]


@pytest.mark.parametrize(("path", "mistake", "sentence"), WRONG)
def test_a_mistake_is_said_beside_its_field_and_keeps_what_was_typed(
    house, visitor, path, mistake, sentence
):
    house.plans(BASE)
    typed = GOOD[path] | mistake
    answer = visitor("cora").post(f"/roster/{path}", **typed)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert re.search(r'class="error"|role="alert"', answer.text)
    assert not kept(house, path)


def test_two_overrides_of_one_person_at_a_time_are_refused(house, visitor):
    house.plans(BASE)
    cora = visitor("cora")
    cora.post("/roster/overrides", **GOOD["overrides"])
    answer = cora.post("/roster/overrides", **GOOD["overrides"] | {"by": "sol"})
    assert answer.status_code == 422
    assert "Another override speaks of this person at that time." in answer.text


def test_the_second_of_two_equal_times_can_be_meant(house, visitor):
    house.plans(BASE)
    typed = GOOD["one-offs"] | {"date": "2027-11-07", "start": "01:30", "start_which": "second"}
    assert visitor("cora").post("/roster/one-offs", **typed).status_code == 303
    ((said, _),) = kept(house, "one-offs")
    assert said["start"] == "2027-11-07T07:30:00+00:00"


def test_the_night_of_the_clock_change_lasts_thirteen_hours(house, visitor):
    typed = GOOD["one-offs"] | {"date": "2027-11-06"}
    assert visitor("cora").post("/roster/one-offs", **typed).status_code == 303
    ((said, _),) = kept(house, "one-offs")
    start, end = (datetime.fromisoformat(said[at]) for at in ("start", "end"))
    assert end - start == timedelta(hours=13)


def test_a_person_s_own_limit_is_kept_beside_what_was_imported(house, visitor):
    house.plans(BASE | {"people": {"ana": {"skills": ["youth"], "counties": ["Adams"]}}})
    cora = visitor("cora")
    assert "Adams" in cora.get("/roster/people/ana").text
    was = json.dumps({"skills": ["youth"], "counties": ["Adams"]})
    assert cora.post("/roster/people/ana", max_hours="32", counties="", was=was).status_code == 303
    assert drafted(house)["people"] == {"ana": {"skills": ["youth"], "max_hours": 32}}


def test_more_room_for_turns_keeps_nothing_yet(house, visitor):
    house.plans(BASE)
    typed = GOOD["patterns"] | {"who_0": "", "who_2": "", "group_3_0": "Ana Ruiz", "more": "yes"}
    answer = visitor("cora").post("/roster/patterns", **typed)
    assert answer.status_code == 200
    assert 'name="group_5_0"' in answer.text
    assert not kept(house, "patterns")


# -- what has begun ---------------------------------------------------------------------------


def test_a_pattern_that_has_begun_goes_on_from_a_day(house, visitor):
    turns = {"groups": [["ana"], ["ben"]], "turn": "shift", "anchor": "2026-11-01"}
    pattern = {"id": "day", "tier": "primary", "start": "08:00", "end": "20:00", "rotation": turns}
    swap = {"id": "s", "pattern": "day", "date": "2026-12-02", "person": "ben", "by": "sol"}
    early = swap | {"id": "e", "date": "2026-11-24", "person": "ben", "by": "sol"}
    house.plans({"patterns": [pattern], "swaps": [swap, early]})
    cora = visitor("cora")
    typed = typed_in(cora.get("/roster/patterns/day").text)
    assert typed["since"] == "2026-11-24"
    answer = cora.post("/roster/patterns/day", **typed | {"since": "2026-12-01", "end": "21:00"})
    assert answer.status_code == 303
    old, new = drafted(house)["patterns"]
    assert (old["until"], old["end"]) == ("2026-12-01", "20:00")
    assert (new["from"], new["end"], new["rotation"]) == ("2026-12-01", "21:00", turns)
    swaps = {one["id"]: one["pattern"] for one in drafted(house)["swaps"]}
    assert swaps == {"s": new["id"], "e": "day"}


def test_every_second_week_goes_on_in_the_same_weeks(house, visitor):
    pattern = {"id": "day", "tier": "primary", "start": "08:00", "end": "20:00", "people": ["ana"]}
    house.plans({"patterns": [pattern | {"every_weeks": 2, "from": "2026-11-02"}]})
    cora = visitor("cora")
    typed = typed_in(cora.get("/roster/patterns/day").text)
    cora.post("/roster/patterns/day", **typed | {"since": "2026-11-24", "end": "21:00"})
    _, new = drafted(house)["patterns"]
    assert new["from"] == "2026-11-30"  # the week of the 23rd is not one of its weeks


def test_without_a_day_the_past_would_change_and_is_refused(house, visitor):
    house.plans(BASE)
    cora = visitor("cora")
    typed = typed_in(cora.get("/roster/patterns/day").text)
    answer = cora.post("/roster/patterns/day", **typed | {"since": "", "end": "21:00"})
    assert answer.status_code == 422
    assert "That would change hours that are over." in answer.text


def test_what_is_running_ends_now_instead_of_being_deleted(house, visitor):
    off = {"id": "off", "person": "ana", "start": "2026-11-20T06:00:00+00:00",
           "end": "2026-11-28T06:00:00+00:00"}  # fmt: skip
    house.plans(BASE | {"time_off": [off]})
    cora = visitor("cora")
    assert cora.post("/roster/time-off/off/removal").status_code == 303
    assert drafted(house)["time_off"] == [off | {"end": house.at.isoformat()}]
    assert cora.post("/roster/patterns/night/removal").status_code == 303
    assert drafted(house)["patterns"][1]["until"] == "2026-11-24"
    assert house.at.astimezone(UTC).date().isoformat() == "2026-11-23"


@pytest.mark.parametrize("path", ["nights", "patterns/none", "one-offs/none", "people/none"])
def test_what_is_not_there_is_not_found(house, visitor, path):
    cora = visitor("cora")
    assert cora.get(f"/roster/{path}").status_code in (404, 405)
    assert cora.post(f"/roster/{path}/removal").status_code == 404


@pytest.mark.parametrize(
    "window", ["-62135596800.-62135590000", "253402300700.253402300799", "1.0"]
)
def test_a_shift_that_no_calendar_has_is_gone(house, visitor, window):
    answer = visitor("cora").get(f"/roster/shifts/primary.{window}.ana")
    assert (answer.status_code, answer.location) == (303, "/roster")
