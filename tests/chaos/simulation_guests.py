"""What do people do within a talk: bring somebody in, consult, hand over, supervise?

They do it as the desk's page and the board do, by the same functions; what the page shows them as
not possible they do not do.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from chaos.simulation_company import ASKS, Company
from chaos.simulation_processes import Crashed
from town import APP_SID, CREW, INTERPRETERS

from ivr.call import Guest, How, Role
from storage.errors import StorageError
from storage.values import Person
from switchboard import calls, guestbook, guests, supervising
from switchboard import help as silent_help
from switchboard.desk import NotDone
from telephony.outcomes import CarrierError

if TYPE_CHECKING:
    from chaos.simulation_people import ClinicianActor
    from chaos.simulation_town import SimulatedTown

KEYS = {
    "crew": "crew:crew",
    "interpreter": "interpreter:interpreters",
    "partner": "partner:partner",
    "dispatcher": "dispatcher:dispatcher",
}
SUPERVISOR = Person(
    id="vera",
    name="Vera",
    email="vera@example.org",
    phone=None,
    languages=("en",),
    skills=(),
    zone="America/Chicago",
    auto_answer=False,
    active=True,
    roles=("supervisor",),
)


def phones_of(company: Company) -> dict[str, str]:
    """The telephones that only company rings, and how each behaves."""
    return {CREW: company.crew, INTERPRETERS: company.interpreter}


# -- the clinician ----------------------------------------------------------------------------


def does(actor: "ClinicianActor", call_id: str, what: str) -> None:
    """One thing within a talk; nothing, where the page would not offer it."""
    town = actor.town
    town.note(f"{actor.id}: {what}")
    verb, _, whom = what.partition(" ")
    with suppress(guests.NotFree, NotDone, CarrierError):
        if verb in ASKS:
            key = KEYS.get(whom) or _colleague(actor, call_id)
            if key:
                guests.bring(town.board, call_id, actor.id, key, consult=verb == "consult")
        else:
            MOVES[what](actor, call_id)


def _colleague(actor: "ClinicianActor", call_id: str) -> str:
    board = actor.town.board
    with board.store.read() as rows:
        call = rows.calls.get(call_id)
        found = guestbook.choices(board, rows, call) if call else ()
    return next((one.key for one in found if one.role is Role.COLLEAGUE), "")


def _guest(actor: "ClinicianActor", call_id: str, fits: Callable[[Guest], bool]) -> str:
    with actor.town.board.store.read() as rows:
        call = rows.calls.get(call_id)
    return next((one.id for one in (call.guests if call else ()) if fits(one)), "")


def _hands_over(actor: "ClinicianActor", call_id: str) -> None:
    to = _guest(actor, call_id, lambda guest: guest.takes_over)
    if to:
        guests.hand_over(actor.town.board, call_id, actor.id, to)


def _sends_away(actor: "ClinicianActor", call_id: str) -> None:
    whom = _guest(actor, call_id, lambda guest: guest.role is not Role.SUPERVISOR)
    if whom:
        guests.send_away(actor.town.board, call_id, actor.id, whom)


def _takes_back(*, alone: bool) -> Callable[["ClinicianActor", str], Any]:
    return lambda actor, call_id: guests.take_back(actor.town.board, call_id, actor.id, alone=alone)


def _holds(*, on: bool) -> Callable[["ClinicianActor", str], Any]:
    return lambda actor, call_id: calls.hold(actor.town.board, call_id, actor.id, on=on)


def _shares(*, shared: bool) -> Callable[["ClinicianActor", str], Any]:
    return lambda actor, call_id: calls.share_leg(
        actor.town.board, call_id, actor.id, shared=shared
    )


MOVES: dict[str, Callable[["ClinicianActor", str], Any]] = {
    "hold": _holds(on=True),
    "off hold": _holds(on=False),
    "shares the leg": _shares(shared=True),
    "not shared": _shares(shared=False),
    "asks the dispatcher": lambda who, call: calls.ask_dispatcher(who.town.board, call, who.id),
    "help": lambda who, call: silent_help.ask(who.town.board, call, who.id),
    "send away": _sends_away,
    "hand over": _hands_over,
    "back alone": _takes_back(alone=True),
    "back together": _takes_back(alone=False),
    "End": lambda who, call: calls.end(who.town.board, call, who.id),
}


# -- a colleague at their desk ----------------------------------------------------------------


def answers(actor: "ClinicianActor", call_id: str) -> None:
    """A colleague's page shows that they are asked into a call."""
    ways = actor.town.story.company.at_desk
    how = ways[actor.asked % len(ways)]
    actor.asked += 1
    actor.town.note(f"{actor.id} is asked: {how}")
    if how == "declines":
        guests.leave(actor.town.board, call_id, actor.id)
    if how in ("declines", "ignores"):
        return
    connect = guests.accept(actor.town.board, call_id, actor.id)
    if how == "twice":
        connect = guests.accept(actor.town.board, call_id, actor.id) or connect
    if connect and how != "no leg":
        actor.leg = actor.softphone.connects(APP_SID, connect)


def leaves(actor: "ClinicianActor", call_id: str) -> None:
    """A colleague has been there long enough; every other one only hangs up."""
    if actor.asked % 2:
        guests.leave(actor.town.board, call_id, actor.id)
    if actor.leg is not None:
        actor.leg.hang_up()


# -- a supervisor -----------------------------------------------------------------------------


class SupervisorActor:
    """Somebody at the board, who comes into whatever talk there is."""

    def __init__(self, town: "SimulatedTown", company: Company) -> None:
        self.town, self.leg = town, None
        self.phone = town.twilio.softphone(SUPERVISOR.id)
        for at, how in company.supervised:
            town.clock.call_later(at, self._does, how)

    def _does(self, how: str) -> None:
        if self.town.web.down_for or self.town.closing:
            return
        self.town.note(f"a supervisor: {how}")
        try:
            self._click(how)
        except Crashed:
            self.town.web.dies()
        except StorageError:
            self.town.note("a supervisor: the page says that it did not work")

    def _click(self, how: str) -> None:
        if how == "loses the network":
            self.phone.loses_network()
            self.phone.registers()
        elif how == "hangs up":
            if self.leg is not None:
                self.leg.hang_up()
        elif call_id := self._where():
            self._in(call_id, how)

    def _where(self) -> str:
        """The call they are in, or the first that they could come into."""
        with self.town.board.store.read() as rows:
            live = rows.calls.live()
        here = [one for one in live if one.guest(who=SUPERVISOR.id)]
        found = here or [one for one in live if one.stage in calls.WITH_CLINICIAN]
        return found[0].id if found else ""

    def _in(self, call_id: str, how: str) -> None:
        board = self.town.board
        if how == "stop":
            supervising.stop(board, call_id, SUPERVISOR.id)
            return
        with suppress(NotDone):
            if supervising.change(board, call_id, SUPERVISOR.id, How(how)):
                return
        connect = supervising.begin(board, call_id, SUPERVISOR.id, How(how))
        if connect:
            self.leg = self.phone.connects(APP_SID, connect)
