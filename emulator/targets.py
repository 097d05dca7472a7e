"""Whom does a `<Dial>` name, and what is each of them to hear and to be told?

Twilio's pages "<Number>", "<Client>", "<Sip>" and "<Application>".
"""

import re
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from emulator import twiml
from emulator.detection import MachineDetection
from emulator.interpreter import Performance, method_of
from emulator.legs import Subscription
from emulator.twiml import Goto

NOT_OFFERED = {"Sim": 13258, "WhatsApp": 13224}


@dataclass(frozen=True, slots=True)
class Target:
    """One address to ring."""

    kind: str
    address: str
    goto: Goto | None
    subscription: Subscription | None
    send_digits: str = ""
    detection: MachineDetection | None = None
    parameters: dict[str, str] = field(default_factory=dict)
    arrives_at: str = ""  # the To of the leg that arrives, where it is not the address


def targets_of(performance: Performance, verb: ET.Element) -> list[Target]:
    """The people a Dial names, in order; a bare number in its text counts as `<Number>`."""
    found = [
        target(performance, child)
        for child in verb
        if child.tag in ("Number", "Client", "Sip", "Application")
    ]
    for child in verb:
        if child.tag in NOT_OFFERED:
            message = f"Dial->{child.tag} is not offered by the emulator"
            performance.town.alert(NOT_OFFERED[child.tag], message, performance.leg)
    bare = (verb.text or "").strip()
    if bare and not found:
        found = [Target("pstn", dialable(bare), None, None)]
    return found


def target(performance: Performance, noun: ET.Element) -> Target:
    within = next(filter(None, map(noun.findtext, ("Identity", "Uri", "ApplicationSid"))), "")
    text = ((noun.text or "").strip() or within).strip()
    kind = {"Client": "client", "Sip": "sip", "Application": "app"}.get(noun.tag, "pstn")
    address = {"client": f"client:{text}", "sip": text, "app": f"app:{text}"}.get(kind)
    address = dialable(text) if address is None else address
    url = noun.get("url")
    goto = Goto(performance.resolve(url), method_of(noun, "method"), {}, "screen") if url else None
    parameters = {
        one.get("name", ""): one.get("value", "") for one in noun if one.tag == "Parameter"
    }
    if kind == "app":
        parameters["customerId"] = noun.get("customerId") or performance.town.account_sid
    copied = performance.leg.to if twiml.flag(noun, "copyParentTo", default=False) else ""
    return Target(
        kind,
        address,
        goto,
        subscription_of(performance, noun),
        noun.get("sendDigits", ""),
        _detection(performance, noun),
        parameters,
        copied,
    )


def _detection(performance: Performance, noun: ET.Element) -> MachineDetection | None:
    """Always asynchronous here: it is told by amdStatusCallback."""
    mode = noun.get("machineDetection")
    if not mode:
        return None
    url = noun.get("amdStatusCallback")
    method = method_of(noun, "amdStatusCallbackMethod")
    callback = Goto(performance.resolve(url), method) if url else None
    return MachineDetection(
        mode,
        asynchronous=True,
        callback=callback,
        timeout_seconds=twiml.number(noun, "machineDetectionTimeout", 30),
        speech_threshold_seconds=twiml.number(noun, "machineDetectionSpeechThreshold", 2400) / 1000,
        speech_end_seconds=twiml.number(noun, "machineDetectionSpeechEndThreshold", 1200) / 1000,
    )


def subscription_of(performance: Performance, noun: ET.Element) -> Subscription | None:
    url = noun.get("statusCallback")
    if not url:
        return None
    events = frozenset((noun.get("statusCallbackEvent") or "completed").split())
    method = method_of(noun, "statusCallbackMethod")
    return Subscription(performance.resolve(url), method, events)


def dialable(text: str) -> str:
    """A number as Twilio would dial it: digits, +1 assumed for ten of them."""
    digits = re.sub(r"[\s().-]", "", text)
    if re.fullmatch(r"1?\d{10}", digits):
        return f"+1{digits[-10:]}"
    return digits
