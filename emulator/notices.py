"""What does Twilio tell an application without waiting for an answer?

Status callbacks (page "Call resource", StatusCallback) and other notices: separate requests whose
order is not promised, numbered by SequenceNumber.
"""

from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING

from emulator.errors import TwimlFailure
from emulator.fetching import fetch
from emulator.legs import FINAL, SIP_CODES

if TYPE_CHECKING:
    from emulator.engine import Emulator
    from emulator.legs import Leg

NO_CONTENT = 204
EVENT_OF = {"initiated": "initiated", "ringing": "ringing", "in-progress": "answered"}


def rfc2822(at: datetime) -> str:
    return format_datetime(at)


def notify(
    town: "Emulator",
    leg: "Leg | None",
    kind: str,
    method: str,
    url: str,
    params: Mapping[str, str],
) -> None:
    """Send it on its way; a failure is only logged, as Twilio does."""
    if url:
        town.spawn(_deliver, town, leg, kind, method, url, dict(params))


async def _deliver(
    town: "Emulator",
    leg: "Leg | None",
    kind: str,
    method: str,
    url: str,
    params: dict[str, str],
) -> None:
    try:
        answer = (await fetch(town, leg, kind, method, url, params)).response
    except TwimlFailure as failure:
        town.alert(failure.code, failure.message, leg, url)
        return
    if answer.status != NO_CONTENT and not answer.header("Content-Type"):
        # Twilio logs it as a 502 (seen by goalert): an answer is a 204, or has a type.
        town.alert(11200, "HTTP retrieval failure: an answer without a Content-Type", leg, url)


def leg_progress(town: "Emulator", leg: "Leg") -> None:
    """Tell the leg's subscribers of its new status; inbound legs report only their end."""
    final = leg.status in FINAL
    number = leg.steps_told
    if final or leg.direction != "inbound":
        leg.steps_told += 1
    if not leg.subscriptions or (leg.direction == "inbound" and not final):
        return
    event = "completed" if final else EVENT_OF.get(leg.status, "")
    params: dict[str, str] = {}
    for one in leg.subscriptions:
        if event in one.events:
            params = params or progress_params(leg, number)
            notify(town, leg, "status", one.method, one.url, params)


def progress_params(leg: "Leg", number: int) -> dict[str, str]:
    params = leg.params() | {
        "Timestamp": rfc2822(leg.updated_at or leg.created_at),
        "CallbackSource": "call-progress-events",
        "SequenceNumber": str(number),
    }
    if leg.final:
        params["CallDuration"] = str(leg.seconds)
        params["Duration"] = str(-(-leg.seconds // 60))
        if leg.direction != "inbound":
            params["SipResponseCode"] = SIP_CODES.get(leg.status, "503")
    return params
