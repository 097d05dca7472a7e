"""The 911 centre's door: no account, but a key. What it knows of a caller comes in, how
many are ready goes out.

A system signs its JSON (docs/handoff.md); a dispatcher opens a page by a secret address. Nothing
here is a webhook: no caller's leg ever waits for it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from json import loads
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from care import eido, handoff
from care.handoff import FIELDS
from console.forms import Form
from console.here import board, now, store
from storage.errors import StoreDown
from storage.values import PsapKey
from switchboard import handoffs, psap_keys, readiness
from switchboard.readiness import Readiness

BODY_BYTES_MAX = 16 * 1024  # twelve fields are under 3 KB; an EIDO with notes fits too
FIELDS_MAX = 50
BEACON_KEPT = timedelta(seconds=2)
NUMBER = "callback_number"

psap = Blueprint("psap", __name__, template_folder="templates", url_prefix="/psap")


@psap.before_request
def keep_small() -> None:
    request.max_content_length = BODY_BYTES_MAX
    request.max_form_parts = FIELDS_MAX


@psap.errorhandler(StoreDown)
def come_again(_error: StoreDown) -> Response:
    """The database is away: calls are answered all the same, and the centre tries again."""
    return Response("Not now. Try again in a moment.\n", 503, {"Retry-After": "5"})


@psap.errorhandler(handoffs.TooMany)
def too_many(_error: handoffs.TooMany) -> Response:
    return Response("Too many cards wait for their calls.\n", 429, {"Retry-After": "60"})


# -- a system -----------------------------------------------------------------------------------


@psap.post("/cards")
def receive() -> ResponseReturnValue:
    """One signed message: 201 new, 200 known already, 403 another's, 422 what is wrong with it."""
    body = request.get_data(cache=False)
    key, stamp, signature = signed(body)
    form = read_message(body)
    if form.errors:
        return jsonify(errors=form.errors), 422
    kept = handoffs.receive(
        board(),
        key.line,
        facts_of(form),
        how=psap_keys.SYSTEM,
        sender=key.id,
        sent_at=datetime.fromtimestamp(int(stamp), UTC),
        digest=signature,
    )
    answer = jsonify(card=kept.card.id, matched=kept.card.call_id is not None)
    return answer, 200 if kept.again else 201


def signed(body: bytes) -> tuple[PsapKey, str, str]:
    """The key that signed this body lately, with its stamp and signature; 403 without one."""
    given = (request.headers.get(f"X-Psap-{name}", "") for name in ("Key", "Stamp", "Signature"))
    key_id, stamp, signature = given
    with store().read() as rows:
        key = rows.psap_keys.get(key_id) if key_id.isprintable() else None
    good = psap_keys.signed_by(board().settings, key, stamp, signature, body, now())
    if key is None or not good or key.line not in board().book.lines:
        abort(403)
    return key, stamp, signature


def read_message(body: bytes) -> Form:
    """The fields of a message, plain or EIDO, and what is wrong with each by its name."""
    try:
        given = loads(body)
    except (ValueError, RecursionError):  # also bytes that are no text, and endless numbers
        return wrong("body", "This is not JSON.")
    if not isinstance(given, Mapping):
        return wrong("body", "A JSON object.")
    try:
        values = eido.plain(given) if eido.is_eido(given) else texts(given)
    except eido.NotEido as why:
        return wrong(why.field, str(why))
    return checked(values)


def wrong(field: str, why: str) -> Form:
    form = Form({})
    form.refuse(field[:80], why)
    return form


def texts(given: Mapping[str, Any]) -> dict[str, Any]:
    """What was given, without what was left empty."""
    return {name: value for name, value in given.items() if value not in (None, "")}


def checked(values: Mapping[str, Any]) -> Form:
    """A form whose `errors` name each field that cannot be kept."""
    form = Form({name: plain_text(v) for name, v in values.items() if isinstance(v, str)})
    for name, value in values.items():
        if not isinstance(value, str):
            form.refuse(name[:80], "A text.")
    for name, why in handoff.refused(form.values).items():
        form.refuse(name[:80], why)
    if form.values.get(NUMBER) and NUMBER not in form.errors:
        form.values[NUMBER] = form.number(NUMBER) or form.values[NUMBER]
    return form


def plain_text(value: str) -> str:
    """Only what can be shown and stored: no control characters, no halves of a character."""
    return "".join(c for c in value if c.isprintable() or c == "\n")


def facts_of(form: Form) -> dict[str, str]:
    return {name: form.values[name] for name in handoff.NAMES if form.values.get(name)}


@psap.get("/ready.json")
def ready_for_system() -> Response:
    """The beacon, for a system: signed like a message without a body."""
    signed(b"")
    return beacon()


def beacon() -> Response:
    found = readiness_now()
    return jsonify(
        ready=found.ready, waiting=found.waiting, seconds=found.seconds, words=found.in_words
    )


def readiness_now() -> Readiness:
    """As it was at most two seconds ago: however many ask, the database is asked once."""
    kept: dict[str, Any] = current_app.extensions.setdefault("psap_readiness", {})
    if "until" not in kept or not now() < kept["until"] <= now() + BEACON_KEPT:
        kept["found"] = readiness.now_of(board())
        kept["until"] = now() + BEACON_KEPT
    found: Readiness = kept["found"]
    return found


# -- a dispatcher -------------------------------------------------------------------------------


@psap.get("/<token>")
def page(token: str) -> str:
    return show(holder(token), token, Form({}))


@psap.post("/<token>")
def send(token: str) -> ResponseReturnValue:
    """The page's form: everything may be left out but one field."""
    key = holder(token)
    form = checked({name: request.form.get(name, "") for name in handoff.NAMES})
    if form.errors:
        return show(key, token, form), 422
    facts = facts_of(form)
    kept = handoffs.receive(board(), key.line, facts, how=psap_keys.PAGE, sender=key.id)
    sent = "found" if kept.card.call_id else "waits"
    return redirect(url_for("psap.page", token=token, sent=sent), 303)


@psap.get("/<token>/ready")
def ready(token: str) -> str:
    """The beacon as a page that looks again by itself."""
    key = holder(token)
    line, found = board().line(key.line), readiness_now()
    return render_template("psap/ready.html", line=line, token=token, found=found)


@psap.get("/<token>/ready.json")
def ready_as_data(token: str) -> Response:
    holder(token)
    return beacon()


def holder(token: str) -> PsapKey:
    """Whose page this is; for anybody else there is none."""
    with store().read() as rows:
        key = psap_keys.of_page(board().settings, rows, token)
    if key is None or key.line not in board().book.lines:
        abort(404)
    return key


def show(key: PsapKey, token: str, form: Form) -> str:
    return render_template(
        "psap/page.html",
        line=board().line(key.line),
        token=token,
        fields=FIELDS,
        values=form.values,
        errors=form.errors,
        sent=request.args.get("sent", ""),
        found=readiness_now(),
    )


@psap.errorhandler(HTTPException)
def explain(error: HTTPException) -> Response:
    """A status and a line: whoever has no key learns nothing."""
    return Response(f"{error.code} {error.name}\n", error.code, mimetype="text/plain")
