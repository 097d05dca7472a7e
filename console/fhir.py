"""A person's follow-ups and referrals, taken out as FHIR R4 for another system of care."""

import json

from flask import Blueprint, Response, abort

from console.followup_page import found
from console.here import board, myself, now, store
from console.records import OF_CALL, may_read
from switchboard import fhir, person_story
from switchboard.person_story import Story


def install(console: Blueprint) -> None:
    add = console.add_url_rule
    add("/records/<call_id>/fhir.json", "fhir_of_call", of_call)
    add("/follow-ups/<followup_id>/fhir.json", "fhir_of_followup", of_followup)


def of_call(call_id: str) -> Response:
    """Of whoever was in this contact."""
    with store().read() as rows:
        call = rows.calls.get(call_id)
        if call is None or not may_read(rows, myself(), call):
            abort(404)
        story = person_story.of_call(board(), rows, call)
    return taken_out(story, OF_CALL.format(call_id))


def of_followup(followup_id: str) -> Response:
    """Of whom a call was promised to."""
    one = found(followup_id)
    with store().read() as rows:
        contact = rows.calls.get(one.call_id) if one.call_id else None
        story = person_story.of_number(rows, one.number, contact)
    return taken_out(story, f"followup:{followup_id}")


def taken_out(story: Story, object_: str) -> Response:
    """Audited before it leaves."""
    with store().begin() as rows:
        rows.audit.write(myself().id, "fhir.exported", object_, {}, now())
    text = json.dumps(fhir.bundle(story, now()), ensure_ascii=False, indent=1)
    attached = {"Content-Disposition": "attachment; filename=follow-ups.fhir.json"}
    return Response(text, mimetype="application/fhir+json", headers=attached)
