"""Where is the 911 dispatcher of this call, in words for the clinician's desk?"""

from dataclasses import dataclass
from datetime import datetime

from console.here import board, now
from ivr.call import Call, Psap
from ivr.returning import bringing

WHERE = {
    Psap.RINGING: "ringing",
    Psap.COMING: "coming",
    Psap.HERE: "here",
    Psap.TOGETHER: "here",
    Psap.FAILED: "failed",
}


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """What the desk shows: `where` is away, ringing, coming, here, failed or left."""

    centre: str
    number: str
    where: str
    since: datetime | None

    @property
    def may_be_rung(self) -> bool:
        """Whether the button is there."""
        return self.where in ("away", "failed", "left")


def at_desk(call: Call | None) -> Dispatcher | None:
    """The dispatcher of a call that somebody is talking in; None: it came from no 911 centre."""
    if call is None or call.attempt_id:
        return None
    line = board().line(call.line)
    if not line.return_number:
        return None
    return Dispatcher(line.name, line.return_number, _where(call), call.psap_since)


def _where(call: Call) -> str:
    if call.psap is None:
        return "left" if call.psap_since else "away"
    if call.psap is Psap.RINGING and not bringing(call, now()):
        return "failed"  # no news of the ring for a minute
    return WHERE[call.psap]
