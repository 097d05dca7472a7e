"""What goes wrong with our own answers on purpose, and who works while it does?"""

from collections.abc import Callable

from town import Clinician, Town

from emulator import FaultPlan, WsgiTransport
from emulator.faults import NO_FAULT, Fault
from emulator.web import WebAnswer, WebRequest, WebResponse
from switchboard import offers, presence

REFUSED = WebResponse(500, [("Content-Type", "text/html")], b"Internal Server Error")


class Failing(WsgiTransport):
    """Answers 500 to the n-th webhook, before or after the application acted, retries too or not.

    A retry is known by the idempotency token it has in common with the first try.
    """

    def __init__(self, town: Town, nth: int, *, retries_too: bool, after_acting: bool) -> None:
        super().__init__(town.app, town.clock)
        self.nth, self.retries_too, self.after_acting = nth, retries_too, after_acting
        self.failed: list[str] = []
        self._seen: list[str] = []

    def _answer(self, request: WebRequest) -> WebAnswer:
        if not self._fails(request):
            return super()._answer(request)
        self.failed.append(request.url)
        if self.after_acting:
            super()._answer(request)
        return REFUSED

    def _fails(self, request: WebRequest) -> bool:
        token = request.headers["I-Twilio-Idempotency-Token"]
        again = token in self._seen
        if not again:
            self._seen.append(token)
        return self._seen.index(token) == self.nth and (self.retries_too or not again)


class LastResort(FaultPlan):
    """Faults everywhere but in the fallback, which the carrier itself keeps for us (R6)."""

    def decide(self, request: WebRequest) -> Fault:
        return NO_FAULT if request.kind == "fallback" else super().decide(request)


class Diligent:
    """Clinicians who answer whatever is offered, soon, come back from pauses, and wrap up."""

    def __init__(self, town: Town, names: tuple[str, ...], after_seconds: float = 2.0) -> None:
        self.town = town
        self.people = [town.clinician(name).goes_on_duty() for name in names]
        town.clock.every(after_seconds, self._work)

    def _work(self) -> None:
        for person in self.people:
            if person.desk == "paused":
                presence.back(self.town.board, person.id)
            elif person.desk == "wrap_up":
                person.wraps_up()
            elif person.is_offered:
                self._answer(person)

    def _answer(self, person: Clinician) -> None:
        try:
            person.accepts()
        except offers.Taken:
            return


def always(town: Town, seconds: float, holds: Callable[[], None]) -> None:
    """Let time pass, and look every half second."""
    for _ in range(round(seconds * 2)):
        town.waits(seconds=0.5)
        holds()
