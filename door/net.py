"""What happens when a webhook fails? Whoever listens hears a way on, and never our mistake.

After a valid signature every fault answers 200 with a way on (FAILURES R9). A webhook that only
tells us something is refused, so that the carrier says it again.
"""

import random
import time

import structlog
from flask import Response, current_app, g, request
from werkzeug.exceptions import HTTPException

from door.phone import OTHERS, answer, board, fields, nobody_listens, phone
from switchboard import calls, offline, voice
from telephony import forms, twiml

log = structlog.get_logger()

TRIES_MAX, PAUSE_SECONDS = 3, (0.01, 0.05)
BUDGET_SECONDS = 4  # work on one webhook (DESIGN, Numbers)
IN_LINE = ("key", "agree", "incident")  # asked from within the wait document: no dialling there
OTHER_LEGS = ("clinician-left", "psap", "psap-left", "guest-pressed", "guest-left")


@phone.before_request
def begin() -> None:
    """The first of all: from here on the budget runs."""
    g.began = time.monotonic()


@phone.after_request
def notice_slowness(response: Response) -> Response:
    """A database that takes a whole budget without failing is as good as gone (FAILURES C6)."""
    if time.monotonic() - g.began > BUDGET_SECONDS:
        log.warning("a webhook took its whole budget", path=request.path)
        board().standby.trip(board().now())
    return response


@phone.errorhandler(offline.DATABASE_AWAY)
def database_away(error: Exception) -> Response:
    """Gone, read-only, full or slow: this caller and the next ones are led on without it."""
    if isinstance(error, offline.ONCE_MORE) and (answered := _once_more()):
        return answered
    log.warning("the database failed a webhook", path=request.path, why=str(error))
    board().standby.trip(board().now())
    return without_database()


def _once_more() -> Response | None:
    """Another transaction was in the way: the same again, some times, within the budget (D11)."""
    view = current_app.view_functions[str(request.endpoint)]
    for _ in range(TRIES_MAX):
        time.sleep(random.uniform(*PAUSE_SECONDS))
        try:
            return current_app.make_response(view(**(request.view_args or {})))  # type: ignore[arg-type]
        except offline.ONCE_MORE:
            continue
        except offline.DATABASE_AWAY:
            return None
    return None


@phone.errorhandler(forms.BadForm)
def refuse_form(error: forms.BadForm) -> Response:
    """Signed but malformed: the leg gets a way on, a status webhook a plain refusal."""
    log.warning("malformed webhook", path=request.path, why=str(error))
    return Response(status=400) if nobody_listens() else way_on()


@phone.errorhandler(calls.NoSuchCall)
def unknown_call(_error: calls.NoSuchCall) -> Response:
    """An address of a call we do not have: whoever is on the leg is kept and passed to a human."""
    log.warning("webhook about an unknown call", path=request.path)
    return Response(status=204) if nobody_listens() else way_on()


@phone.errorhandler(Exception)
def keep_the_caller(error: Exception) -> Response:
    """Our own fault. The carrier asks a status webhook again; a caller must hear a way on."""
    if isinstance(error, HTTPException) and not getattr(g, "signed", False):
        return Response(status=error.code)  # an unsigned stranger learns nothing
    log.error("webhook failed", path=request.path, exc_info=error)
    return without_database()  # tables that are gone look like a mistake of ours


def without_database() -> Response:
    """People's phones for a caller; other legs as ever. What happened is noted on the disk."""
    over = forms.hung_up(getattr(g, "fields", {}))
    if nobody_listens():
        noted = request.endpoint == "phone.ended" and over
        noted = noted and offline.note(board(), fields(), g.key, "ended")
        return Response(status=204 if noted else 503)  # 503: the carrier says it again
    if _another_leg() or request.endpoint == "phone.wait" or _verb() in IN_LINE:
        return way_on()
    try:
        first = request.endpoint == "phone.arrived"
        return answer(offline.start(board(), fields(), g.key, first=first))
    except Exception:
        log.exception("nothing to ring without the database")
        return way_on()


def way_on() -> Response:
    """Words and a human's number for a caller; other legs are let go, and their caller kept.

    From inside the waiting line, where nothing can be dialled, the leg is led out of it first.
    """
    verb = _verb()
    if request.endpoint == "phone.waiting_sound":  # whatever its form says; nothing else may play
        return answer(twiml.waiting_sound(board().settings.public_base_url, "bed"))
    if _another_leg():
        return answer(voice.let_go(board()))
    if request.endpoint == "phone.wait" or verb in IN_LINE:
        return answer(voice.out_of_line(board()))
    if forms.rung_by_us(getattr(g, "fields", {})):  # a follow-up's person learns nothing (D19)
        return answer(voice.let_go(board()))
    dialled = forms.dialled(getattr(g, "fields", {}).get("To", ""))
    return answer(voice.safe(board(), board().book.dialled(dialled).id))


def _another_leg() -> bool:
    """Whether no caller listens: a clinician's leg, or one that we rang and nobody talked on."""
    if request.endpoint not in (None, "phone.fallback"):
        return request.endpoint in OTHERS or _verb() in OTHER_LEGS
    facts: forms.Fields = getattr(g, "fields", {})
    talked = "/talk-ended/" in facts.get("ErrorUrl", "")  # a follow-up's person, cut off
    return forms.softphone(facts) or (forms.rung_by_us(facts) and not talked)


def _verb() -> str:
    found: str = (request.view_args or {}).get("verb", "")
    return found
