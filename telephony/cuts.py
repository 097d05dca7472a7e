"""Are names and values cut where the carrier cut them?

A signature covers both in one row, without marks between them (Twilio's page "Webhooks security"):
whoever got hold of one could cut them elsewhere, and say something else (FAILURES C17). What is new
in a form and cut by nobody must be let in all the same (C18).
"""

import re
from collections.abc import Iterator, Mapping
from itertools import chain, pairwise

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
SHAPED = re.compile("|".join(SHAPES))  # none of them begins another


def why(fields: Fields) -> str | None:
    """Say what shows that the carrier did not cut this form so; None: nothing does."""
    signs = (_misspelt, _misshapen, _alone, _grown, _swallowed)
    return next(chain.from_iterable(sign(fields) for sign in signs), None)


def _misspelt(fields: Fields) -> Iterator[str]:
    """Names the carrier does not make; beside ours, the end that one of ours may have lost."""
    ours = not fields.keys().isdisjoint(OURS)
    for name in fields:
        if not NAME.fullmatch(name) or (ours and name[0].islower() and name not in OURS):
            yield f"{name!r} is no name"


def _misshapen(fields: Fields) -> Iterator[str]:
    for name, shape in SHAPES.items():
        if name in fields and not shape.fullmatch(fields[name]):
            yield f"{name} is not what the carrier says"


def _alone(fields: Fields) -> Iterator[str]:
    for name, other in NEVER_WITHOUT:
        if name in fields and other not in fields:
            yield f"{name} without {other}"


def _grown(fields: Fields) -> Iterator[str]:
    """New names that a known one, which is not there, and the head of what it said make up."""
    for name, value in fields.items():
        known = SHAPED.match(name)
        if known and known[0] not in fields:
            shape, taken = SHAPES[known[0]], name[known.end() :]
            if shape.fullmatch(taken + value) or (shape is _SID and SID_HEAD.fullmatch(taken)):
                yield f"{name!r} took in the head of its own value"


def _swallowed(fields: Fields) -> Iterator[str]:
    """Known names that are no field of this form, and stand within one or across two."""
    row = "".join(
        _told_by(name, fields) + ("\n" if _words_of(name, fields) else value)
        for name, value in sorted(fields.items())
    )
    for found in KNOWN.finditer(row):
        if found[0] not in fields:
            yield f"{found[0]} stands inside another field"


def _words_of(name: str, fields: Fields) -> bool:
    """Whether this is what somebody wrote in a text: any word may stand in it."""
    return name == "Body" and "MessageSid" in fields


def _told_by(name: str, fields: Fields) -> str:
    """The name, or of one that the carrier may have made of a known one, its end (C18)."""
    found = [*KNOWN.finditer(name)]
    merged = any(
        one.end() == other.start() and one[0] not in fields for one, other in pairwise(found)
    )
    honest = found and not merged and name.isalpha() and name[0].isupper()
    if honest and not any(name[one.end() : one.end() + 1].islower() for one in found):
        return "\n" + name[found[-1].end() :]
    return name
