"""Are names and values cut where the carrier cut them?

A signature covers both in one row, without marks between them (Twilio's page "Webhooks security"):
whoever got hold of one could cut them elsewhere, and say something else (FAILURES C17). What is new
in a form and cut by nobody must be let in all the same (C18).
"""

import re
from collections.abc import Iterator, Mapping

Fields = Mapping[str, str]

# Names that stand in no honest value.
DISTINCT = frozenset(
    """
    AccountSid AnsweredBy ApiVersion ApplicationSid AvgQueueTime CallDuration CallSid CallStatus
    CallToken CallbackSource CalledCity CalledCountry CalledState CalledZip CallerCity
    CallerCountry CallerName CallerState CallerZip Coaching ConferenceSid CurrentQueueSize
    DialBridged DialCallDuration DialCallSid DialCallStatus Digits Direction EndConferenceOnExit
    ErrorCode ErrorUrl FinishedOnKey ForwardedFrom FriendlyName FromCity FromCountry FromState
    FromZip MachineDetectionDuration MaxQueueSize MessageSid MessageStatus Muted NumMedia
    NumSegments ParentCallSid ParticipantLabel QueuePosition QueueResult QueueSid QueueTime
    SequenceNumber SipResponseCode SpeechResult StartConferenceOnEnter StatusCallbackEvent
    StirVerstat Timestamp ToCity ToCountry ToState ToZip
    """.split()  # noqa: SIM905  (a list of sixty quoted words is not easier to read)
)
KNOWN = re.compile("|".join(sorted(DISTINCT, key=len, reverse=True)))
NAME = re.compile("[A-Za-z0-9_]+|SipHeader_.+", re.DOTALL)
NEVER_WITHOUT = (("Caller", "From"), ("Called", "To"), ("Called", "Caller"), ("ErrorUrl", "From"))
OURS = ("offer", "guest", "call", "msg")  # `msg`: in addresses of the carrier's own documents
# Shapes that no value keeps which has swallowed a name, or lost its own head to one.
_WORD, _SID, _COUNT, _ANY = (
    re.compile("[a-z_-]*"),
    re.compile("[A-Z]{2}[0-9a-f]*"),
    re.compile("-?[0-9]*"),
    re.compile(".*", re.DOTALL),
)
SID_HEAD = re.compile("[A-Z]{1,2}[0-9a-f]*")
SHAPES = {
    "CallSid": _SID,
    "ConferenceSid": _SID,
    "DialCallSid": _SID,
    "CallStatus": _WORD,
    "MessageSid": _SID,
    "MessageStatus": _WORD,
    "NumMedia": _COUNT,
    "NumSegments": _COUNT,
    "DialCallStatus": _WORD,
    "DialBridged": _WORD,
    "QueueResult": _WORD,
    "StatusCallbackEvent": _WORD,
    "AnsweredBy": _WORD,
    "SequenceNumber": _COUNT,
    "ErrorCode": _COUNT,
    "Digits": re.compile("[0-9A-D*#w]*"),
    "ParticipantLabel": re.compile("([a-z][A-Za-z0-9_-]*)?"),  # a role of ours, and whose
    "offer": _ANY,
    "guest": _ANY,
    "call": _ANY,
}


def why(fields: Fields) -> str | None:
    """Say what shows that the carrier did not cut this form so; None: nothing does."""
    return next(_signs(fields), None)


def _signs(fields: Fields) -> Iterator[str]:
    for name in fields:
        if not NAME.fullmatch(name):
            yield f"{name!r} is no name"
    for name, shape in SHAPES.items():
        if name in fields and not shape.fullmatch(fields[name]):
            yield f"{name} is not what the carrier says"
    for name, other in NEVER_WITHOUT:
        if name in fields and other not in fields:
            yield f"{name} without {other}"
    if not fields.keys().isdisjoint(OURS):
        yield from (f"{name!r} beside ours" for name in fields if _beside_ours(name))
    absent = tuple(known for known in SHAPES if known not in fields)
    for name, value in fields.items():
        if name.startswith(absent) and _has_grown(name, value, absent):
            yield f"{name!r} took in the head of its own value"
    yield from (f"{name} stands inside another field" for name in _swallowed(fields))


def _beside_ours(name: str) -> bool:
    """Whether one of ours may have lost its end to this field: the carrier's have capitals."""
    return name[0].islower() and name not in OURS


def _has_grown(name: str, value: str, absent: tuple[str, ...]) -> bool:
    """Whether one of these names, and the head of what it said, make up this new one."""
    for known in filter(name.startswith, absent):
        taken, shape = name[len(known) :], SHAPES[known]
        if shape.fullmatch(taken + value) or (shape is _SID and SID_HEAD.fullmatch(taken)):
            return True
    return False


def _swallowed(fields: Fields) -> Iterator[str]:
    """Known names that are no field of this form, and stand within one or between two."""
    row = "".join(
        _told_by(name) + ("\n" if _words_of(name, fields) else value)
        for name, value in sorted(fields.items())
    )
    return (found[0] for found in KNOWN.finditer(row) if found[0] not in fields)


def _words_of(name: str, fields: Fields) -> bool:
    """Whether this is what somebody wrote in a text: any word may stand in it."""
    return name == "Body" and "MessageSid" in fields


def _told_by(name: str) -> str:
    """The name, or of one that the carrier may have made of a known one, its end (C18)."""
    ends = [found.end() for found in KNOWN.finditer(name)]
    honest = ends and name.isalpha() and name[0].isupper()
    if honest and not any(name[end : end + 1].islower() for end in ends):
        return "\n" + name[ends[-1] :]
    return name
