"""What does a row look like outside this room? Frozen values, named as their columns.

A call is `ivr.call.Call`. All instants are aware UTC; a person is named by `person_id`.
"""

from storage.values.calls import ErrandRow, JournalLine, NewLine, Offer, Trace
from storage.values.crews import Crew
from storage.values.house import AuditLine, Heartbeat
from storage.values.linkage import DirectoryHeading
from storage.values.people import Desk, Person
from storage.values.promises import Attempt, FollowUp, Task, TextMessage, TextNumber
from storage.values.records import HandoffCard, PsapKey, Record
from storage.values.roster import (
    CoverRequest,
    Heading,
    Notice,
    Revision,
    RosterDraft,
    RosterFeed,
    ShiftConfirmation,
    TimeOffRequest,
)

__all__ = [
    "Attempt",
    "AuditLine",
    "CoverRequest",
    "Crew",
    "Desk",
    "DirectoryHeading",
    "ErrandRow",
    "FollowUp",
    "HandoffCard",
    "Heading",
    "Heartbeat",
    "JournalLine",
    "NewLine",
    "Notice",
    "Offer",
    "Person",
    "PsapKey",
    "Record",
    "Revision",
    "RosterDraft",
    "RosterFeed",
    "ShiftConfirmation",
    "Task",
    "TextMessage",
    "TextNumber",
    "TimeOffRequest",
    "Trace",
]
