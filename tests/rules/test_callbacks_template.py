"""Does a plan ring only in its hours, in every zone, and how often it may?"""

from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callbacks.template import Template, first_window, outlook
from callbacks.window import House, NoWindow
from config import followups
from config.errors import ConfigError
from routing.wallclock import wall

CHICAGO = "America/Chicago"
at = datetime.fromisoformat
BOOK = followups.read(Path(followups.__file__).with_name("followups.toml"))
HOUSE = House(BOOK.house.weekday, BOOK.house.weekend, BOOK.house.days_off)
ZONES = sorted(available_timezones())


def made(name: str, **changes: object) -> Template:
    said = BOOK.templates[name]
    facts = {
        "name": name,
        "label": said.label,
        "opens_after": timedelta(hours=said.opens_after_hours),
        "closes_after": timedelta(hours=said.closes_after_hours),
        "attempts_max": said.attempts_max,
        "spacing": timedelta(hours=said.spacing_hours),
        "urgent": said.urgent,
    } | changes
    return Template(**facts)  # type: ignore[arg-type]


def window(name: str, since: str, best: tuple[str, str] = ("", ""), zone: str = CHICAGO):
    template = made(name)
    start, end = first_window(template, template.facts(zone, *best), at(since), HOUSE)
    return start, end


# (plan, promised at, opens, closes): Chicago in June and around Thanksgiving
FIRST = [
    ("same_day", "2026-06-03T15:00Z", "2026-06-03T17:00Z", "2026-06-04T01:00Z"),  # noon to 20:00
    ("same_day", "2026-06-04T02:00Z", "2026-06-04T14:00Z", "2026-06-04T16:00Z"),  # 9 pm: next 9 am
    ("24h", "2026-06-03T15:00Z", "2026-06-04T14:00Z", "2026-06-05T01:00Z"),
    ("24h", "2026-06-06T15:00Z", "2026-06-07T14:00Z", "2026-06-08T01:00Z"),  # on a Sunday too
    ("24h", "2026-11-25T16:00Z", "2026-11-26T15:00Z", "2026-11-27T02:00Z"),  # Thanksgiving too
    ("72h", "2026-06-03T15:00Z", "2026-06-05T15:00Z", "2026-06-06T01:00Z"),
    ("7d", "2026-06-03T15:00Z", "2026-06-10T14:00Z", "2026-06-11T01:00Z"),
    ("7d", "2026-11-19T16:00Z", "2026-11-27T15:00Z", "2026-11-28T02:00Z"),  # not Thanksgiving
    ("7d", "2026-06-06T20:00Z", "2026-06-15T14:00Z", "2026-06-16T01:00Z"),  # not the week-end
    ("30d", "2026-06-03T15:00Z", "2026-07-02T15:00Z", "2026-07-03T01:00Z"),
]


@pytest.mark.parametrize(("name", "since", "opens", "closes"), FIRST)
def test_when_a_plan_first_falls_due(name, since, opens, closes):
    assert window(name, since) == (at(opens), at(closes))


def test_the_persons_best_time_is_kept_to():
    assert window("24h", "2026-06-03T15:00Z", ("18:00", "22:00")) == (
        at("2026-06-04T23:00Z"),
        at("2026-06-05T01:00Z"),
    )


def test_a_whole_fortnight_of_holidays_only_moves_it():
    days = frozenset(date(2026, 12, 20) + timedelta(days=n) for n in range(14))
    template = made("7d")
    facts = template.facts(CHICAGO, "", "")
    start, _ = first_window(template, facts, at("2026-12-14T18:00Z"), House(holidays=days))
    assert wall(start, CHICAGO) == datetime(2027, 1, 4, 9)  # noqa: DTZ001  (a wall clock)


def test_hours_that_leave_no_time_say_so():
    every_day = type("Always", (), {"__contains__": lambda *_: True})()
    template = made("7d")
    with pytest.raises(NoWindow, match=CHICAGO):
        first_window(
            template,
            template.facts(CHICAGO, "", ""),
            at("2026-06-03T15:00Z"),
            House(holidays=every_day),
        )


MOMENTS = st.datetimes(
    datetime(2024, 1, 1),  # noqa: DTZ001
    datetime(2034, 12, 31),  # noqa: DTZ001
    timezones=st.just(at("2026-01-01T00:00Z").tzinfo),
)
CLOCKS = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))


@given(MOMENTS, st.sampled_from(ZONES), st.sampled_from(sorted(BOOK.templates)), CLOCKS, CLOCKS)
def test_no_attempt_of_any_plan_leaves_its_hours(since, zone, name, begin, until):
    template = made(name)
    attempts = list(outlook(template, template.facts(zone, begin, until), since, HOUSE))
    assert len(attempts) == template.attempts_max
    for start, end in attempts:
        first, last = wall(start, zone), wall(end - timedelta(seconds=1), zone)
        assert start < end
        assert first.date() == last.date()
        assert f"{first:%H:%M}" >= "09:00"
        assert f"{last:%H:%M}" < "20:00"
        free = first.weekday() >= 5 or first.date() in HOUSE.holidays
        assert template.urgent or not free
    assert attempts[0][0] >= since + template.opens_after
    for (one, _), (other, _) in pairwise(attempts):
        assert other - one >= template.spacing


# -- the file ---------------------------------------------------------------------------------


def broken(tmp_path: Path, old: str, new: str) -> str:
    text = Path(followups.__file__).with_name("followups.toml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "followups.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        followups.read(path)
    return str(raised.value).removeprefix(f"{path}:")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('["09:00", "20:00"]', '["20:00", "09:00"]', "6: house.weekday: expected two times"),
        ('"US-MO"', '"Nowhere"', "8: house.holidays_of='Nowhere': expected a country"),
        ("attempts_max = 3", "attempts_max = 9", "16: templates.same_day.attempts_max=9: expected"),
        ("opens_after_hours = 2", "opens_after_hours = 20", "12: templates.same_day: expected"),
        ('template = "24h"', 'template = "1y"', "expected a template of this file, not '1y'"),
        ("this is a message", "the crisis line calls", "expected neutral words: 'crisis' would"),
        ("{number} when you", "{reason} when you", "expected no blank but {name} and {number}"),
    ],
)
def test_a_broken_file_says_where_and_what(tmp_path, old, new, said):
    assert said in broken(tmp_path, old, new)


def test_every_message_is_in_every_language_of_a_line():
    from config import lines

    book = lines.read(Path(lines.__file__).with_name("line.toml"))
    for name, words in BOOK.messages.items():
        assert set(words) >= set(book.languages), name


def test_what_a_wrap_up_proposes():
    assert BOOK.proposal("riverton", "safety_plan_made") == "24h"
    assert BOOK.proposal("riverton", "information_only") == "none"
    assert BOOK.proposal("riverton", None) == "72h"
