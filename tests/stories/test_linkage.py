"""Somebody is referred to a service; the follow-up asks whether they went, and it is written down."""

import json

from fhir.resources.R4B.bundle import Bundle
from stories.test_followup import promised
from stories.test_followup_stops import PAT
from town import Town

from care.referral import Referral, State, Step
from ivr.call import Stage
from storage import ids
from switchboard import desk, directory, fhir, person_story, referrals, seed_directory
from switchboard.desk import Draft
from switchboard.referrals import Wish

SAFE = Draft("resolved_by_phone", None, None, None, "Safe today.")
TO_SHELTER = Wish("service-4", "", "spoken", "Pat", "First name and number")


def referred(town: Town) -> tuple:
    """Ana promised Pat a call, and sent them to the night shelter; a dispatcher's line is shown."""
    offered = directory.Offered("demo.zip", seed_directory.package(), [])
    directory.take(town.store, offered, "cora", town.now)
    ana, followup_id = promised(town)
    contact = town.followup(followup_id).call_id
    one = referrals.make(town.board, ids.new(), contact, ana.id, TO_SHELTER)
    return ana, followup_id, one


def now_of(town: Town, one: Referral) -> Referral:
    with town.store.read() as rows:
        return rows.referrals.get(one.id)


def asked(town: Town, call_id: str) -> list[str]:
    with town.store.read() as rows:
        return [one.id for one in referrals.to_ask(town.board, rows, rows.calls.get(call_id))]


def reached(town: Town, ana) -> str:
    """The follow-up is due, Ana accepts, and Pat picks up and talks."""
    town.passes(hours=6)
    town.until(lambda: ana.is_offered, seconds=60)
    town.phone(PAT).answers(after=4)
    call_id = ana.accepts().call_id
    town.until(lambda: town.call(call_id).stage is Stage.TALKING, seconds=20)
    town.waits(minutes=3)
    return call_id


def test_the_follow_up_asks_whether_they_went(town: Town) -> None:
    ana, _, one = referred(town)
    call_id = reached(town, ana)
    assert asked(town, call_id) == [one.id]
    ana.ends(call_id)
    town.waits(seconds=3)
    foreign = referrals.make(town.board, ids.new(), call_id, ana.id, TO_SHELTER)
    went = {one.id: Step.KEEP, foreign.id: Step.MISS}
    desk.finish(town.board, call_id, ana.id, SAFE, 0, "reached", went)
    kept = now_of(town, one)
    assert (kept.state, kept.settled_at, kept.lines[-1].by) == (State.KEPT, town.now, ana.id)
    assert now_of(town, foreign).open, "what was made a moment ago was not asked about"
    with town.store.read() as rows:
        audit = [(line.actor, line.action) for line in rows.audit.of(f"referral:{one.id}")]
        assert rows.audit.verify() is None
    assert audit == [(ana.id, "referral.made"), (ana.id, "referral.keep")]


def test_an_appointment_still_to_come_is_not_asked_about(town: Town) -> None:
    ana, followup_id, one = referred(town)
    due = town.followup(followup_id).due_at
    referrals.step(town.board, one.id, Step.AGREE, ana.id, appointment_at=due.replace(hour=23))
    call_id = reached(town, ana)
    assert asked(town, call_id) == []
    town.passes(hours=9)
    assert asked(town, call_id) == [one.id]


def test_the_directory_goes_and_the_referral_keeps_its_name(town: Town) -> None:
    _, _, one = referred(town)
    whole = seed_directory.package()
    package = {"organization": whole["organization"], "service": whole["service"][:1]}
    directory.take(town.store, directory.Offered("small", package, []), "cora", town.now)
    assert now_of(town, one).service_name == "Night shelter, Lantern House"
    assert now_of(town, one).service_phone == "(314) 555-0193"


def test_the_persons_story_leaves_as_valid_fhir(town: Town) -> None:
    ana, followup_id, one = referred(town)
    call_id = reached(town, ana)
    ana.ends(call_id)
    town.waits(seconds=3)
    desk.finish(town.board, call_id, ana.id, SAFE, 0, "reached", {one.id: Step.MISS})
    with town.store.read() as rows:
        contact = rows.calls.get(one.call_id)
        by_number = person_story.of_number(rows, PAT, contact)
        by_call = person_story.of_call(town.board, rows, rows.calls.get(call_id))
    for story in (by_number, by_call):
        assert [each.id for each in story.promises] == [followup_id]
        assert [each.id for each in story.referrals] == [one.id]
        assert [each.outcome for each in story.attempts] == ["reached"]
        bundle = fhir.bundle(story, town.now)
        Bundle.model_validate_json(json.dumps(bundle))
        statuses = sorted(
            (each["resource"]["resourceType"], each["resource"].get("status", ""))
            for each in bundle["entry"]
        )
        assert [pair for pair in statuses if pair[0] != "Communication"] == [
            ("CarePlan", "completed"),
            ("Patient", ""),
            ("ServiceRequest", "active"),
            ("Task", "completed"),
            ("Task", "failed"),
        ]
        assert ("Communication", "completed") in statuses
