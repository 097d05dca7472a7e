"""How do the people of a story behave: callers, clinicians, and whoever we ring?

They see what their page or their telephone shows them, react after a while, and change nothing but
through the doors: the desk's own functions, the softphone, the keys.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from chaos import simulation_guests
from chaos.simulation_processes import Crashed
from chaos.simulation_story import CallerPart, ClinicianPart
from town import APP_SID, Clinician

from storage.errors import Stale, StorageError
from switchboard import calls, cards, offers, presence, promises
from switchboard import desk as the_desk

if TYPE_CHECKING:
    from chaos.simulation_town import SimulatedTown

BEAT_SECONDS = 8
AGAIN_SECONDS = 2.0  # a click that failed is tried again
CANARY_NAME, CANARY_NOTE = "Zephyrine Quillfeather", "marmalade-lighthouse-417"
TALK_ON_THE_PHONE = 20.0


def behaves(phone: Any, how: str, *, key: str = "", talks_for: float = TALK_ON_THE_PHONE) -> None:
    """Teach a telephone to answer as the story says; `key`: what it must press to be let in."""
    match how:
        case "presses" | "answers":
            script = phone.answers(after=4.0)
            presses = key and how == "presses"
            (script.then_presses(key, after=2.5) if presses else script).then_hangs_up(
                after=talks_for
            )
        case "another key":
            phone.answers(after=4.0).then_presses("2", after=2.5).then_hangs_up(after=9.0)
        case "late":  # the question is over
            phone.answers(after=5.0).then_presses("1", after=22.0).then_hangs_up(after=3.0)
        case "family":
            phone.answers(after=6.0).then_says("Hello? Who is there?", after=2.0).then_hangs_up(
                after=9.0
            )
        case "drops":
            phone.answers(after=3.0).then_hangs_up(after=0.7)
        case "voicemail":
            phone.voicemail(after=9.0)
        case "busy":
            phone.is_busy()
        case "unreachable":
            phone.is_unreachable()
        case _:
            phone.never_answers()


class CallerActor:
    """A person on the telephone, with a plan of keys and of leaving."""

    def __init__(self, town: "SimulatedTown", part: CallerPart, n: int) -> None:
        self.town, self.part = town, part
        own = part.shown if part.shown.startswith("+1314") else f"+1314555016{n}"
        self.phone = town.twilio.phone(own)
        self.leg: Any = None
        behaves(self.phone, part.when_rung)
        town.clock.call_later(part.at, self._dials)

    def _dials(self) -> None:
        if self.town.closing:
            return
        if self.phone.in_call or self.phone.is_ringing:  # one thing at a time
            self.town.clock.call_later(5.0, self._dials)
            return
        self.leg = self.phone.dials(self.part.line, shown=self.part.shown)
        self.town.callers.append(self)
        later = self.town.clock.call_later
        for after, keys in self.part.keys:
            later(after, self.leg.press, keys)
        if self.part.hangs_up_at is not None:
            later(self.part.hangs_up_at, self.leg.hang_up)

    def leaves(self) -> None:
        if self.leg is not None:
            self.leg.hang_up()
        if self.phone.in_call:  # rung back: a machine there would hold on for minutes
            self.phone.hangs_up()


class ClinicianActor(Clinician):
    """Somebody at a desk: sees offers, answers or does not, talks, ends, writes, comes back."""

    def __init__(self, town: "SimulatedTown", part: ClinicianPart, phone: str | None) -> None:
        super().__init__(town, part.name.lower())
        self.part, self.phone = part, phone
        self.planned: set[Any] = set()
        self.moved: set[Any] = set()  # what was done within a talk is not done again
        self.answered = self.asked = 0
        self.accepted: offers.Accepted | None = None
        self.heard_at: float | None = None  # the last heartbeat that was stored, in true time
        if phone:
            talks_for = part.talks_for
            behaves(town.twilio.phone(phone), part.cell, key="1", talks_for=talks_for)
        if part.desk:
            self.goes_on_duty()

    # -- the page -----------------------------------------------------------------------------

    def goes_on_duty(self) -> "ClinicianActor":
        self._click(lambda: presence.go_on_duty(self.town.board, self.id))
        self._beat()
        if not self.beating:
            self.beating.append(self.town.clock.every(BEAT_SECONDS, self._beat))
        return self

    def _beat(self) -> None:
        self._click(lambda: presence.beat(self.town.board, self.id, active=True), again=False)

    def stops_beating(self) -> None:
        super().stops_beating()
        self.beating.clear()

    def _click(self, click: Callable[[], Any], *, again: bool = True) -> Any:
        """Something the page asks of the web process; while that is down it is asked again."""
        web, before = self.town.web, self._stored()
        web.spent = 0.0
        try:
            if not web.down_for:
                done = click()
                if done is not False:
                    self.heard_at = self.town.clock.elapsed
                return done
        except Crashed:
            web.dies()
        except StorageError:
            self.town.note(f"{self.id}: the page says that it did not work")
        if self._stored() != before:  # it was kept, though the process died before it said so
            self.heard_at = self.town.clock.elapsed
        if again:
            self.town.clock.call_later(AGAIN_SECONDS, self._click, click)
        return None

    def _stored(self) -> Any:
        """When the desk was last heard, as our rows say."""
        self.town.mirror.look()
        desk = self.town.mirror.desks.get(self.id)
        return desk and desk.heard_at

    def _later(self, key: Any, seconds: float, what: Callable[[], None]) -> None:
        """Plan it once; when its time has come the page is looked at anew."""
        if key in self.planned:
            return
        self.planned.add(key)

        def now() -> None:
            self.planned.discard(key)
            what()

        self.town.clock.call_later(seconds, now)

    def looks(self) -> None:
        """The desk page shows what changed."""
        desk = self.town.mirror.desks.get(self.id)
        if desk is None or not self.beating:
            return
        match desk.state:
            case "available":
                mine = [
                    offer
                    for offer in self.town.mirror.offers.values()
                    if offer.state == "offered"
                    and (offer.person_id, offer.channel) == (self.id, "desk")
                ]
                for offer in mine:
                    self._later(("answer", offer.id), self.part.reacts_after, self._answers)
            case "talking":
                if self.leg is not None and self.leg.live:
                    key = ("end", desk.call_id)
                    self._later(key, self.part.talks_for, lambda: self._ends(desk.call_id))
                    self._moves(desk.call_id)
            case "asked":
                key = ("asked", desk.call_id)
                self._later(key, self.part.reacts_after, lambda: self._is_asked(desk.call_id))
            case "joined":
                key = ("joined", desk.call_id)
                stays_for = self.town.story.company.stays_for
                self._later(key, stays_for, lambda: self._leaves(desk.call_id))
            case "wrap_up":
                key = ("wrap", desk.call_id)
                self._later(key, self.part.wraps_up_after, lambda: self._wraps_up(desk.call_id))
            case "paused":
                self._later("back", self.part.back_after, self._comes_back)

    # -- what they do -------------------------------------------------------------------------

    def _answers(self) -> None:
        how = self.part.answers[self.answered % len(self.part.answers)]
        self.answered += 1
        if how == "ignore" or not self.beating or self.town.closing:
            return
        self._click(lambda: self._answer_first(how))

    def _answer_first(self, how: str) -> None:
        shown = cards.shown_to(self.town.board, self.id)
        if not shown:
            return
        offer_id = shown[0].offer_id
        self.town.note(f"{self.id} presses {'Not now' if how == 'decline' else 'Answer'}")
        if how == "decline":
            offers.decline(self.town.board, offer_id, self.id, "in a visit")
            return
        with suppress(offers.Taken):
            accepted = offers.accept(self.town.board, offer_id, self.id)
            if how == "twice":
                accepted = offers.accept(self.town.board, offer_id, self.id)
            if how != "no leg":
                self.leg = self.softphone.connects(APP_SID, accepted.connect)

    # -- company ------------------------------------------------------------------------------

    def _moves(self, call_id: str) -> None:
        for n, move in enumerate(self.town.story.company.moves):
            if move.who == self.id and (call_id, n) not in self.moved:
                self.moved.add((call_id, n))
                self.town.clock.call_later(move.after, self._does, call_id, move.does)

    def _does(self, call_id: str, what: str) -> None:
        if self._is("talking", call_id):
            self._click(lambda: simulation_guests.does(self, call_id, what), again=False)

    def _is_asked(self, call_id: str) -> None:
        if self._is("asked", call_id):
            self._click(lambda: simulation_guests.answers(self, call_id))

    def _leaves(self, call_id: str) -> None:
        if self._is("joined", call_id):
            self._click(lambda: simulation_guests.leaves(self, call_id))

    def _is(self, state: str, call_id: str) -> bool:
        desk = self.town.mirror.desks.get(self.id)
        here = desk is not None and (desk.state, desk.call_id) == (state, call_id)
        return here and bool(self.beating) and not self.town.closing

    # -- one thing at a time, as a small world says -------------------------------------------

    def says_yes(self) -> None:
        """Answer is pressed; whether the softphone ever dials in is another matter."""
        self._click(self._claims, again=False)

    def _claims(self) -> None:
        shown = cards.shown_to(self.town.board, self.id)
        if shown:
            with suppress(offers.Taken):
                self.accepted = offers.accept(self.town.board, shown[0].offer_id, self.id)

    def dials_in(self) -> None:
        if self.accepted is not None and self.beating:
            self.leg = self.softphone.connects(APP_SID, self.accepted.connect)

    def says_no(self) -> None:
        self._click(lambda: self._answer_first("decline"), again=False)

    # -- on a call ----------------------------------------------------------------------------

    def _ends(self, call_id: str) -> None:
        desk = self.town.mirror.desks.get(self.id)
        if desk is None or (desk.state, desk.call_id) != ("talking", call_id):
            return
        if not self.part.just_hangs_up:
            self.town.note(f"{self.id} presses End")
            self._click(lambda: calls.end(self.town.board, call_id, self.id))
        if self.leg is not None:
            self.leg.hang_up()

    def _wraps_up(self, call_id: str) -> None:
        self._click(lambda: self._writes(call_id))

    def _writes(self, call_id: str) -> None:
        desk = self.town.mirror.desks.get(self.id)
        if desk is None or (desk.state, desk.call_id) != ("wrap_up", call_id):
            return
        call = self.town.mirror.calls.get(call_id)
        if self.part.promises and call is not None and call.kind == "inbound":
            self._promises(call)
        notes = f"Safe tonight. {CANARY_NOTE}"
        draft = the_desk.Draft("resolved_by_phone", CANARY_NAME, None, None, notes)
        with self.town.store.read() as rows:
            record = rows.records.get(call_id)
        with suppress(Stale, the_desk.NotTheirs):
            version = record.version if record else 0
            the_desk.finish(self.town.board, call_id, self.id, draft, version)

    def _promises(self, call: Any) -> None:
        how = self.part.promises
        wish = promises.Wish(
            name=CANARY_NAME,
            number=call.line and "+13145550188" if how == "own number" else "+13145550171",
            zone="America/Chicago",
            language="en",
            consent_by="" if how == "no consent" else CANARY_NAME,
            best_from="08:00" if how == "soon" else "10:00",
            best_until="21:00",
            due_at=self.town.board.now() if how == "soon" else None,
            note=CANARY_NOTE,
        )
        if any(one.call_id == call.id for one in self.town.mirror.followups.values()):
            return
        with suppress(promises.NotPossible):
            promises.schedule(self.town.board, call.id, self.id, wish)

    def _comes_back(self) -> None:
        self._click(lambda: presence.back(self.town.board, self.id))

    # -- what happens to them -----------------------------------------------------------------

    def loses_browser(self, seconds: float) -> None:
        """Network and page are gone; opened again after a while."""
        self.browser_dies()
        self.beating.clear()
        self.town.clock.call_later(seconds, self._opens_again)

    def _opens_again(self) -> None:
        self.softphone.registers()
        if self.part.desk:
            self.goes_on_duty()

    def misses_beats(self, seconds: float) -> None:
        self.stops_beating()
        self.town.clock.call_later(seconds, self.goes_on_duty)
