"""Would the roster's tests notice a mistake in the engine? Each is planted in a copy of it."""

import os
import shutil
import subprocess
import sys

import pytest

ONCALL, OCCURRENCES, CLOCK = "oncall.py", "occurrences.py", "wallclock.py"
# (file, as it is, as it would be wrong)
MISTAKES = {
    "the end is included": (ONCALL, "bisect_right(edges, moment)", "bisect_left(edges, moment)"),
    "a night belongs to the day it ends on": (
        ONCALL, "pattern.end, zone) + pattern", "pattern.end % DAY, zone) + pattern",
    ),
    "of a time that exists twice, the second": (
        CLOCK, "late = local.replace(tzinfo=place, fold=0)", "late = local.replace(tzinfo=place, fold=1)",
    ),
    "a time that does not exist is pushed on by the jump": (
        CLOCK, "while late - early > timedelta(seconds=1):", "while False:",
    ),
    "a time that does not exist is pulled back": (
        CLOCK, "while late - early > timedelta(seconds=1):", "late = early\n    while False:",
    ),
    "every day has 24 hours": (CLOCK, "    if steady:", "    if True:"),
    "a day near a clock change counts as steady": (
        CLOCK, "around[4] - around[0] == 2 * DAY and ", "",
    ),
    "a pattern's own zone is forgotten": (
        ONCALL, "zone, tier = pattern.zone, pattern.tier", 'zone, tier = "UTC", pattern.tier',
    ),
    "a replacement is replaced again": (
        ONCALL, "if person in scheduled}", "if person in scheduled or any(person == each for _, each in self.replaced)}",
    ),
    "replace takes away nobody": (
        ONCALL, "counts[Layer.REMOVED].keys() | counts[Layer.REPLACED].keys()", "counts[Layer.REMOVED].keys()",
    ),
    "replace adds also when nobody was scheduled": (
        ONCALL, "{by for person, by in self.replaced if person in scheduled}", "{by for person, by in self.replaced}",
    ),
    "remove is stronger than add": (ONCALL, "out = (removed - added) | off.keys()", "out = removed | off.keys()"),
    "time off does not reach the added": (ONCALL, "and person not in off]", "]"),
    "time off does not reach the scheduled": (ONCALL, "(removed - added) | off.keys()", "removed - added"),
    "a closure is like nobody": (ONCALL, "            return (), True\n", "            return (), False\n"),
    "patterns shine through an exact plan": (ONCALL, "planned = bool(counts[Layer.PLAN])", "planned = False"),
    "a plan's shift reaches out of its window": (
        ONCALL, "max(one.start, plan.start), min(one.end, plan.end)", "one.start, one.end",
    ),
    "a swap moves every shift of its pattern": (ONCALL, "if swap.date != day:", "if False:"),
    "an orphan swap is dropped in silence": (ONCALL, "            orphans.append(swap)", "            pass"),
    "the last day of a pattern is included": (OCCURRENCES, "pattern.valid_until - DAY", "pattern.valid_until"),
    "the day left out burns a turn": (
        OCCURRENCES,
        "            yield day, _people(pattern, day, shifts)\n        shifts += 1",
        "            yield day, _people(pattern, day, shifts)\n            shifts += 1",
    ),
    "turns are counted in days, not in shifts": (
        OCCURRENCES, "turns = (shifts if rotation.turn is Turn.SHIFT else", "turns = (_units(rotation, day) if False else",
    ),
    "before the anchor the turns run the wrong way": (
        OCCURRENCES, "return -_recurrences(pattern, day, anchor)", "return _recurrences(pattern, day, anchor)",
    ),
    "every other week counts from the date itself": (
        OCCURRENCES, "monday = start.toordinal() - start.weekday()", "monday = start.toordinal()",
    ),
    "the last of a month is the fifth": (
        OCCURRENCES, "from_end = (monthrange(day.year, day.month)[1] - day.day) // 7 + 1", "from_end = 6 - ((day.day - 1) // 7 + 1)",
    ),
    "a month from the 31st drifts": (
        OCCURRENCES, "turning_day = min(anchor.day, monthrange(day.year, day.month)[1])", "turning_day = anchor.day",
    ),
    "a week's turn begins on Monday, whatever the anchor": (
        OCCURRENCES, "days = day.toordinal() - anchor.toordinal()", "days = day.toordinal() - anchor.toordinal() + anchor.weekday() * (rotation.turn is Turn.WEEK)",
    ),
    "gaps that touch are told as two": (ONCALL, "touches = bool(found) and found[-1][1] == one.start", "touches = False"),
    "the last gap of the window is forgotten": (
        ONCALL, "until = edges[index + 1] if index + 1 < len(edges) else end", "until = edges[index + 1] if index + 1 < len(edges) else start",
    ),
}  # fmt: skip
ROSTERS = 130
# The first roster that shows it, where that is late; the ones before it would pass.
SHOWN_AT = {
    "a day near a clock change counts as steady": 592,
    "a replacement is replaced again": 118,
    "the day left out burns a turn": 211,
    "a month from the 31st drifts": 306,
}


@pytest.fixture(scope="module")
def place(root, tmp_path_factory):
    """A copy of what the check needs, to be spoiled."""
    there = tmp_path_factory.mktemp("spoiled")
    for room in ("routing", "ivr"):
        shutil.copytree(root / room, there / room, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("roster_check.py", "naive_roster.py"):
        shutil.copy(root / "tests" / name, there / name)
    return there


def checked(place, first=0):
    """Whether the check against the naive implementation passes there, from roster `first` on."""
    command = [sys.executable, "-B", "roster_check.py", f"--seed={first}", f"--rosters={ROSTERS}"]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(place)}
    done = subprocess.run(command, cwd=place, env=environment, capture_output=True, check=False)
    assert done.returncode in {0, 1}, done.stderr.decode()
    return done.returncode == 0 and done.stdout


def test_without_a_mistake_all_is_well(place):
    """Or none of those below says anything. test_roster_random.py checks 2,000 rosters so."""
    assert checked(place)


@pytest.mark.parametrize("name", MISTAKES)
def test_a_planted_mistake_is_caught(place, name):
    file, right, wrong = MISTAKES[name]
    path = place / "routing" / file
    as_it_is = path.read_text(encoding="utf-8")
    assert as_it_is.count(right) == 1, "the engine changed: plant the mistake anew"
    try:
        path.write_text(as_it_is.replace(right, wrong), encoding="utf-8")
        assert not checked(place, SHOWN_AT.get(name, 0))
    finally:
        path.write_text(as_it_is, encoding="utf-8")
