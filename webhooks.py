"""The telephone door: verify, parse, ask the switchboard, answer in TwiML. Also the whole web app.

A caller never hears our mistakes: after a valid signature every fault answers 200 with a way on;
without one, 403 and nothing changes (FAILURES R9).
"""

import os
import random
import time
from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from importlib.metadata import version
from typing import TYPE_CHECKING

import structlog
from flask import Blueprint, Flask, Response, abort, current_app, g, request, send_from_directory
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from config import logs
from config import settings as environment
from console.meanwhile import Meanwhile
from ivr import events as e
from switchboard import (
    arrivals,
    calls,
    clock,
    evidence,
    hearing,
    offline,
    phones,
    readiness,
    text_sending,
    texts,
    voice,
)
from switchboard.board import Board, make_board
from telephony import forms, signature, text_forms, twiml

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = structlog.get_logger()
phone = Blueprint("phone", __name__)

BODY_BYTES_MAX = 16 * 1024 * 1024  # a signed monster still gets words; forms.parse refuses it
TRIES_MAX, PAUSE_SECONDS = 3, (0.01, 0.05)
BUDGET_SECONDS = 4  # work on one webhook (DESIGN, Numbers)
TZDATA = version("tzdata")  # which rules of clock changes decide who is on call
TELEPHONE = ("/voice/", "/text/", "/sound/", "/healthz")
BOOT_FAILED = 3  # what gunicorn's master takes for a worker that cannot start
TWIML = "text/xml; charset=utf-8"
IN_LINE = ("key", "agree", "incident")  # asked from within the wait document: no dialling there
OF_A_NUMBER = ("phone.arrived", "phone.fallback", "phone.ended")  # entered at the carrier for each
OTHER_LEGS = ("clinician-left", "psap", "psap-left", "guest-pressed", "guest-left")


def board() -> Board:
    """The switchboard this app serves."""
    found: Board = current_app.extensions["board"]
    return found


def fields() -> forms.Fields:
    """The webhook's parsed form."""
    found: forms.Fields = g.fields
    return found


def answer(document: bytes) -> Response:
    """TwiML, as the carrier wants it."""
    return Response(document, content_type=TWIML)


# -- verify and parse -------------------------------------------------------------------------


@phone.before_request
def verify() -> None:
    """403 unless the carrier signed this; then one value per field, or the form is refused."""
    g.began = time.monotonic()
    if request.method == "GET":
        return  # static documents that name nobody
    pairs = signed_pairs()
    g.signed = True
    if "\0" in "".join((request.path, *request.args.values())):  # PostgreSQL keeps no NUL
        raise forms.BadForm("the address is not text")
    g.fields = forms.parse(pairs)
    g.key = forms.inbox_key(request.path, g.fields)


def signed_pairs() -> list[tuple[str, str]]:
    """The form, as the carrier signed it (of GET, the address alone); 403 when nobody did."""
    body = b"" if request.method == "GET" else request.get_data(cache=False, parse_form_data=False)
    pairs = forms.pairs(body)
    settings = board().settings
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    url = f"{settings.public_base_url}{request.path}{query}"
    header = request.headers.get("X-Twilio-Signature")
    if not signature.valid(url, pairs, body, header, settings.auth_tokens):
        abort(403)
    return pairs


@phone.before_request
def say_who_is_ready() -> Response | None:
    """A 911 centre rang its beacon: it is told and let go, with the database or without."""
    if request.endpoint not in OF_A_NUMBER:
        return None
    line = board().book.by_ready_number.get(forms.dialled(fields().get("To", "")))
    if line is None:
        return None
    return Response(status=204) if _nobody_listens() else answer(readiness.rung(board(), line))


@phone.before_request
def leave_the_database_alone() -> Response | None:
    """While it is away nobody waits for it: the answer is the one that is given without it."""
    if request.endpoint in NEVER_ASK or not board().standby.away(board().now()):
        return None
    return without_database()


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
    return Response(status=400) if _nobody_listens() else way_on()


@phone.errorhandler(calls.NoSuchCall)
def unknown_call(_error: calls.NoSuchCall) -> Response:
    """An address of a call we do not have: whoever is on the leg is kept and passed to a human."""
    log.warning("webhook about an unknown call", path=request.path)
    return Response(status=204) if _nobody_listens() else way_on()


def astray(error: HTTPException) -> Response:
    """No address of ours, or one entered with GET: the carrier's leg hears a way on (R9)."""
    ours = request.path.startswith("/voice/") and request.method in ("GET", "POST")
    if not ours or _status_address():
        return Response(status=error.code)  # the carrier's own log tells the operator
    try:
        g.fields = dict(signed_pairs()) or request.args
    except HTTPException as refused:
        return Response(status=refused.code)
    log.error("webhook at no address of ours", path=request.path, method=request.method)
    return way_on()


def _status_address() -> bool:
    """Whether nobody would listen there, had it been asked by POST."""
    with suppress(HTTPException, RequestRedirect):
        endpoint, _ = current_app.create_url_adapter(request).match(method="POST")  # type: ignore[union-attr]
        return endpoint in SILENT
    return False


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
    if _nobody_listens():
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
        return waiting_sound("bed")
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


def _nobody_listens() -> bool:
    return request.endpoint in SILENT


# -- the caller's leg -------------------------------------------------------------------------


@phone.post("/voice/arrived")
def arrived() -> Response:
    """A call came in on one of our numbers."""
    return answer(arrivals.arrive(board(), forms.arrival(fields()), g.key))


@phone.post("/voice/<call_id>/wait/<int:hop>")
def wait(call_id: str, hop: int) -> Response:
    """Another lap of the wait document."""
    return answer(calls.another_lap(board(), call_id, g.key))


@phone.post("/voice/<call_id>/<verb>/<int:hop>")
def told(call_id: str, verb: str, hop: int) -> Response:
    """A leg of a call we know asks what to do next."""
    if verb not in hearing.VERBS:
        raise calls.NoSuchCall(call_id)
    event = hearing.of_verb(board(), verb, fields())
    return answer(calls.handle(board(), call_id, g.key, event))


@phone.post("/voice/fallback")
def fallback() -> Response:
    """The carrier could not perform our last answer: go on from the call's state (FAILURES C7).

    Only the caller's own leg gets the caller's place; whoever else's leg failed does not.
    """
    facts = fields()
    if forms.softphone(facts):
        return answer(phones.desk(board(), facts, g.key))
    try:
        event = hearing.of_verb(board(), "fallback", facts)
        return answer(calls.handle_leg(board(), facts.get("CallSid", ""), g.key, event))
    except calls.NoSuchCall:
        if forms.rung_by_us(facts):
            return answer(voice.let_go(board()))
        # our first answer never came about: this is the arrival
        return answer(arrivals.arrive(board(), forms.arrival(facts), g.key))


# -- without the database: every address carries all that its answer needs ---------------------


@phone.post("/voice/offline/next/<line_id>/<int:turn>/<int:hop>")
def offline_next(line_id: str, turn: int, hop: int) -> Response:
    """A phone of the snapshot did not take the call, or has ended it: ring the next."""
    return answer(offline.rang(board(), fields(), g.key, line_id, turn, hop))


@phone.post("/voice/offline/again/<line_id>/<int:hop>")
def offline_again(line_id: str, hop: int) -> Response:
    """Everybody was rung once: back into the line if the database is there."""
    return answer(offline.go_on(board(), fields(), g.key, line_id, hop))


@phone.post("/voice/offline/screen/<line_id>")
def offline_screen(line_id: str) -> Response:
    """One of those phones was picked up."""
    return answer(offline.screen(board(), line_id))


@phone.post("/voice/offline/pressed/<line_id>")
def offline_pressed(line_id: str) -> Response:
    """A key was pressed on it."""
    return answer(offline.pressed(board(), fields(), line_id))


# -- the other legs ---------------------------------------------------------------------------


@phone.post("/voice/desk")
def desk() -> Response:
    """A softphone dialled in, naming the offer it accepted; or only to test its connection."""
    if phones.tests_connection(fields()):
        return answer(phones.connection_test(board()))
    return answer(phones.desk(board(), fields(), g.key))


@phone.post("/voice/<call_id>/phone/<offer_id>/<int:hop>")
def phone_answered(call_id: str, offer_id: str, hop: int) -> Response:
    """A backup clinician's cell phone was picked up: nothing counts before 1 is pressed."""
    return answer(phones.answered(board(), call_id, offer_id, fields().get("CallSid", "")))


@phone.post("/voice/<call_id>/pressed/<offer_id>/<int:hop>")
def phone_pressed(call_id: str, offer_id: str, hop: int) -> Response:
    """A key was pressed on a backup clinician's cell phone."""
    return answer(phones.pressed(board(), offer_id, fields(), g.key))


@phone.post("/voice/<call_id>/guest/<guest_id>/<int:hop>")
def guest_answered(call_id: str, guest_id: str, hop: int) -> Response:
    """A guest's phone was picked up: nothing counts before 1 is pressed."""
    event = hearing.guest_answered(guest_id, fields())
    return answer(calls.handle(board(), call_id, g.key, event))


@phone.post("/voice/<call_id>/psap-pressed/<int:hop>")
def psap_pressed(call_id: str, hop: int) -> Response:
    """A key was pressed on the 911 centre's own line."""
    return answer(phones.psap_pressed(board(), call_id, fields(), g.key))


@phone.post("/voice/<call_id>/person/<attempt_id>/<int:hop>")
def person_answered(call_id: str, attempt_id: str, hop: int) -> Response:
    """Follow-up: the person's phone was picked up."""
    return answer(phones.person(board(), call_id, attempt_id, fields(), g.key))


# -- nobody listens to the answer -------------------------------------------------------------


@phone.post("/voice/ended")
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
def phone_status(call_id: str, offer_id: str) -> Response:
    """What became of ringing a backup clinician's cell phone."""
    phones.told(board(), offer_id, forms.leg(fields()), over=forms.hung_up(fields()))
    return Response(status=204)


@phone.post("/voice/<call_id>/person-status/<attempt_id>")
def person_status(call_id: str, attempt_id: str) -> Response:
    """What became of ringing a follow-up's person."""
    phones.person_told(board(), call_id, attempt_id, fields(), g.key)
    return Response(status=204)


@phone.post("/voice/<call_id>/psap-status")
def psap_status(call_id: str) -> Response:
    """What became of ringing the 911 centre's own line."""
    if forms.hung_up(fields()):
        sid = fields().get("CallSid", "")
        calls.handle(board(), call_id, g.key, lambda _call, at: e.PsapGone(at=at, leg_sid=sid))
    return Response(status=204)


@phone.post("/voice/<call_id>/guest-status/<guest_id>")
def guest_status(call_id: str, guest_id: str) -> Response:
    """What became of ringing a guest."""
    sid = forms.leg(fields())
    tells = evidence.guest_gone if forms.hung_up(fields()) else evidence.guest_rung
    calls.handle(board(), call_id, g.key, tells(guest_id, sid))
    return Response(status=204)


@phone.post("/voice/<call_id>/room")
def room(call_id: str) -> Response:
    """Something happened in the call's conference."""
    if event := hearing.of_room(fields()):
        calls.handle(board(), call_id, g.key, event)
    return Response(status=204)


# -- text messages ----------------------------------------------------------------------------


@phone.post("/text/received")
def text_received() -> Response:
    """A text came in on one of our numbers."""
    facts = text_forms.received(fields())
    return answer(texts.received(board(), facts)) if facts else Response(status=204)


@phone.post("/text/<text_id>/text-status")
def text_status(text_id: str) -> Response:
    """What became of a text that we sent."""
    if news := text_forms.news(fields()):
        text_sending.told(board(), text_id, news)
    return Response(status=204)


_OFFLINE = (offline_next, offline_again, offline_screen, offline_pressed)
_PHONES = (phone_answered, phone_pressed, person_answered, guest_answered, psap_pressed)
_OTHERS = (desk, *_PHONES, offline_screen, offline_pressed)
OTHERS = {f"phone.{f.__name__}" for f in _OTHERS}
_STATUS = (ended, phone_status, person_status, psap_status, guest_status, room)
_SILENT = (*_STATUS, text_received, text_status)
SILENT = {f"phone.{f.__name__}" for f in _SILENT}


# -- documents and sounds that name nobody ----------------------------------------------------


# By POST: the carrier adds who calls to the request, and an address is in everybody's log (E11).
@phone.post("/voice/<any(bed, ringing):sound>")
def waiting_sound(sound: str) -> Response:
    """What a conference plays until it starts."""
    return answer(twiml.waiting_sound(board().settings.public_base_url, sound))


@phone.get("/sound/<path:name>")
def sound_file(name: str) -> Response:
    """The bed of sound, the ringing tone, recorded prompts."""
    return send_from_directory(board().settings.sound_dir, name, max_age=3600)


@phone.post("/voice/selftest")
def selftest() -> Response:
    """`diversion doctor` signs a request to our public address: does it verify?"""
    return Response("signed and understood\n", content_type="text/plain")


NEVER_ASK = {f"phone.{f.__name__}" for f in (*_OFFLINE, waiting_sound, sound_file, selftest)}


# -- the whole web process --------------------------------------------------------------------


def telephone(the_board: Board) -> Flask:
    """The telephone door alone, with its health."""
    app = Flask("diversion", static_folder=None)
    app.extensions["board"] = the_board
    app.config["MAX_CONTENT_LENGTH"] = BODY_BYTES_MAX
    app.register_blueprint(phone)
    app.add_url_rule("/healthz", view_func=health)
    for astray_by in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED):
        app.register_error_handler(astray_by, astray)
    return app


def create_app(given: Board | None = None) -> Flask:
    """The web process: telephone door, people door, health. Without a board, from the settings.

    The telephone is answered as soon as this returns; the people door is built meanwhile.
    """
    runner = clock.Runner()
    the_board = given or make_board(_settings(), wake=runner.wake)
    door = telephone(the_board)
    door.extensions["people"] = Meanwhile(partial(_people, the_board), failed=_end_at_once)
    door.wsgi_app = apart(door.wsgi_app, door.extensions["people"])  # type: ignore[assignment, method-assign]
    if given is None:
        runner.serve(the_board)
    return door


def _people(the_board: Board) -> Flask:
    from console import app as console

    app = telephone(the_board)
    console.attach(app, the_board)
    return app


def _end_at_once() -> None:
    """As when a start fails: gunicorn gives up at this code, and what ran before is kept."""
    os._exit(BOOT_FAILED)


def apart(door: "WSGIApplication", people: "WSGIApplication") -> "WSGIApplication":
    """Serve webhooks by a door of their own: no sign-in, session or page runs for a caller."""

    def serve(environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        telephone = environ.get("PATH_INFO", "").startswith(TELEPHONE)
        return (door if telephone else people)(environ, start)

    return serve


def _settings() -> environment.Settings:
    found = environment.read().ready_for_calls()
    logs.configure(found.log_level)
    return found


def health() -> Response:
    """200 while calls are answered, which they are without the database too; the words say which.

    An orchestrator that ended this process for its database would end the last one who answers.
    """
    try:
        board().store.ping()
    except offline.DATABASE_AWAY:
        words = "answering without the database: people's phones are rung from the snapshot\n"
        return Response(words, content_type="text/plain")
    return Response(f"ok\nclock changes by tzdata {TZDATA}\n", content_type="text/plain")
