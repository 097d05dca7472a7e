"""Who sits at the far end of a leg: what must a telephone be able to do?

A phone of people.py is such an endpoint, and so is a browser's softphone in the served mode.
To act, an endpoint calls the leg: `leg.answer()`, `leg.reject()`, `leg.hang_up()`,
`leg.press("12#")`, `leg.speak("words")`, `leg.lose_network()`. One that also has
`receives(leg, content, content_type, sid) -> bool` is sent the application's User Defined Messages.
"""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from emulator.legs import Leg


class Endpoint(Protocol):
    """A telephone, registered under a number (+1...), `client:identity` or `sip:...`."""

    def rings(self, leg: "Leg") -> None:
        """A leg for this address begins to ring; several endpoints may ring for one leg."""

    def stops_ringing(self, leg: "Leg", why: str) -> None:
        """Ringing ended without this endpoint: canceled, no-answer, answered-elsewhere."""

    def answered(self, leg: "Leg") -> None:
        """The leg is connected: this endpoint picked up, or the call it placed was answered."""

    def ended(self, leg: "Leg", why: str) -> None:
        """A leg this endpoint had placed or answered is over; `why` is the final status."""
