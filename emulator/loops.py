"""What happens when a leg of the account dials one of its own numbers or applications?

A second leg arrives there, with the number's own webhooks; each is the far end of the other.
"""

from typing import TYPE_CHECKING

from emulator.legs import Leg

if TYPE_CHECKING:
    from emulator.engine import Emulator

LOOPS_MAX = 10  # a number that dials itself must come to an end


class Loop:
    """The Endpoint at both ends: of the leg that dials, and of the leg that arrives."""

    def __init__(self, town: "Emulator") -> None:
        self._town = town
        self._dialled: Leg | None = None
        self._arrived: Leg | None = None

    def twin(self, leg: Leg) -> Leg | None:
        """The leg whose mouth is this one's ear."""
        return self._arrived if leg is self._dialled else self._dialled

    def rings(self, leg: Leg) -> None:
        self._dialled = leg
        if _loops(leg) > LOOPS_MAX:
            leg.reject("failed")
            return
        if leg.kind == "app":
            self._arrived = self._town.call_to_application(leg, self)
            return
        shown = {"StirVerstat": "TN-Validation-Passed-A"} if leg.from_ in self._town.numbers else {}
        self._arrived = self._town.call_in(leg.from_, leg.to, endpoint=self, extra=shown)

    def stops_ringing(self, leg: Leg, why: str) -> None:
        del why
        if leg is self._dialled and self._arrived is not None:
            self._arrived.hang_up()

    def answered(self, leg: Leg) -> None:
        if leg is self._arrived and self._dialled is not None:
            self._dialled.answer(self)

    def ended(self, leg: Leg, why: str) -> None:
        other = self.twin(leg)
        if other is None:
            return
        if leg is self._arrived and not other.pickup.is_set:
            other.reject(why if why in ("busy", "failed") else "no-answer")
        else:
            other.hang_up()


def twin_of(leg: Leg) -> Leg | None:
    """The other leg of a call that stays within the account; None for every other call."""
    return leg.endpoint.twin(leg) if isinstance(leg.endpoint, Loop) else None


def _loops(leg: Leg) -> int:
    """How often this call has come back to the account already."""
    count = 0
    above = leg.parent
    while above is not None and count <= LOOPS_MAX:
        twin = twin_of(above)
        above = twin.parent if twin is not None else None
        count += 1
    return count
