"""Who comes in at the telephone door? Whom the carrier signed, in a form that can be read.

Without its signature: 403, and nothing changes (FAILURES R9).
"""

from contextlib import suppress

import structlog
from flask import Response, abort, current_app, g, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from door import net
from door.phone import NEVER_ASK, SILENT, answer, board, fields, nobody_listens, phone
from switchboard import readiness
from telephony import forms, signature

log = structlog.get_logger()

OF_A_NUMBER = ("phone.arrived", "phone.fallback", "phone.ended")  # entered at the carrier for each


@phone.before_request
def verify() -> None:
    """403 unless the carrier signed this; then one value per field, or the form is refused."""
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
    header = request.headers.get("X-Twilio-Signature", "")
    if len(header) != signature.LENGTH:
        abort(403)  # before ten megabytes are taken apart, which takes seconds
    body = b"" if request.method == "GET" else request.get_data(cache=False, parse_form_data=False)
    pairs = forms.pairs(body)
    settings = board().settings
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    url = f"{settings.public_base_url}{request.path}{query}"
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
    return Response(status=204) if nobody_listens() else answer(readiness.rung(board(), line))


@phone.before_request
def leave_the_database_alone() -> Response | None:
    """While it is away nobody waits for it: the answer is the one that is given without it."""
    if request.endpoint in NEVER_ASK or not board().standby.away(board().now()):
        return None
    return net.without_database()


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
    return net.way_on()


def _status_address() -> bool:
    """Whether nobody would listen there, had it been asked by POST."""
    with suppress(HTTPException, RequestRedirect):
        endpoint, _ = current_app.create_url_adapter(request).match(method="POST")  # type: ignore[union-attr]
        return endpoint in SILENT
    return False
