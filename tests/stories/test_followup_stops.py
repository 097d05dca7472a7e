"""Consent ends, or the number is wrong: nothing rings that person any more, from that moment."""

import pytest
from stories.test_followup import promised
from town import Clinician, Town

from ivr.call import Stage
from switchboard import followups, promises, stops

PAT = "+13145550150"


def ringing(town: Town) -> tuple[Clinician, str, str]:
    """Pat's phone rings, and Ana listens."""
    ana, followup_id = promised(town)
    town.passes(hours=5.97)
    town.until(lambda: ana.is_offered, seconds=300)
    town.phone(PAT).never_answers()
    call_id = ana.accepts().call_id
    town.until(lambda: town.phone(PAT).is_ringing, seconds=5)
    return ana, followup_id, call_id


def audited(town: Town, followup_id: str) -> list[str]:
    with town.store.read() as rows:
        return [line.action for line in rows.audit.of(f"followup:{followup_id}")]


def test_a_phone_that_rings_stops_when_consent_is_revoked(town: Town) -> None:
    ana, followup_id, call_id = ringing(town)
    assert stops.revoke(town.board, followup_id, "cora", "Pat's mother", "spoken") == 1
    town.until(lambda: not town.phone(PAT).is_ringing, seconds=3)
    kept = town.followup(followup_id)
    assert (kept.state, kept.closed_reason) == ("closed", "withdrawn")
    assert (kept.revoked_by, kept.revoked_how, kept.revoked_at) == (
        "Pat's mother",
        "spoken",
        kept.closed_at,
    )
    assert town.call(call_id).over
    assert [one.outcome for one in town.attempts(followup_id)] == ["withdrawn"]
    assert audited(town, followup_id) == ["followup.scheduled", "consent.revoked"]
    ana.wraps_up()
    town.passes(days=3)
    assert len(town.attempts(followup_id)) == 1
    assert not town.tasks()


def test_a_ring_that_was_on_its_way_is_stopped_too(town: Town) -> None:
    """The carrier is being asked to ring in the very moment in which consent ends."""
    ana, followup_id = promised(town)
    town.passes(hours=5.97)
    town.until(lambda: ana.is_offered, seconds=300)
    call_id = ana.accepts().call_id
    ring = town.carrier.ring

    def meanwhile(**asked: object) -> str:
        sid = ring(**asked)
        stops.revoke(town.board, followup_id, "cora", "Pat", "spoken")
        return sid

    town.carrier.ring = meanwhile  # type: ignore[method-assign]
    town.until(lambda: town.call(call_id).over, seconds=10)
    town.carrier.ring = ring  # type: ignore[method-assign]
    pat = town.phone(PAT)
    town.waits(seconds=3)
    assert not pat.is_ringing
    town.waits(seconds=60)
    assert not any(leg.heard for leg in pat.legs if leg.direction == "outbound-api")


def test_every_promise_to_that_number_stops_and_the_offer_is_withdrawn(town: Town) -> None:
    ana, followup_id = promised(town)
    another = ana_promises_more(town, ana, followup_id)
    town.passes(hours=5.97)
    town.until(lambda: ana.is_offered, seconds=300)
    assert stops.wrong_number(town.board, followup_id, "ana") == 2
    town.waits(seconds=2)
    assert not ana.is_offered
    assert [town.followup(one).closed_reason for one in (followup_id, another)] == [
        "wrong_number"
    ] * 2
    assert [task.kind for task in town.tasks()] == ["followup_wrong_number"] * 2
    town.passes(days=2)
    assert not ana.is_offered
    assert stops.wrong_number(town.board, followup_id, "ana") == 0


def ana_promises_more(town: Town, ana: Clinician, followup_id: str) -> str:
    first = town.followup(followup_id)
    wish = promises.Wish("Pat", PAT, first.zone, "en", "Pat", "09:00", "20:00", template="7d")
    return promises.schedule(town.board, first.call_id or "", ana.id, wish)


def test_the_clinicians_word_in_wrap_up_stops_the_others(town: Town) -> None:
    ana, followup_id, call_id = ringing(town)
    another = ana_promises_more(town, ana, followup_id)
    ana.ends(call_id)
    town.until(lambda: ana.desk == "wrap_up", seconds=5)
    finishes(town, ana, call_id, "wrong_number")
    assert [town.followup(one).state for one in (followup_id, another)] == ["closed"] * 2


def finishes(town: Town, ana: Clinician, call_id: str, outcome: str) -> None:
    from switchboard import desk

    draft = desk.Draft("resolved_by_phone", None, None, None, "It is somebody else's number.")
    desk.finish(town.board, call_id, ana.id, draft, 0, outcome=outcome)


def test_who_is_talking_with_them_goes_on_and_nothing_opens_it_again(town: Town) -> None:
    ana, followup_id, call_id = ringing(town)
    town.phone(PAT).answers()
    town.until(lambda: town.call(call_id).stage is Stage.TALKING, seconds=10)
    stops.revoke(town.board, followup_id, "ana", "Pat", "spoken")
    town.waits(seconds=5)
    assert town.call(call_id).stage is Stage.TALKING
    ana.ends(call_id)
    town.waits(seconds=3)
    assert town.followup(followup_id).closed_reason == "withdrawn"
    with town.store.begin() as rows:  # a late word of the telephone
        attempt = rows.attempts.of(followup_id)[0]
        followups.record(town.board, rows, attempt.id, "interrupted", town.now)
    assert town.followup(followup_id).state == "closed"


@pytest.mark.parametrize("hours", [0, 11.5])
def test_it_is_overdue_when_its_window_has_closed(town: Town, hours: float) -> None:
    ana, followup_id = promised(town)
    town.passes(hours=6)  # nine in the morning, open until eight in the evening
    town.until(lambda: ana.is_offered, seconds=600)
    ana.stops_beating()
    ana.beating.clear()
    town.passes(hours=hours)
    late = promises.overdue(town.followup(followup_id), town.now)
    with town.store.read() as rows:
        due, past = rows.followups.late(town.now, promises.plan.CALLBACK_WITHIN)
    assert (late, past) == (hours > 11, int(hours > 11))
    assert due in (0, 1)
