"""What stands beside the telephone door in the measured web process? A bare view, to compare with.

Both are served by the same gunicorn worker. The process runs no sweeper of its own, so that the
CPU time between two readings is that of the requests alone.
"""

import resource
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from flask import Flask, Response, request

import webhooks
from config import settings as environment
from door.phone import answer
from ivr.call import Call
from ivr.events import Waited
from ivr.flow import advance
from switchboard import voice
from switchboard.board import Board, make_board
from telephony import forms, signature

BARE = "/bench/"
WsgiApp = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Both:
    """Our application, and below /bench/ the one to compare it with."""

    def __init__(self, ours: Flask, bare: Flask) -> None:
        self.ours, self.bare = ours, bare
        self.extensions = ours.extensions  # config/gunicorn.py looks for the people door here

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        app = self.bare if environ["PATH_INFO"].startswith(BARE) else self.ours
        return app.wsgi_app(environ, start)


def create_app() -> Both:
    board = make_board(environment.read().ready_for_calls())
    return Both(webhooks.create_app(board), comparison(board))


def comparison(board: Board) -> Flask:
    app = Flask("bare")
    waiting = replace(voice.nobody(board), id="x" * 22)
    app.add_url_rule(f"{BARE}bare", view_func=bare, methods=["POST"])
    app.add_url_rule(f"{BARE}cpu", view_func=cpu)
    app.add_url_rule(
        f"{BARE}lap", "lap", lambda: lap_without_database(board, waiting), methods=["POST"]
    )
    return app


def bare() -> str:
    return "ok"


def cpu() -> str:
    """Microseconds of CPU that this process used, and those of the kernel for it.

    The same that /proc says of the worker, but finer than its 10 ms.
    """
    used = resource.getrusage(resource.RUSAGE_SELF)
    return f"{time.process_time_ns() / 1000} {used.ru_stime * 1e6}"


def lap_without_database(board: Board, call: Call) -> Response:
    """Check the signature, read the form, decide, write the TwiML: all but keeping it."""
    pairs = forms.pairs(request.get_data(cache=False, parse_form_data=False))
    settings = board.settings
    header = request.headers.get("X-Twilio-Signature")
    url = f"{settings.public_base_url}{request.path}"
    if not signature.valid(url, pairs, b"x", header, settings.auth_tokens):
        return Response(status=403)
    forms.inbox_key(request.path, forms.parse(pairs))
    step = advance(call, Waited(at=board.now(), ringing=1, ways=voice.ways(board, call)))
    return answer(voice.render(board, step.call, step.replies))
