"""Is what leaves as FHIR valid, and does each state mean there what it means here?

Three look at it: `fhir.resources`, whose nearest release is R4B (4.3.0); `fhirclient`, whose
classes are made from R4 itself (4.0.1); and for what neither looks at, wire/fhir_r4.py.
"""

import json
from datetime import UTC, datetime, timedelta

import pytest
from fhir.resources.R4B.bundle import Bundle
from fhirclient.models import bundle as r4
from fhirclient.models.fhirabstractbase import FHIRValidationError
from wire.fhir_r4 import wrong

from callbacks.plan import Outcome
from care import referral as rules
from care.referral import Referral, State, Step
from ivr.call import Call, Ended, Kind, Stage
from storage.values import Attempt, FollowUp
from switchboard import fhir
from switchboard.person_story import Story

NOON = datetime(2026, 11, 23, 18, tzinfo=UTC)
DAY = timedelta(days=1)
NUMBER = "+13145550142"


def promise(**facts):
    usual = {
        "id": "f1", "kind": "followup", "call_id": "c1", "state": "due", "name": "Alex R.", "number": NUMBER,
        "zone": "America/Chicago", "language": "es", "line": "riverton", "consent_by": "the caller",
        "consent_at": NOON, "may_leave_message": False, "best_from": "10:00", "best_until": "18:00",
        "promised_at": NOON, "due_at": NOON + DAY, "attempts_max": 3, "note": "SECRET of the note",
    }  # fmt: skip
    return FollowUp(**usual | facts)


def attempt(number, outcome=None):
    ended = NOON + DAY + timedelta(minutes=number) if outcome else None
    return Attempt(f"a{number}", "f1", number, "ana", "c9", NOON + DAY, None, outcome, ended)


def referral(state=State.MADE, **facts):
    usual = {
        "id": f"r-{state}", "call_id": "c1", "number": NUMBER, "person_name": "Alex R.", "service_id": "s",
        "service_name": "Night shelter", "service_phone": None, "consent": "spoken", "consent_by": "the caller",
        "shared": "First name", "made_by": "ana", "made_at": NOON,
    }  # fmt: skip
    one = rules.made(Referral(**usual | facts))
    if state is State.MADE:
        return one
    one = rules.take(one, Step.AGREE, "ana", NOON, appointment_at=NOON + DAY)
    step = {State.KEPT: Step.KEEP, State.MISSED: Step.MISS, State.DECLINED: Step.DECLINE}.get(state)
    return rules.take(one, step, "ana", NOON + 2 * DAY) if step else one


def call(**facts):
    usual = {
        "id": "c1", "kind": Kind.INBOUND, "leg_sid": "CA1", "line": "riverton", "number_shown": NUMBER,
        "language": "es", "stage": Stage.ENDED, "arrived_at": NOON, "stage_since": NOON, "line_since": NOON,
        "answered_at": NOON, "ended_at": NOON + DAY / 24, "ended_reason": Ended.CALLER_ENDED,
    }  # fmt: skip
    return Call(**usual | facts)


def whole(**facts):
    outcomes = [None, *(one.value for one in Outcome)]
    usual = {
        "promises": [promise()],
        "attempts": [attempt(number, outcome) for number, outcome in enumerate(outcomes, start=1)],
        "referrals": [referral(state) for state in State],
        "calls": [call(), call(id="c2", answered_at=None, ended_reason=Ended.CALLER_LEFT)],
    }
    return Story(NUMBER, NUMBER, "Alex R.", "es", **usual | facts)


def told(story, kind=None):
    made = fhir.bundle(story, NOON + 3 * DAY)
    Bundle.model_validate_json(json.dumps(made))  # as another system reads it
    r4.Bundle(json.loads(json.dumps(made)))  # strict: it raises
    assert wrong(made) == []
    return [
        one["resource"] for one in made["entry"] if kind in (None, one["resource"]["resourceType"])
    ]


def test_the_whole_story_is_valid():
    kinds = [one["resourceType"] for one in told(whole())]
    assert kinds[:2] == ["Patient", "CarePlan"]
    counted = {kind: kinds.count(kind) for kind in ("Task", "ServiceRequest", "Communication")}
    assert counted == {"Task": 6, "ServiceRequest": 5, "Communication": 12}


def test_a_story_without_a_number_a_name_or_anything_is_valid_too():
    plan = told(Story("c1", None, None, None), "CarePlan")[0]
    assert plan["status"] == "completed"


def one_of(made, kind):
    found = (one["resource"] for one in made["entry"])
    return next(one for one in found if one["resourceType"] == kind)


def test_a_wrong_resource_would_be_caught():
    made = fhir.bundle(whole(), NOON)
    one_of(made, "Task")["statusreason"] = "not a field"
    with pytest.raises(ValueError, match="statusreason"):
        Bundle.model_validate(made)
    with pytest.raises(FHIRValidationError, match="statusreason"):
        r4.Bundle(made)


@pytest.mark.parametrize(
    ("kind", "field", "value", "said"),
    [
        ("Task", "status", "open", "Task.status may not be open"),
        ("Task", "intent", "wish", "Task.intent may not be wish"),
        ("Task", "intent", None, "Task.intent is missing"),
        ("Task", "lastModified", "2020-01-01T00:00:00Z", "inv-1: Task ends before it begins"),
        ("Task", "restriction", {"period": {"start": "2026-01-02T00:00:00Z", "end": "2026-01-01T00:00:00Z"}},
         "per-1: Task.restriction.period ends before it begins"),
        ("Task", "requester", {"display": "?"}, "Task.requester points to nothing"),
        ("ServiceRequest", "status", "requested", "ServiceRequest.status may not be requested"),
        ("ServiceRequest", "subject", None, "ServiceRequest.subject is missing"),
        ("ServiceRequest", "performer", [{"type": "Location"}], "ServiceRequest.performer may not point to Location"),
        ("Communication", "status", "failed", "Communication.status may not be failed"),
        ("Communication", "sender", {"type": "CareTeam"}, "Communication.sender may not point to CareTeam"),
        ("CarePlan", "status", "requested", "CarePlan.status may not be requested"),
        ("CarePlan", "intent", "instance-order", "CarePlan.intent may not be instance-order"),
        ("CarePlan", "activity", [{"reference": {"type": "Communication"}}],
         "CarePlan.activity.reference may not point to Communication"),
    ],
)  # fmt: skip
def test_what_r4_refuses_would_be_caught(kind, field, value, said):
    made = fhir.bundle(whole(), NOON)
    changed = one_of(made, kind)
    changed |= {field: value}
    if value is None:
        del changed[field]
    assert said in wrong(made)


def test_a_promise_past_its_window_says_until_when_it_was():
    late = promise(due_at=NOON + DAY, due_until=NOON + DAY / 2)
    (task,) = told(Story(NUMBER, NUMBER, None, None, promises=[late]), "Task")
    assert task["restriction"]["period"] == {"end": (NOON + DAY / 2).isoformat()}


def references(found):
    if isinstance(found, dict):
        yield from [found["reference"]] if isinstance(found.get("reference"), str) else []
        for one in found.values():
            yield from references(one)
    elif isinstance(found, list):
        for one in found:
            yield from references(one)


def test_every_reference_is_to_something_in_the_bundle():
    made = fhir.bundle(whole(), NOON)
    urls = [one["fullUrl"] for one in made["entry"]]
    assert len(urls) == len(set(urls))
    found = list(references(made))
    assert len(found) > 40
    assert set(found) <= set(urls)
    ids = [one["resource"]["id"] for one in made["entry"]]
    assert [f"urn:uuid:{one}" for one in ids] == urls


def test_the_same_story_has_the_same_ids_and_they_are_no_number():
    first, again = (fhir.bundle(whole(), NOON + days * DAY) for days in (1, 2))
    assert [one["fullUrl"] for one in first["entry"]] == [one["fullUrl"] for one in again["entry"]]
    assert "13145550142" not in json.dumps([one["fullUrl"] for one in first["entry"]])


def test_nothing_that_was_written_leaves_and_nobody_of_the_house_by_name():
    text = json.dumps(fhir.bundle(whole(), NOON))
    assert "SECRET" not in text
    assert '"ana"' not in text


@pytest.mark.parametrize(
    ("state", "reason", "status"),
    [
        ("due", None, "requested"),
        ("offered", None, "requested"),
        ("placing", None, "in-progress"),
        ("kept", "kept", "completed"),
        ("kept", "reached_us", "completed"),
        ("closed", "unreached", "failed"),
        ("closed", "wrong_number", "failed"),
        ("closed", "withdrawn", "cancelled"),
        ("closed", "no_consent", "cancelled"),
        ("closed", "Letter sent.", "cancelled"),
    ],
)
def test_a_promise_as_a_task(state, reason, status):
    story = Story(NUMBER, NUMBER, None, None, promises=[promise(state=state, closed_reason=reason)])
    (task,) = told(story, "Task")
    assert task["status"] == status
    plan = told(story, "CarePlan")[0]["status"]
    assert plan == ("active" if status in ("requested", "in-progress") else "completed")


@pytest.mark.parametrize(
    ("state", "task", "request_", "plan"),
    [
        (State.MADE, "requested", "active", "active"),
        (State.APPOINTMENT, "accepted", "active", "active"),
        (State.KEPT, "completed", "completed", "completed"),
        (State.MISSED, "failed", "active", "completed"),
        (State.DECLINED, "rejected", "revoked", "completed"),
    ],
)
def test_a_referral_as_a_request_with_its_task(state, task, request_, plan):
    story = Story(NUMBER, NUMBER, None, None, referrals=[referral(state)])
    (request,), (its_task,) = told(story, "ServiceRequest"), told(story, "Task")
    assert (its_task["status"], request["status"]) == (task, request_)
    assert its_task["focus"]["reference"] == f"urn:uuid:{request['id']}"
    assert told(story, "CarePlan")[0]["status"] == plan
    assert ("occurrenceDateTime" in request) == (state is not State.MADE)


def test_without_consent_the_request_says_that_nothing_may_be_shared():
    kept_back = referral(consent="no", consent_by=None, shared="")
    (request,) = told(Story(NUMBER, NUMBER, None, None, referrals=[kept_back]), "ServiceRequest")
    assert request["note"] == [
        {"text": "What may be shared with them: No consent: nothing may be shared."}
    ]


def test_an_attempt_as_a_communication():
    said = {one["topic"]["text"]: one["status"] for one in told(whole(), "Communication")}
    assert said["Attempt 1"] == "in-progress"
    assert said["Attempt 2"] == "completed", "reached"
    assert said["Attempt 3"] == "not-done", "voicemail"
    assert said["Attempt 10"] == "stopped", "interrupted"


def test_a_revoked_consent_is_a_revoked_plan():
    revoked = promise(state="closed", closed_reason="withdrawn", revoked_at=NOON)
    (plan,) = told(Story(NUMBER, NUMBER, None, None, promises=[revoked]), "CarePlan")
    assert plan["status"] == "revoked"
