"""Is what was explained before a call what then happens?"""

from ivr.call import Stage
from switchboard.explained import explained


def test_what_is_explained_is_what_happens(town):
    for name in ("Ana", "Ben", "Cleo"):
        town.clinician(name).goes_on_duty()
    town.clinician("Eve", "backup", phone="+13145550121")
    town.clinician("Sol", "supervisor", phone="+13145550122")
    book = town.board.book
    with town.store.read() as rows:
        found = explained(rows, book, book.lines["riverton"], "en", None, 25)
    foreseen = {
        (one.person_id, one.channel): one.after_seconds
        for step in found.steps
        for _, one in step.asked
    }
    assert [step.climb.after_seconds for step in found.steps] == [0, None, 20, 50, 110]
    caller = town.transfers_from_911()
    town.waits(seconds=1)
    town.until(lambda: caller.stage is Stage.PARTNER, seconds=130)
    arrived = caller.call.arrived_at
    happened: dict[tuple[str, str], float] = {}
    for one in town.offers_of(caller.call.id):
        seconds = (one.offered_at - arrived).total_seconds()
        happened.setdefault((one.person_id, one.channel), seconds)
    assert happened.keys() == foreseen.keys()
    for key, seconds in foreseen.items():
        assert abs(happened[key] - seconds) <= 1.5, (key, happened[key], seconds)


def test_the_past_is_told_by_the_roster_of_then(town):
    town.clinician("Ana")
    with town.store.read() as rows:
        first = rows.roster.newest().revision
    then = town.now
    town.lingers(minutes=30)
    town.clinician("Ben")
    book = town.board.book
    with town.store.read() as rows:
        past = explained(rows, book, book.default, "en", then, 25)
        soon = explained(rows, book, book.default, "en", town.now, 25)
    assert (past.revision, [name for step in past.steps for name, _ in step.asked]) == (
        first,
        ["Ana"],
    )
    assert soon.revision == first + 1
    assert {name for step in soon.steps for name, _ in step.asked} == {"Ana", "Ben"}
