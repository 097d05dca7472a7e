"""Does each call keep why each person was told of it, or not?"""

from stories.test_found_by_simulation import sets_clock_back

from routing.verdicts import Verdict
from switchboard import presence


def said(town, call_id):
    """Who was told what, in order."""
    with town.store.read() as rows:
        found = rows.traces.of_call(call_id)
    return [(one.person_id, one.why) for trace in found for one in trace.verdicts]


def test_a_call_keeps_why_each_person_was_told_or_not(town):
    for name in ("Ana", "Ben"):
        town.clinician(name).goes_on_duty()
    cleo = town.clinician("Cleo").goes_on_duty()
    town.clinician("Dev", tier=None).goes_on_duty()
    town.clinician("Eve", "backup", phone="+13145550121")
    paused_at = town.now
    assert presence.pause(town.board, cleo.id)
    caller = town.transfers_from_911()
    town.waits(seconds=1)
    told = dict(said(town, caller.call.id))
    assert told == {
        "ana": "desk",
        "ben": "desk",
        "cleo": "paused",
        "dev": "not_on_call",
        "eve": "off",
    }
    with town.store.read() as rows:
        (first,) = rows.traces.of_call(caller.call.id)
        number = rows.roster.newest().revision
    assert first.revision == number, "by the roster of then"
    by_person = {one.person_id: one for one in first.verdicts}
    assert by_person["cleo"] == Verdict("cleo", "paused", paused_at)
    assert by_person["eve"].phone_after == 30


def test_only_what_changes_is_written(town):
    ana = town.clinician("Ana").goes_on_duty()
    town.clinician("Eve", "backup", phone="+13145550121")
    caller = town.transfers_from_911()
    town.waits(seconds=15)
    assert len(said(town, caller.call.id)) == 2
    ana.declines()
    town.waits(seconds=5)
    assert said(town, caller.call.id)[2:] == [("ana", "refused")]
    town.until(lambda: ("eve", "phone") in said(town, caller.call.id), seconds=40)
    with town.store.read() as rows:
        traces = rows.traces.of_call(caller.call.id)
    assert [trace.rung for trace in traces] == sorted(trace.rung for trace in traces)


def test_who_goes_off_call_in_the_middle_of_a_wait_is_said_to_have(town):
    town.clinician("Ana").goes_on_duty()
    ben = town.clinician("Ben", tier=None).goes_on_duty()
    caller = town.transfers_from_911()
    town.waits(seconds=2)
    assert ("ben", "not_on_call") in said(town, caller.call.id)
    presence.go_off_duty(town.board, ben.id)
    town.waits(seconds=3)
    assert [one for one in said(town, caller.call.id) if one[0] == "ben"] == [
        ("ben", "not_on_call")
    ], "nothing new about them"


def test_a_clock_set_back_writes_no_line_each_second(town):
    """What was kept stood in the future, and everything after it looked like news for ever."""
    town.clinician("Ana").goes_on_duty()
    town.clinician("Ben", "backup")
    caller = town.transfers_from_911()
    town.waits(seconds=4)
    before = len(said(town, caller.call.id))
    sets_clock_back(town, hours=1)
    town.waits(seconds=10)
    with town.store.read() as rows:
        traces = rows.traces.of_call(caller.call.id)
        now = rows.roster.now()
    assert all(trace.at <= now for trace in traces)
    assert len(said(town, caller.call.id)) <= before + 2, "each desk's state moved once with it"
