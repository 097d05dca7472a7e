"""A mobile crew's door: no account and no app, but a secret address on their phone.

It shows the visits that this crew has or may take, and nothing else of anybody. Every tap is a
plain form; looking again by itself is all that the script adds.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime

from flask import (
    Blueprint,
    Response,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from care import crew as rules
from care.crew import Refused, Step, Visit
from care.crew_details import LABELS, NAMES, OUTCOMES, WORDS_MOST
from console.crew_words import BUTTONS, SHORT_KINDS
from console.forms import Form
from console.here import board, house_zone_name, now, store
from ivr.call import Stage
from storage import ids
from storage.errors import StoreDown
from storage.store import Rows
from storage.values import Crew
from switchboard import crew_pages, crews

BODY_BYTES_MAX = 16 * 1024
FIELDS_MAX = 20
TAPS = {step.value: step for step in Step if step is not Step.CALL_OFF}
GONE = "This address no longer works. Ask your coordinator for the new one."
SAYS = {
    404: "This is no crew's address. Ask your coordinator for yours.",
    410: GONE,
    413: "That is too much for us. Call to say it.",
    503: "Our computer does not answer. Try again in a moment, or call.",
}

crew = Blueprint("crew", __name__, template_folder="templates", url_prefix="/crew")


@crew.before_request
def keep_small() -> None:
    request.max_content_length = BODY_BYTES_MAX
    request.max_form_parts = FIELDS_MAX


@crew.get("/<token>")
def page(token: str) -> ResponseReturnValue:
    own = whose(token)
    crew_pages.seen(board(), own)
    return show(own, token)


@crew.post("/<token>/visits/<visit_id>/steps")
def step(token: str, visit_id: str) -> ResponseReturnValue:
    """One tap; a doubled one changes nothing."""
    own, form = whose(token), Form(request.form)
    which = TAPS.get(form.values.get("step", ""))
    words = form.text("words", WORDS_MOST) or ""
    if which is None:
        return show(own, token, "Tap one of the buttons below.")
    by, seen = f"crew:{own.id}", form.whole("version")
    return done(
        own,
        token,
        visit_id,
        lambda: crews.step(board(), visit_id, which, own.id, by, words=words, seen=seen),
    )


@crew.post("/<token>/visits/<visit_id>/reading")
def reading(token: str, visit_id: str) -> ResponseReturnValue:
    """They have read what changed, up to the version that their page showed."""
    own, version = whose(token), Form(request.form).whole("version")
    by = f"crew:{own.id}"

    def how(one: Visit, at: datetime) -> Visit:
        return rules.read(one, version, by, at)

    return done(
        own, token, visit_id, lambda: crews.change(board(), visit_id, by, "read_changes", how)
    )


@crew.post("/<token>/visits/<visit_id>/words")
def words(token: str, visit_id: str) -> ResponseReturnValue:
    """What the crew says to the desk."""
    own, form = whose(token), Form(request.form)
    said, once = (form.values.get(name, "").replace("\x00", "") for name in ("words", "once"))
    by = f"crew:{own.id}"

    def how(one: Visit, at: datetime) -> Visit:
        return rules.say(one, said, by, at, once[:40])

    return done(own, token, visit_id, lambda: crews.change(board(), visit_id, by, "said", how))


# -- what is behind it --------------------------------------------------------------------------


def whose(token: str) -> Crew:
    """The crew of this address; 410 for one that was ended, 404 for none of ours."""
    with store().read() as rows:
        found = crew_pages.holder(board().settings, rows, token)
    if found is None:
        abort(404)
    if not found.good:
        abort(410)
    return found.crew


def done(own: Crew, token: str, visit_id: str, act: Callable[[], Visit]) -> ResponseReturnValue:
    """Do it, if the visit is this crew's to touch; say why not, on their page."""
    with store().read() as rows:
        visit = rows.crew_visits.get(visit_id) if visit_id.isprintable() else None
    if visit is None or not (rules.theirs(visit, own.id) or touched(visit, own)):
        return show(own, token, "Another crew has this visit. There is nothing left for you to do.")
    try:
        act()
    except Refused as why:
        return show(own, token, str(why))
    return redirect(url_for("crew.page", token=token), 303)


def touched(visit: Visit, own: Crew) -> bool:
    """Asked of them once, or theirs once: they learn what became of it, not that it is nothing."""
    return own.id in (visit.asked, visit.crew) or any(
        one.by == f"crew:{own.id}" for one in visit.lines
    )


def show(own: Crew, token: str, wrong: str = "") -> ResponseReturnValue:
    with store().read() as rows:
        found = [one for one in rows.crew_visits.open() if rules.theirs(one, own.id)]
        visits = sorted(found, key=lambda one: one.crew is None)  # what they have comes first
        on_line = {one.id: talking(rows, one) for one in visits}
    visits = crews.note_opening(board(), own.id, visits)
    html = render_template(
        "crew/page.html",
        crew=own,
        token=token,
        visits=visits,
        on_line=on_line,
        mark=mark(visits, on_line),
        wrong=wrong,
        number=board().book.default.number,
        zone=house_zone_name(),
        labels=LABELS,
        names=NAMES,
        kinds=SHORT_KINDS,
        buttons=BUTTONS,
        outcomes=OUTCOMES,
        most=WORDS_MOST,
        once=ids.new(),
        looked_at=now(),
    )
    return make_response(html, 409 if wrong else 200)


def talking(rows: Rows, visit: Visit) -> bool:
    """Whether a clinician has them on the telephone now."""
    call = rows.calls.get(visit.call_id) if visit.call_id else None
    return call is not None and call.stage is Stage.TALKING


def mark(visits: list[Visit], on_line: dict[str, bool]) -> str:
    """By which the page knows that nothing changed."""
    said = [(v.id, v.state, v.version, v.read, len(v.lines), on_line[v.id]) for v in visits]
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


@crew.errorhandler(StoreDown)
def come_again(_error: StoreDown) -> Response:
    return over(503)


@crew.errorhandler(HTTPException)
def explain(error: HTTPException) -> Response:
    """What went wrong, and what to do, in one sentence."""
    return over(error.code or 500)


def over(code: int) -> Response:
    words = SAYS.get(code, "That did not work. Open your page again, or call.")
    html = render_template("crew/over.html", words=words, number=board().book.default.number)
    return make_response(html, code)
