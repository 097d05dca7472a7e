"""What does the carrier tell us while nobody listens on a line? What became of legs, and texts."""

from flask import Response, g

from door.phone import SILENT, among, answer, board, fields, phone
from ivr import events as e
from switchboard import calls, evidence, hearing, offline, phones, text_sending, texts
from telephony import forms, text_forms


@phone.post("/voice/ended")
@among(SILENT)
def ended() -> Response:
    """A status webhook of the number: the caller's leg is over."""
    if forms.hung_up(fields()):
        sid = fields().get("CallSid", "")
        try:
            calls.handle_leg(board(), sid, g.key, lambda _call, at: e.LegEnded(at=at))
        except calls.NoSuchCall:
            offline.ended_unknown(board(), fields(), g.key)
    return Response(status=204)


@phone.post("/voice/<call_id>/phone-status/<offer_id>")
@among(SILENT)
def phone_status(call_id: str, offer_id: str) -> Response:
    """What became of ringing a backup clinician's cell phone."""
    phones.told(board(), offer_id, forms.leg(fields()), over=forms.hung_up(fields()))
    return Response(status=204)


@phone.post("/voice/<call_id>/person-status/<attempt_id>")
@among(SILENT)
def person_status(call_id: str, attempt_id: str) -> Response:
    """What became of ringing a follow-up's person."""
    phones.person_told(board(), call_id, attempt_id, fields(), g.key)
    return Response(status=204)


@phone.post("/voice/<call_id>/psap-status")
@among(SILENT)
def psap_status(call_id: str) -> Response:
    """What became of ringing the 911 centre's own line."""
    if forms.hung_up(fields()):
        sid = fields().get("CallSid", "")
        calls.handle(board(), call_id, g.key, lambda _call, at: e.PsapGone(at=at, leg_sid=sid))
    return Response(status=204)


@phone.post("/voice/<call_id>/guest-status/<guest_id>")
@among(SILENT)
def guest_status(call_id: str, guest_id: str) -> Response:
    """What became of ringing a guest."""
    sid = forms.leg(fields())
    tells = evidence.guest_gone if forms.hung_up(fields()) else evidence.guest_rung
    calls.handle(board(), call_id, g.key, tells(guest_id, sid))
    return Response(status=204)


@phone.post("/voice/<call_id>/room")
@among(SILENT)
def room(call_id: str) -> Response:
    """Something happened in the call's conference."""
    if event := hearing.of_room(fields()):
        calls.handle(board(), call_id, g.key, event)
    return Response(status=204)


# -- text messages ----------------------------------------------------------------------------


@phone.post("/text/received")
@among(SILENT)
def text_received() -> Response:
    """A text came in on one of our numbers."""
    facts = text_forms.received(fields())
    return answer(texts.received(board(), facts)) if facts else Response(status=204)


@phone.post("/text/<text_id>/text-status")
@among(SILENT)
def text_status(text_id: str) -> Response:
    """What became of a text that we sent."""
    if news := text_forms.news(fields()):
        text_sending.told(board(), text_id, news)
    return Response(status=204)
