"""What happened, by the form of the webhook that tells of it?"""

from collections.abc import Callable
from datetime import datetime

from ivr import events as e
from ivr import guest_events as g
from ivr.call import Call, Ended, Role, Stage
from switchboard import voice
from switchboard.board import Board
from switchboard.calls import EventMaker
from telephony import forms
from telephony.forms import Fields

Joined = e.ClinicianJoined | e.CallerJoined | e.PsapJoined
Hearing = Callable[[Board, Fields, Call, datetime], e.Event]

GUESTS = tuple(Role)
INCIDENT_MOST = 20  # characters: anybody may send a header
BRIDGED = ("completed", "answered")
IN_ROOM: dict[tuple[str, str], type[Joined]] = {
    ("participant-join", "clinician"): e.ClinicianJoined,
    ("participant-join", "caller"): e.CallerJoined,
    ("participant-join", "person"): e.CallerJoined,
    ("participant-join", "psap"): e.PsapJoined,
}
EXPECTED = (Stage.WAITING, Stage.CONNECTING)  # in the line, or in the call's own room


def of_verb(board: Board, verb: str, form: Fields) -> EventMaker:
    """What makes the event of a call's own address; `verb` is one of VERBS."""
    return lambda call, at: VERBS[verb](board, form, call, at)


def of_room(form: Fields) -> EventMaker | None:
    """The same of a conference's webhook. None: nothing that matters to the call."""
    role, dash, guest_id = form.get("ParticipantLabel", "").partition("-")
    if dash and role in GUESTS and form.get("StatusCallbackEvent") == "participant-join":
        return lambda _call, at: g.GuestJoined(at=at, guest_id=guest_id)
    kind = IN_ROOM.get((form.get("StatusCallbackEvent", ""), form.get("ParticipantLabel", "")))
    return kind and (lambda call, at: _joined(kind, form, call, at))


def _joined(kind: type[Joined], form: Fields, call: Call, at: datetime) -> e.Event:
    """A caller who comes into a room of before the last cut-off went astray: nobody is there."""
    here = form.get("FriendlyName", call.room) == call.room
    if kind is e.CallerJoined and not here and call.stage in EXPECTED:
        return e.Strayed(at=at)
    return kind(at=at, leg_sid=_leg(form))


def guest_answered(guest_id: str, form: Fields) -> EventMaker:
    """A guest's phone was picked up."""
    sid = _leg(form)
    return lambda _call, at: g.GuestAnswered(at=at, guest_id=guest_id, leg_sid=sid)


def _language(board: Board, form: Fields, call: Call, at: datetime) -> e.Event:
    key = forms.key(form)
    if voice.takes_incident(board, call, key):
        return e.IncidentBegun(at=at)
    chosen = voice.language_of(board, call, key)
    return e.LanguageChosen(at=at, language=chosen) if chosen else e.GreetingEnded(at=at)


def _screen(board: Board, form: Fields, call: Call, at: datetime) -> e.Event:
    return e.Screened(at=at, passed=forms.key(form) == voice.screen_digit(call.id))


def _key(board: Board, form: Fields, call: Call, at: datetime) -> e.Event:
    key = forms.key(form)
    if voice.takes_incident(board, call, key):
        return e.IncidentBegun(at=at)
    return e.KeyPressed(
        at=at,
        key=key,
        means=voice.meaning(board, call, key),
        language=voice.language_of(board, call, key),
        dialable=voice.dialable(board, call),
    )


def _pass_ended(board: Board, form: Fields, call: Call, at: datetime) -> e.Event:
    status = form.get("DialCallStatus", "")
    bridged = form.get("DialBridged", "true") == "true"
    talked = status in BRIDGED and bridged
    way_back = bool(board.line(call.line).return_number)
    return e.PassEnded(at=at, talked=talked, hung_up=forms.hung_up(form), way_back=way_back)


def psap_pressed(form: Fields, call: Call, at: datetime, incident: str) -> e.Event:
    """A key was pressed at the 911 centre, whose number `incident` is said letter by letter."""
    return e.PsapPressed(
        at=at,
        took=forms.key(form) == "1",
        leg_sid=_leg(form),
        incident=" ".join(char for char in incident[:INCIDENT_MOST] if char.isalnum()),
        seconds=int((at - call.arrived_at).total_seconds()),
    )


def _guest_left(_board: Board, form: Fields, call: Call, at: datetime) -> e.Event:
    over = forms.hung_up(form)
    if _leg(form) == call.clinician_leg:  # came as a guest, and has the caller now
        if over and call.ended_reason is Ended.CLINICIAN_ENDED:
            return e.Strayed(at=at)  # a guest's leaving closes no room: the caller is alone in it
        return _clinician_left(form, at)
    return g.GuestLeft(at=at, leg_sid=_leg(form), hung_up=over, refused=_refused(form))


def _clinician_left(form: Fields, at: datetime) -> e.Event:
    hung_up = forms.hung_up(form) or _refused(form)
    return e.ClinicianLeft(at=at, leg_sid=_leg(form), hung_up=hung_up)


def _refused(form: Fields) -> bool:
    """Whether the room did not let the leg in."""
    return form.get("DialCallStatus") == "failed"


def _leg(form: Fields) -> str:
    return form.get("CallSid", "")


VERBS: dict[str, Hearing] = {
    "language": _language,
    "screen": _screen,
    "greeted": lambda _board, form, _call, at: e.GreetingEnded(at=at),
    "key": _key,
    "agree": lambda _board, form, _call, at: e.CallbackAgreed(at=at, agreed=forms.key(form) == "1"),
    "incident": lambda _board, form, _call, at: e.IncidentKeyed(at=at, number=forms.incident(form)),
    "line-left": lambda _board, form, _call, at: e.LineLeft(
        at=at, result=form.get("QueueResult", "")
    ),
    "talk-ended": lambda _board, form, _call, at: e.TalkEnded(at=at, hung_up=forms.hung_up(form)),
    "pass-ended": _pass_ended,
    "psap": lambda _board, form, _call, at: e.PsapAnswered(at=at, leg_sid=_leg(form)),
    "psap-left": lambda _board, form, _call, at: e.PsapLeft(
        at=at, leg_sid=_leg(form), hung_up=forms.hung_up(form)
    ),
    "guest-pressed": lambda _board, form, _call, at: g.GuestPressed(
        at=at, leg_sid=_leg(form), took=forms.key(form) == "1"
    ),
    "guest-left": _guest_left,
    "clinician-left": lambda _board, form, _call, at: _clinician_left(form, at),
    "fallback": lambda _board, form, _call, at: e.FetchFailed(
        at=at, code=form.get("ErrorCode", "")
    ),
}
