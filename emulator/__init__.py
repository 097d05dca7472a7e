"""What is a small Twilio that is right? (README.md says what it offers and what not.)"""

from emulator.clock import RealClock, VirtualClock
from emulator.engine import Emulator
from emulator.faults import FaultPlan
from emulator.web import WebError, WebRequest, WebResponse
from emulator.wsgi import WsgiTransport

__all__ = [
    "Emulator",
    "FaultPlan",
    "RealClock",
    "VirtualClock",
    "WebError",
    "WebRequest",
    "WebResponse",
    "WsgiTransport",
]
