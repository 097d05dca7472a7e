"""What does the emulator answer to a REST request?

A pure door: `handle(emulator, RestRequest) -> RestResponse`, immediate, whether the request came
over HTTP (served mode) or from the stock client in the same process. Errors have Twilio's body.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from emulator import reading
from emulator.errors import RestFailure
from emulator.timeline import Exchange

if TYPE_CHECKING:
    from emulator.engine import Emulator

VERSION = "/2010-04-01"
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RestRequest:
    """One request; `path` without host or query, `form` and `query` as they stand, in order."""

    method: str
    path: str
    form: list[tuple[str, str]] = field(default_factory=list)
    query: list[tuple[str, str]] = field(default_factory=list)
    auth: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class RestResponse:
    """`lost`: by a planned fault it was done, but the client must see a broken connection."""

    status: int
    json: Json | None = None
    lost: bool = False


class Ask:
    """An authenticated request with its parameters at hand."""

    def __init__(self, town: "Emulator", request: RestRequest, ids: tuple[str, ...]) -> None:
        self.town, self.request, self.ids = town, request, ids
        self.form = dict(request.form)
        self.query = dict(request.query)

    @property
    def base(self) -> str:
        return f"{VERSION}/Accounts/{self.town.account_sid}"

    def many(self, name: str) -> list[str]:
        """Every value of a repeated or space-separated parameter."""
        return [word for key, text in self.request.form if key == name for word in text.split()]

    def flag(self, name: str, default: bool = False) -> bool:
        text = self.form.get(name)
        return default if text is None else text.strip().lower() == "true"

    def whole(self, name: str, default: int, code: int = 20001) -> int:
        text = self.form.get(name, str(default)).strip()
        number = reading.whole(text)
        if number is None:
            raise RestFailure(400, code, f"Invalid parameter '{name}': {text}")
        return number

    def needs(self, name: str, code: int) -> str:
        text = self.form.get(name, "").strip()
        if not text:
            raise RestFailure(400, code, f"Missing required parameter '{name}'")
        return text

    def method(self, name: str) -> str:
        return "GET" if self.form.get(name, "").upper() == "GET" else "POST"


Handler = Callable[[Ask], RestResponse]
ROUTES: list[tuple[str, re.Pattern[str], Handler]] = []


def route(method: str, template: str) -> Callable[[Handler], Handler]:
    """Offer an operation: `template` is below the account, `{}` stands for one identifier."""
    pattern = re.compile(re.escape(template).replace(r"\{\}", r"([^/]+?)") + r"(?:\.json)?")

    def register(handler: Handler) -> Handler:
        ROUTES.append((method, pattern, handler))
        return handler

    return register


def not_found(path: str) -> RestFailure:
    return RestFailure(404, 20404, f"The requested resource {path} was not found")


def handle(town: "Emulator", request: RestRequest) -> RestResponse:
    """Answer one request; never raises for anything a client may send."""
    _load_routes()
    fate = town.faults.decide_rest(request.method)
    try:
        response = _planned(fate.status) if fate.status else _dispatch(town, request)
    except RestFailure as failure:
        response = RestResponse(failure.status, error_body(failure))
    if fate.lose_answer:
        response = RestResponse(response.status, response.json, lost=True)
    _record(town, request, response)
    return response


def _planned(status: int) -> RestResponse:
    code = {429: 20429, 500: 20500}.get(status, 20503)
    return RestResponse(status, error_body(RestFailure(status, code, "planned fault")))


def error_body(failure: RestFailure) -> Json:
    return {
        "code": failure.code,
        "message": failure.message,
        "more_info": f"https://www.twilio.com/docs/errors/{failure.code}",
        "status": failure.status,
    }


def _dispatch(town: "Emulator", request: RestRequest) -> RestResponse:
    _authenticate(town, request)
    found = re.fullmatch(rf"{VERSION}/Accounts/([^/]+?)(?:\.json)?(/.*)?", request.path)
    if not found:
        raise not_found(request.path)
    account, rest = found[1], found[2] or ""
    if account != town.account_sid:
        raise not_found(request.path)
    allowed = False
    for method, pattern, handler in ROUTES:
        match = pattern.fullmatch(rest)
        if match and method == request.method:
            return handler(Ask(town, request, match.groups()))
        allowed = allowed or bool(match)
    if allowed:
        raise RestFailure(405, 20004, "Method not allowed")
    raise not_found(request.path)


def _authenticate(town: "Emulator", request: RestRequest) -> None:
    """Basic auth with the account's SID and token, or with an API key and its secret."""
    if request.auth is not None:
        user, password = request.auth
        if (user, password) == (town.account_sid, town.auth_token):
            return
        key = town.keys.get(user)
        if key is not None and key.secret == password:
            return
    raise RestFailure(401, 20003, "Authenticate")


def _record(town: "Emulator", request: RestRequest, response: RestResponse) -> None:
    facts = dict(request.form)
    exchange = Exchange(
        town.clock.now(), "rest", "", request.method, request.path, facts, response.status
    )
    body = response.json or {}
    if "more_info" in body:
        exchange.answered = f"{body.get('code')} {body.get('message')}"
    else:
        exchange.answered = str(body.get("sid") or body.get("call_sid") or "")
    if response.lost:
        exchange.failure = "planned: the answer was lost"
    town.timeline.exchange(exchange)


def _load_routes() -> None:
    """The resources register their routes when they are first needed."""
    from emulator import (
        rest_account,
        rest_calls,
        rest_conferences,
        rest_messages,
        rest_queues,
        rest_sip,
        rest_texts,
    )

    _ = (rest_account, rest_calls, rest_conferences, rest_messages, rest_queues)
    _ = (rest_sip, rest_texts)
