"""What is known of one call that a browser's softphone places or is offered?"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field

from emulator.legs import Leg
from emulator.signalling import Tab, write_params

# What the SDK is told when a call that it placed was never answered.
REFUSALS = {
    "busy": (31486, "Busy Here"),
    "failed": (31404, "Not Found"),
    "no-answer": (31480, "Temporarily Unavailable"),
}

# What aiortc raises for a session description that it cannot make sense of.
UNREADABLE_SDP = (ValueError, AssertionError, IndexError, KeyError, AttributeError)


def declined(why: str = "Connection declined") -> dict[str, object]:
    return {"code": 31002, "message": why}


@dataclass(eq=False)
class SoftphoneCall:
    leg: Leg
    temporary: str = ""
    """The SDK's own name for a call that it places, used until it learns the CallSid."""
    tab: Tab | None = None
    """Who holds it; None while it rings or its socket is lost."""
    ringing: set[Tab] = field(default_factory=set)
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    more_than_ringing: asyncio.Event = field(default_factory=asyncio.Event)
    over: bool = False


async def within(seconds: float, event: asyncio.Event) -> bool:
    """Whether it was set in time."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True


def parameters_of(leg: Leg) -> dict[str, str]:
    """What an incoming call's `call.parameters` will be."""
    parameters = {
        "CallSid": leg.sid,
        "AccountSid": leg.town.account_sid,
        "ApiVersion": "2010-04-01",
        "From": leg.from_,
        "To": leg.to,
    }
    if leg.parameters:
        parameters["Params"] = write_params(leg.parameters)
    if leg.parent is not None and leg.parent.stir:
        parameters["StirStatus"] = leg.parent.stir
    return parameters
