"""The telephone door: what a leg asks, the switchboard decides, and the answer is TwiML.

Around every door: who comes in (`door/entrance.py`), and what happens when one fails
(`door/net.py`). Where nobody listens on a line: `door/news.py`. Below, the whole web process.
"""

import os
from collections.abc import Iterable
from functools import partial
from http import HTTPStatus
from importlib.metadata import version
from typing import TYPE_CHECKING

from flask import Flask, Response, g, send_from_directory

from config import logs
from config import settings as environment
from console.meanwhile import Meanwhile
from door import entrance
from door import news as _news  # noqa: F401  (its doors belong to the same telephone)
from door.phone import NEVER_ASK, OTHERS, among, answer, board, fields, phone
from switchboard import arrivals, calls, clock, hearing, offline, phones, voice
from switchboard.board import Board, make_board
from telephony import forms, twiml

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

BODY_BYTES_MAX = 16 * 1024 * 1024  # a signed monster still gets words; forms.parse refuses it
TZDATA = version("tzdata")  # which rules of clock changes decide who is on call
TELEPHONE = ("/voice/", "/text/", "/sound/", "/healthz")
BOOT_FAILED = 3  # what gunicorn's master takes for a worker that cannot start


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
@among(NEVER_ASK)
def offline_next(line_id: str, turn: int, hop: int) -> Response:
    """A phone of the snapshot did not take the call, or has ended it: ring the next."""
    return answer(offline.rang(board(), fields(), g.key, line_id, turn, hop))


@phone.post("/voice/offline/again/<line_id>/<int:hop>")
@among(NEVER_ASK)
def offline_again(line_id: str, hop: int) -> Response:
    """Everybody was rung once: back into the line if the database is there."""
    return answer(offline.go_on(board(), fields(), g.key, line_id, hop))


@phone.post("/voice/offline/screen/<line_id>")
@among(NEVER_ASK, OTHERS)
def offline_screen(line_id: str) -> Response:
    """One of those phones was picked up."""
    return answer(offline.screen(board(), line_id))


@phone.post("/voice/offline/pressed/<line_id>")
@among(NEVER_ASK, OTHERS)
def offline_pressed(line_id: str) -> Response:
    """A key was pressed on it."""
    return answer(offline.pressed(board(), fields(), line_id))


# -- the other legs ---------------------------------------------------------------------------


@phone.post("/voice/desk")
@among(OTHERS)
def desk() -> Response:
    """A softphone dialled in, naming the offer it accepted; or only to test its connection."""
    if phones.tests_connection(fields()):
        return answer(phones.connection_test(board()))
    return answer(phones.desk(board(), fields(), g.key))


@phone.post("/voice/<call_id>/phone/<offer_id>/<int:hop>")
@among(OTHERS)
def phone_answered(call_id: str, offer_id: str, hop: int) -> Response:
    """A backup clinician's cell phone was picked up: nothing counts before 1 is pressed."""
    return answer(phones.answered(board(), call_id, offer_id, fields().get("CallSid", "")))


@phone.post("/voice/<call_id>/pressed/<offer_id>/<int:hop>")
@among(OTHERS)
def phone_pressed(call_id: str, offer_id: str, hop: int) -> Response:
    """A key was pressed on a backup clinician's cell phone."""
    return answer(phones.pressed(board(), offer_id, fields(), g.key))


@phone.post("/voice/<call_id>/guest/<guest_id>/<int:hop>")
@among(OTHERS)
def guest_answered(call_id: str, guest_id: str, hop: int) -> Response:
    """A guest's phone was picked up: nothing counts before 1 is pressed."""
    event = hearing.guest_answered(guest_id, fields())
    return answer(calls.handle(board(), call_id, g.key, event))


@phone.post("/voice/<call_id>/psap-pressed/<int:hop>")
@among(OTHERS)
def psap_pressed(call_id: str, hop: int) -> Response:
    """A key was pressed on the 911 centre's own line."""
    return answer(phones.psap_pressed(board(), call_id, fields(), g.key))


@phone.post("/voice/<call_id>/person/<attempt_id>/<int:hop>")
@among(OTHERS)
def person_answered(call_id: str, attempt_id: str, hop: int) -> Response:
    """Follow-up: the person's phone was picked up."""
    return answer(phones.person(board(), call_id, attempt_id, fields(), g.key))


# -- documents and sounds that name nobody ----------------------------------------------------


# By POST: the carrier adds who calls to the request, and an address is in everybody's log (E11).
@phone.post("/voice/<any(bed, ringing):sound>")
@among(NEVER_ASK)
def waiting_sound(sound: str) -> Response:
    """What a conference plays until it starts."""
    return answer(twiml.waiting_sound(board().settings.public_base_url, sound))


@phone.get("/sound/<path:name>")
@among(NEVER_ASK)
def sound_file(name: str) -> Response:
    """The bed of sound, the ringing tone, recorded prompts."""
    return send_from_directory(board().settings.sound_dir, name, max_age=3600)


@phone.post("/voice/selftest")
@among(NEVER_ASK)
def selftest() -> Response:
    """`diversion doctor` signs a request to our public address: does it verify?"""
    return Response("signed and understood\n", content_type="text/plain")


# -- the whole web process --------------------------------------------------------------------


def telephone(the_board: Board) -> Flask:
    """The telephone door alone, with its health."""
    app = Flask("diversion", static_folder=None)
    app.extensions["board"] = the_board
    app.config["MAX_CONTENT_LENGTH"] = BODY_BYTES_MAX
    app.register_blueprint(phone)
    app.add_url_rule("/healthz", view_func=health)
    for astray_by in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED):
        app.register_error_handler(astray_by, entrance.astray)
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
