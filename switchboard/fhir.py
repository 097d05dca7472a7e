"""What would another system of care read of one person's follow-ups and referrals? HL7 FHIR R4.

A Bundle of one Patient, one CarePlan, a Task for each promise and each referral, a ServiceRequest
for each referral, and a Communication for each attempt and each call of theirs. Never what was
written of a contact, and nobody of the house by name. Only what a state means is decided here
(docs/linkage.md).
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from callbacks.plan import LABELS, Outcome
from care.referral import IN_WORDS, NO_CONSENT, Referral, State
from ivr.call import Call
from storage.values import Attempt, FollowUp
from switchboard.person_story import Story

Resource = dict[str, Any]

PHONE = {
    "coding": [
        {
            "system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationMode",
            "code": "PHONE",
        }
    ]
}
US = {"type": "Organization", "display": "The crisis line"}
# A promise as a Task; one that was closed says by its reason.
TASK_OF_PROMISE = {"due": "requested", "offered": "requested", "placing": "in-progress"}
TASK_OF_CLOSED = {
    "kept": "completed",
    "reached_us": "completed",
    "unreached": "failed",
    "wrong_number": "failed",
    "withdrawn": "cancelled",
    "no_consent": "cancelled",
    "talk_over": "cancelled",
}
BY_SOMEBODY = "cancelled"  # a named person closed it, in their own word
COMMUNICATION = {
    Outcome.REACHED: "completed",
    Outcome.REACHED_US: "completed",
    Outcome.INTERRUPTED: "stopped",
}
TASK_OF_REFERRAL = {
    State.MADE: "requested",
    State.APPOINTMENT: "accepted",
    State.KEPT: "completed",
    State.MISSED: "failed",
    State.DECLINED: "rejected",
}
# What was missed may be agreed anew: the request stands.
REQUEST = {
    State.MADE: "active",
    State.APPOINTMENT: "active",
    State.MISSED: "active",
    State.KEPT: "completed",
    State.DECLINED: "revoked",
}


def bundle(story: Story, now: datetime) -> Resource:
    """Return the Bundle (type collection); every reference in it is to something in it."""
    resources = [_patient(story), _care_plan(story), *_resources(story)]
    entries = [{"fullUrl": f"urn:uuid:{one['id']}", "resource": one} for one in resources]
    return {
        "resourceType": "Bundle",
        "id": _id("bundle", f"{story.key} {now.isoformat()}"),
        "type": "collection",
        "timestamp": now.isoformat(),
        "entry": entries,
    }


def _resources(story: Story) -> Iterator[Resource]:
    for promise in story.promises:
        yield _task_of_promise(story, promise)
    for one in story.referrals:
        yield _request(story, one)
        yield _task_of_referral(story, one)
    for attempt in story.attempts:
        yield _attempt(story, attempt)
    for call in story.calls:
        yield _call(story, call)


def _id(kind: str, key: str) -> str:
    """An id that leaves the house: the same each time, and neither a number nor a name."""
    return str(uuid5(NAMESPACE_OID, f"diversion-line {kind} {key}"))


def _to(kind: str, key: str) -> Resource:
    return {"reference": f"urn:uuid:{_id(kind, key)}"}


def _said(**facts: Any) -> Resource:
    """A resource without what it does not say."""
    return {name: value for name, value in facts.items() if value not in (None, "", [], {})}


def _at(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _patient(story: Story) -> Resource:
    spoken = {"coding": [{"system": "urn:ietf:bcp:47", "code": story.language}]}
    return _said(
        resourceType="Patient",
        id=_id("patient", story.key),
        name=[{"text": story.name}] if story.name else [],
        telecom=[{"system": "phone", "value": story.number}] if story.number else [],
        communication=[{"language": spoken}] if story.language else [],
    )


def _care_plan(story: Story) -> Resource:
    tasks = [_to("promise", one.id) for one in story.promises]
    tasks += [_to("request", one.id) for one in story.referrals]
    began = [one.promised_at for one in story.promises] + [one.made_at for one in story.referrals]
    return _said(
        resourceType="CarePlan",
        id=_id("plan", story.key),
        status=_status_of_plan(story),
        intent="plan",
        title="Follow-up after contact with the crisis line",
        subject=_to("patient", story.key),
        period={"start": _at(min(began))} if began else {},
        activity=[{"reference": one} for one in tasks],
    )


def _status_of_plan(story: Story) -> str:
    if any(_task(one) in ("requested", "in-progress") for one in story.promises):
        return "active"
    if any(one.open for one in story.referrals):
        return "active"
    if any(one.revoked_at for one in story.promises):
        return "revoked"
    return "completed"


def _task(promise: FollowUp) -> str:
    if promise.state in TASK_OF_PROMISE:
        return TASK_OF_PROMISE[promise.state]
    return TASK_OF_CLOSED.get(promise.closed_reason or promise.state, BY_SOMEBODY)


def _task_of_promise(story: Story, one: FollowUp) -> Resource:
    reason = (one.closed_reason or "").replace("_", " ")
    return _said(
        resourceType="Task",
        id=_id("promise", one.id),
        basedOn=[_to("plan", story.key)],
        status=_task(one),
        statusReason={"text": reason} if reason else {},
        intent="order",
        code={"text": "Follow-up call" if one.kind == "followup" else "Call back"},
        **{"for": _to("patient", story.key)},
        authoredOn=_at(one.promised_at),
        lastModified=_at(one.closed_at),
        requester=US,
        restriction=_said(
            repetitions=one.attempts_max,
            period=_window(one),
        ),
    )


def _window(one: FollowUp) -> Resource:
    """When it is to be kept; of one that is past its window (R4's per-1), until when it was."""
    late = one.due_until is not None and one.due_at > one.due_until
    return _said(start=None if late else _at(one.due_at), end=_at(one.due_until))


def _request(story: Story, one: Referral) -> Resource:
    may = one.shared if one.consent != NO_CONSENT else "No consent: nothing may be shared."
    return _said(
        resourceType="ServiceRequest",
        id=_id("request", one.id),
        status=REQUEST[one.state],
        intent="order",
        code={"text": f"Referral to {one.service_name}"},
        subject=_to("patient", story.key),
        occurrenceDateTime=_at(one.appointment_at),
        authoredOn=_at(one.made_at),
        requester=US,
        performer=[{"type": "HealthcareService", "display": one.service_name}],
        note=[{"text": f"What may be shared with them: {may}"}],
    )


def _task_of_referral(story: Story, one: Referral) -> Resource:
    """How far a referral is, as closed-loop referral says it: a Task whose focus is the request."""
    return _said(
        resourceType="Task",
        id=_id("referral", one.id),
        status=TASK_OF_REFERRAL[one.state],
        businessStatus={"text": IN_WORDS[one.state]},
        intent="order",
        code={"text": "Referral: did they go?"},
        focus=_to("request", one.id),
        **{"for": _to("patient", story.key)},
        authoredOn=_at(one.made_at),
        lastModified=_at(one.lines[-1].at if one.lines else one.made_at),
        requester=US,
    )


def _attempt(story: Story, one: Attempt) -> Resource:
    known = {outcome.value for outcome in Outcome}
    outcome = Outcome(one.outcome) if one.outcome in known else None
    status = COMMUNICATION.get(outcome, "not-done") if outcome else "in-progress"
    reached = status == "completed"
    return _said(
        resourceType="Communication",
        id=_id("attempt", one.id),
        basedOn=[_to("promise", one.followup_id)],
        status=status,
        statusReason={"text": LABELS[outcome]} if outcome and not reached else {},
        medium=[PHONE],
        subject=_to("patient", story.key),
        topic={"text": f"Attempt {one.number_of}"},
        sent=_at(one.started_at),
        received=_at(one.ended_at) if reached else None,
        recipient=[_to("patient", story.key)],
        sender=US,
    )


def _call(story: Story, one: Call) -> Resource:
    return _said(
        resourceType="Communication",
        id=_id("call", one.id),
        status="completed" if one.answered_at else "not-done" if one.ended_at else "in-progress",
        medium=[PHONE],
        subject=_to("patient", story.key),
        topic={"text": "They called the crisis line"},
        sent=_at(one.arrived_at),
        received=_at(one.answered_at),
        sender=_to("patient", story.key),
        recipient=[US],
    )
