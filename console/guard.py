"""May this request go on? Signed in, allowed, ours, and recent; if not, it changes nothing."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from flask import Flask, abort, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_security import logout_user
from flask_wtf.csrf import (  # type: ignore[import-untyped]
    generate_csrf,
    validate_csrf,
)
from werkzeug.wrappers import Response
from wtforms import ValidationError  # type: ignore[import-untyped]

from console.here import board, me, now, store
from console.permissions import ANYBODY, allowed
from storage.desks import IN_A_CALL

# The doors of 911 centres and of crews ask for a key, or an address, of their own.
OURS = ("console", "security")
SAFE = ("GET", "HEAD", "OPTIONS")
IDLE = timedelta(hours=1)  # without a page, a click, or a desk on duty
LONGEST = timedelta(hours=16)  # longer than any shift; a call is never cut by it
FRESH = timedelta(minutes=1)  # how often the cookie is rewritten


def install(app: Flask) -> None:
    app.before_request(check)
    app.after_request(headers)
    app.jinja_env.globals["csrf_token"] = generate_csrf


def check() -> ResponseReturnValue | None:
    if request.endpoint is None or request.blueprint not in OURS:
        return None
    roles = allowed(request.endpoint)
    if request.method not in SAFE:
        refuse_foreign()
    if roles == ANYBODY:
        return None
    person = me()
    if person is None or too_old(person.id):
        return ask_to_sign_in()
    if not person.may(*roles):
        abort(403)
    return None


def refuse_foreign() -> None:
    """An unsafe request must come from one of our own pages (FAILURES E1)."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        abort(403)
    # Browsers say "null" for our own forms, because of our Referrer-Policy; the token decides then.
    origin = request.headers.get("Origin", "null")
    home = urlsplit(board().settings.public_base_url).netloc
    if origin != "null" and urlsplit(origin).netloc not in (request.host, home):
        abort(403)
    token = request.headers.get("X-CSRF-Token") or request.form.get("csrf_token")
    try:
        validate_csrf(token)
    except ValidationError:
        abort(403)
    g.csrf_valid = True  # Flask-WTF's forms need not ask again


def too_old(person_id: str) -> bool:
    """Idle or absolute timeout; never in the middle of a call."""
    moment = now()
    began, seen = at("began", moment), at("seen", moment)
    if moment - began > LONGEST or moment - seen > IDLE:
        if not in_a_call(person_id):
            logout_user()
            session.clear()
            return True
    elif moment - seen > FRESH and request.endpoint != "console.events":
        session["seen"] = moment.isoformat()
    return False


def at(key: str, moment: datetime) -> datetime:
    if key not in session:
        session[key] = moment.isoformat()
    return datetime.fromisoformat(session[key])


def in_a_call(person_id: str) -> bool:
    with store().read() as rows:
        desk = rows.desks.get(person_id)
    return desk is not None and desk.state in (*IN_A_CALL, "wrap_up")


def ask_to_sign_in() -> Response:
    """Pages go to the sign-in; what a script asked gets a plain 401."""
    for_a_page = request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
    if request.method not in SAFE or not for_a_page:
        abort(401)
    return redirect(url_for("security.login", next=request.path))


def headers(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = policy(board().settings.softphone_host)
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Permissions-Policy"] = "microphone=(self), camera=(), geolocation=()"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if request.endpoint == "console.feed":  # kept, and asked for again by its mark
        response.headers["Cache-Control"] = "private, no-cache"
    elif request.endpoint != "console.static":
        response.headers["Cache-Control"] = "no-store"
    elif "v" in request.args:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def policy(softphone_host: str) -> str:
    """`softphone_host`: where the softphone signals when it is not Twilio ("" in production)."""
    phone = softphone_host or ""
    carrier = f"ws://{phone} wss://{phone}" if phone else "wss://*.twilio.com https://*.twilio.com"
    return "; ".join(
        (
            "default-src 'self'",
            f"connect-src 'self' {carrier}",
            "img-src 'self' data:",  # Pico draws its small marks so
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )
