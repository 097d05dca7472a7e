"""What does the fuzzer stand on? A town in the middle of a night, with everything it ever heard.

A day of stories is told once through the real door; every genuine webhook of it is kept with its
signature, to be replayed, cut and glued. Then the clock stands still and strangers come.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from unittest import mock
from urllib.parse import parse_qsl, urlsplit

from doubling import Writes
from faults import Diligent
from town import Town

from emulator import WsgiTransport
from emulator.web import WebAnswer, WebRequest, WebResponse
from emulator.wsgi import call_wsgi
from switchboard.links import link
from webhooks import create_app


@dataclass(frozen=True)
class Heard:
    """One genuine webhook: what was posted, how it was signed, and what we answered."""

    url: str
    path: str
    query: str
    pairs: list[tuple[str, str]]
    body: bytes
    signature: str
    status: int
    answered: bytes


@dataclass
class Ground:
    """The whole web application, its rows, and what a stranger may have got hold of."""

    app: Callable[..., Any]
    town: Town
    writes: Writes
    corpus: list[Heard]
    webhooks: list[str]  # every rule under /voice/, as written in the code
    pages: list[tuple[str, tuple[str, ...]]]  # every other rule, with its methods
    ids: list[str]  # of calls, offers, people, promises: as good as an insider knows
    insiders: dict[str, tuple[str, str]] = field(default_factory=dict)  # cookie, request token

    def ask(self, request: WebRequest) -> WebResponse:
        return call_wsgi(self.app, request)


class Recording(WsgiTransport):
    """The town's own wires, with a memory."""

    def __init__(self, town: Town) -> None:
        super().__init__(town.app, town.clock)
        self.heard: list[Heard] = []

    def _answer(self, request: WebRequest) -> WebAnswer:
        answer = super()._answer(request)
        if request.method == "POST" and isinstance(answer, WebResponse):
            parts = urlsplit(request.url)
            pairs = parse_qsl(request.body.decode(), keep_blank_values=True)
            signature = request.headers["X-Twilio-Signature"]
            self.heard.append(
                Heard(
                    request.url,
                    parts.path,
                    parts.query,
                    pairs,
                    request.body,
                    signature,
                    answer.status,
                    answer.body,
                )
            )
        return answer


@contextmanager
def ground(database_url: str) -> Iterator[Ground]:
    """A town after its stories, for as long as the `with` lasts."""
    patient = mock.patch("door.net.BUDGET_SECONDS", 600)  # a busy machine is no outage here
    with patient, Town.opened(database_url, twice=False) as town:
        wires = town.twilio.transport = Recording(town)
        ids = tell_stories(town)
        app = create_app(town.board)
        everything = app.extensions["people"].app.url_map
        rules = sorted({rule.rule: rule for rule in everything.iter_rules()}.items())
        found = Ground(
            app=app,
            town=town,
            writes=town.writes,
            corpus=wires.heard,
            webhooks=[rule for rule, _ in rules if rule.startswith("/voice/")],
            pages=[
                (rule, tuple(sorted(one.methods or ())))
                for rule, one in rules
                if not rule.startswith("/voice/")
            ],
            ids=ids,
        )
        found.insiders = {name: signed_in(found, name) for name in ("ana", "cora", "ada")}
        try:
            yield found
        finally:
            app.extensions["people"].stop()


def tell_stories(town: Town) -> list[str]:
    """Talks, a backup phone, keys, a promise kept, and somebody who still waits."""
    for name, role in (("Cora", "coordinator"), ("Ada", "administrator")):
        town.clinician(name, tier=None)
        with town.store.begin() as rows:
            person = rows.people.get(name.lower())
            assert person is not None
            rows.people.update(replace(person, roles=(role,)))
    backup = town.clinician("Ben", "backup", phone="+13145550121")
    town.phone("+13145550121").answers(after=3).then_presses("1", after=2)
    first = town.transfers_from_911()
    town.waits(seconds=70)
    first.hangs_up()
    diligent = Diligent(town, ("Ana",))
    second = town.transfers_from_911(shown="+13145550151")
    town.waits(seconds=9)
    (ana,) = diligent.people
    promise = ana.schedules(second.call.id)
    second.hangs_up()
    calls_back = town.transfers_from_911(shown="+13145550153")
    for key in "211":  # Spanish, then to be called back, and yes
        town.waits(seconds=0.5)
        calls_back.presses(key)
    calls_back.phone.answers(after=2)
    town.waits(seconds=60)
    ana.stops_beating()
    third = town.transfers_from_911(shown="+13145550152")
    town.waits(seconds=35)
    offers = [o.id for one in (first, second, third) for o in town.offers_of(one.call.id)]
    calls = [one.call.id for one in (first, second, third)]
    return [*calls, *offers, promise, ana.id, backup.id]


def signed_in(found: Ground, name: str) -> tuple[str, str]:
    """A session's cookie and the request token of its pages."""
    address = urlsplit(link(found.town.board.settings, f"{name}@example.org"))
    client = found.app.test_client()  # type: ignore[attr-defined]
    answer = client.get(address.path, base_url=found.town.board.settings.public_base_url)
    assert answer.status_code == 302, answer.data
    page = client.get("/roster", base_url=found.town.board.settings.public_base_url).text
    token = page.partition('csrf-token" content="')[2].partition('"')[0]
    assert token
    return answer.headers["Set-Cookie"].partition(";")[0], token
