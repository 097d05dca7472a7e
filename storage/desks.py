"""Which clinicians are on duty, and in which state is each?"""

from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, case, literal, null, select, update

from storage.noun import Moved, Noun, Shape
from storage.tables import desks
from storage.values import Desk

SHAPE = Shape(Desk, desks)
_ALL = select(*SHAPE.columns).order_by(desks.c.person_id)
_GET = _ALL.where(desks.c.person_id == bindparam("who"))
_HEARD = (
    update(desks).where(desks.c.person_id == bindparam("who")).values(heard_at=bindparam("moment"))
)
_TOUCHED = _HEARD.values(active_at=bindparam("moment"))
# `asked`: a colleague's screen rings for this desk; `joined`: in a colleague's call
IN_A_CALL = ("connecting", "talking", "asked", "joined")
MAY_LEAVE = ("available", "paused")  # nobody goes home in the middle of a call


class Desks(Noun):
    """The desks."""

    __slots__ = ()

    def get(self, person_id: str) -> Desk | None:
        return SHAPE.maybe(self._row(_GET, who=person_id))

    def all(self) -> list[Desk]:
        return SHAPE.all(self._rows(_ALL))

    def available(self, now: datetime, unheard_seconds: float = 25) -> list[Desk]:
        """Return whoever may be offered a call: available, and heard from lately."""
        heard = desks.c.heard_at > now - timedelta(seconds=unheard_seconds)
        return SHAPE.all(self._rows(_ALL.where(desks.c.state == "available", heard)))

    def on_duty(self, person_id: str, now: datetime) -> bool:
        """Make a desk that is off available; False: it was on duty already and stays as it is."""
        here = {
            "state": "available",
            "state_since": now,
            "heard_at": now,
            "active_at": now,
            "idle_since": now,
            "call_id": None,
            "why": None,
        }
        arrive = self._insert(desks).values(person_id=person_id, **here)
        back = arrive.on_conflict_do_update(
            index_elements=["person_id"], set_=here, where=desks.c.state == "off"
        )
        return self._row(back.returning(desks.c.person_id)) is not None

    def occupy(self, person_id: str, state: str, now: datetime, call_id: str) -> None:
        """With a caller, or on the way to one; by cell phone even who never had a desk.

        Somebody who is with that caller already has been since then.
        """
        busy = {"state": state, "state_since": now, "call_id": call_id, "why": None}
        arrive = self._insert(desks).values(person_id=person_id, idle_since=now, **busy)
        same = and_(desks.c.state == state, desks.c.call_id == call_id)
        since = {"state_since": case((same, desks.c.state_since), else_=now)}
        self.connection.execute(
            arrive.on_conflict_do_update(index_elements=["person_id"], set_=busy | since)
        )

    def off_duty(self, person_id: str, now: datetime) -> bool:
        """False: they are in a call or its wrap-up."""
        return self.set(person_id, "off", now, only_from=MAY_LEAVE)

    def beat(self, person_id: str, now: datetime, active: bool) -> bool:
        """Keep that the desk is there; `active`: somebody touched it. Announces no change."""
        return self._change(_TOUCHED if active else _HEARD, who=person_id, moment=now) == 1

    def set(
        self,
        person_id: str,
        state: str,
        now: datetime,
        call_id: str | None = None,
        why: str | None = None,
        only_from: tuple[str, ...] | None = None,
        idle_since: datetime | None = None,
    ) -> bool:
        """Change the state if it is one of `only_from` (None: any); False: it was not.

        `idle_since`: given when a call ends; the longest idle is offered first.
        """
        change = update(desks).where(desks.c.person_id == person_id)
        if only_from is not None:
            change = change.where(desks.c.state.in_(only_from))
        facts = {"state": state, "state_since": now, "call_id": call_id, "why": why}
        if idle_since is not None:
            facts["idle_since"] = idle_since
        return self._change(change, **facts) == 1

    def move(self, since: Moved) -> None:
        """The machine's clock was set back: who was heard when moves with it."""
        for desk in self.all():
            earlier = {
                "state_since": since(desk.state_since),
                "heard_at": since(desk.heard_at),
                "active_at": since(desk.active_at),
                "idle_since": since(desk.idle_since),
            }
            self._change(update(desks).where(desks.c.person_id == desk.person_id).values(earlier))

    def leave_call(
        self,
        person_id: str,
        call_id: str,
        state: str,
        now: datetime,
        heard_since: datetime,
        why: str | None = None,
        idle_since: datetime | None = None,
    ) -> bool:
        """End this call at this desk: `state` if it was heard since, off if nobody sits there.

        A desk in wrap-up keeps the call. False: the desk was not in this call.
        """
        here = desks.c.heard_at >= heard_since
        facts = {
            "state": case((here, literal(state)), else_="off"),
            "state_since": now,
            "call_id": case((here, literal(call_id))) if state == "wrap_up" else null(),
            "why": null() if why is None else case((here, literal(why))),
        }
        if idle_since is not None:
            facts["idle_since"] = idle_since
        change = update(desks).where(
            desks.c.person_id == person_id,
            desks.c.call_id == call_id,
            desks.c.state.in_(IN_A_CALL),
        )
        return self._change(change.values(facts)) == 1
