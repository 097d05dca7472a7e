"""Does the bench tell its figures rightly: goals kept or missed, and no word about whose machine?"""

import platform

from bench import report
from house.rooms import ROOT

COLUMNS = ("SQLite", "PostgreSQL")


def section():
    kept = report.row("an arrival", ("3.90", "4.80"), (3.9, 4.8), 5, "")
    missed = report.row("a lap", ("3.90", "5.10"), (3.9, 5.1), 5, "")
    return report.Section("Costs", (kept, missed, report.Row("a view", ("1.00", "1.00"))))


def test_a_goal_is_kept_only_when_every_database_keeps_it():
    assert report.missed([section()]) == ["a lap"]


def test_the_screen_and_the_page_say_the_same():
    on_screen = report.text(COLUMNS, [section()])
    on_page = report.page(COLUMNS, [section()], ["2 cores"])
    for words in (on_screen, on_page):
        (line,) = (line for line in words.splitlines() if "a lap" in line and "5.10" in line)
        assert "≤ 5" in line
        assert "MISSED" in line
    assert "| an arrival | 3.90 | 4.80 | ≤ 5 | met |" in on_page
    assert on_page.count("- 2 cores") == 1


def test_few_figures_have_their_worst_as_the_99th_percentile():
    assert report.p99([3, 1, 2]) == 3
    assert report.p99(range(1, 201)) == 198


def test_the_machine_is_described_without_its_name_or_paths():
    facts = "\n".join(report.machine((0.5, 4.2), "15.18"))
    assert platform.node() not in facts
    assert str(ROOT) not in facts
    assert "PostgreSQL 15.18" in facts
    assert "trust the ratios only" in facts


def test_the_command_is_listed():
    assert "./run bench" in (ROOT / "run").read_text(encoding="utf-8")


def test_a_table_may_speak_of_something_else_than_the_page():
    own = report.Section("A page", (report.Row("p99", ("88 ms",)),), columns=("200 people",))
    page = report.page(COLUMNS, [section(), own], [])
    assert "|  | 200 people | goal |  |\n| --- | --: | --- | --- |\n| p99 | 88 ms |  |  |" in page
    assert page.count("| PostgreSQL |") == 1
