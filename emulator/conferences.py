"""Who is in which room, who hears whom there, and what ends it?

Twilio's pages "<Conference>", "Conference resource" and "Participant resource".
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from emulator import recordings
from emulator.audio import BUILT_IN_SECONDS, HOLD_MUSIC
from emulator.errors import TwimlFailure
from emulator.fibers import Fiber, Signal
from emulator.interpreter import Performance, Scene
from emulator.legs import Subscription
from emulator.notices import notify, rfc2822
from emulator.sounds import Beep, Play, Silence
from emulator.sounds import Conference as InTheRoom
from emulator.twiml import Goto

if TYPE_CHECKING:
    from emulator.engine import Emulator
    from emulator.legs import Leg

PARTICIPANTS_MAX = 250
BEEP_SECONDS = 0.4
BEEPS = {"true": {"onEnter", "onExit"}, "onEnter": {"onEnter"}, "onExit": {"onExit"}}
CATEGORY = {
    "conference-start": "start",
    "conference-end": "end",
    "participant-join": "join",
    "participant-leave": "leave",
    "participant-mute": "mute",
    "participant-unmute": "mute",
    "participant-hold": "hold",
    "participant-unhold": "hold",
    "participant-modify": "modify",
    "announcement-end": "announcement",
    "announcement-fail": "announcement",
}
SENTENCES = {
    "participant_hung_up": "Participant hung up",
    "participant_updated_via_api": "Participant updated via API",
    "participant_kicked": "Participant kicked",
    "moderator_ended_conference": "Moderator ended conference",
    "conference_ended_via_api": "Conference ended via API",
    "participant-with-end-conference-on-exit-left": "Participant with endConferenceOnExit left",
    "participant-with-end-conference-on-exit-kicked": "Participant with endConferenceOnExit kicked",
    "last-participant-left": "Last participant left",
    "last-participant-kicked": "Last participant kicked",
    "conference-ended-via-api": "Conference ended via API",
}
WAIT = Scene(
    "a conference's wait document",
    frozenset({"Say", "Play", "Pause", "Redirect"}),
    13238,
    "conference-wait",
    waits=True,
)


@dataclass(eq=False, slots=True)
class Participant:
    """One leg in one room, or on its way there (REST-created)."""

    conference: "Conference"
    leg: "Leg"
    created_at: datetime
    updated_at: datetime
    label: str | None = None
    muted: bool = False
    hold: bool = False
    coach: str = ""  # the CallSid coached, '' for an ordinary participant
    start_on_enter: bool = True
    end_on_exit: bool = False
    wait: Goto | None = None  # where the wait document is; None: Twilio's music
    silent_wait: bool = False  # waitUrl=""
    hold_goto: Goto | None = None
    left: Signal[str] = field(default_factory=Signal)
    voice: Fiber | None = None  # a document it hears instead of the room
    present: bool = False
    beep: str = "true"  # true | false | onEnter | onExit

    @property
    def status(self) -> str:
        names = {"queued": "queued", "initiated": "connecting", "ringing": "ringing"}
        if self.leg.status in names:
            return names[self.leg.status]
        if self.leg.final:
            return "complete" if self.leg.answered_at else "failed"
        return "connected"

    def listeners(self) -> list["Participant"]:
        """Those who hear this one now."""
        room = self.conference
        if not self.present or self.muted or self.hold or room.status != "in-progress":
            return []
        others = [one for one in room.participants if one is not self and not one.hold]
        if self.coach:
            others = [one for one in others if one.leg.sid == self.coach]
        return others

    def facts(self) -> dict[str, str]:
        fields = {
            "CallSid": self.leg.sid,
            "Muted": _word(self.muted),
            "Hold": _word(self.hold),
            "Coaching": _word(bool(self.coach)),
            "EndConferenceOnExit": _word(self.end_on_exit),
            "StartConferenceOnEnter": _word(self.start_on_enter),
        }
        if self.coach:
            fields["CallSidToCoach"] = self.coach
        if self.label:
            fields["ParticipantLabel"] = self.label
        return fields

    def listen_to(self, goto: Goto | None, after: str = "", *, silent: bool = False) -> None:
        """Hear a document instead of the room; `after` names the event its end is told by."""
        self.stop_listening()
        if goto is None:
            self.leg.hears(Silence() if silent else Play(HOLD_MUSIC, 0, "", BUILT_IN_SECONDS))
            return
        self.voice = self.leg.town.spawn(self._hear, goto, after)

    async def _hear(self, goto: Goto, after: str) -> None:
        town, failed = self.leg.town, False
        try:
            await Performance(town, self.leg, WAIT).run(goto)
        except TwimlFailure as failure:
            town.alert(failure.code, failure.message, self.leg, failure.url)
            failed = True
        self.voice = None
        self.leg.hears(Silence())
        if after:
            self.conference.event("announcement-fail" if failed else after, self)
            self.resume()
        elif failed and self.conference.status == "init":
            self.left.set("wait-failed")  # the room is never entered: the call drops or goes on

    def resume(self) -> None:
        """Back to what this participant hears when nothing is announced."""
        room = self.conference
        if self.hold:
            self.listen_to(self.hold_goto)
        elif room.status == "init":
            self.listen_to(self.wait, silent=self.silent_wait)
        else:
            self.stop_listening()
            room.refresh()

    def stop_listening(self) -> None:
        if self.voice is not None:
            self.voice.cancel("something else is heard")
            self.voice = None


@dataclass(eq=False, slots=True)
class Conference:
    """A room; its name is free again once it has ended."""

    town: "Emulator"
    sid: str
    friendly_name: str
    created_at: datetime
    updated_at: datetime
    status: str = "init"  # init | in-progress | completed
    participants: list[Participant] = field(default_factory=list)
    coming: list[Participant] = field(default_factory=list)  # REST-created, not yet answered
    subscription: Subscription | None = None
    size_max: int = PARTICIPANTS_MAX
    told: int = 0
    reason_ended: str | None = None
    call_sid_ending: str | None = None
    listed_at: datetime | None = None
    entered: bool = False
    started_at: datetime | None = None
    to_record: recordings.Order | None = None
    recording: recordings.Recording | None = None

    def everyone(self) -> list[Participant]:
        return [*self.participants, *self.coming]

    def refusal(self, leg: "Leg", label: str | None, coach: str) -> int:
        """Twilio's error code when this leg may not come in; 0 when it may."""
        if len(self.participants) >= self.size_max:
            return 16020
        if label and any(
            one.label == label and one.leg is not leg and not one.leg.final
            for one in self.everyone()
        ):
            return 16025
        if coach and not any(one.leg.sid == coach for one in self.participants):
            return 13240
        return 0

    def join(self, participant: Participant) -> None:
        """In it comes; two with at least one starter start the room."""
        if participant in self.coming:
            self.coming.remove(participant)
        self.participants.append(participant)
        participant.present = self.entered = True
        participant.leg.participant = participant
        self.event("participant-join", participant)
        starters = any(one.start_on_enter for one in self.participants)
        if self.status == "init" and len(self.participants) > 1 and starters:
            self.status, self.started_at = "in-progress", self.town.clock.now()
            self.event("conference-start")
            if self.to_record is not None:
                about = {"ConferenceSid": self.sid, "FriendlyName": self.friendly_name}
                self.recording = recordings.begin(self.town, self.to_record, None, about)
            for one in self.participants:
                one.stop_listening()
        if self.status == "init":
            participant.resume()
        self.refresh()
        self.beep(participant, "onEnter")

    def leave(self, participant: Participant, why: str) -> None:
        """Out it goes; the room may end with it. Repeated leaves change nothing."""
        if participant not in self.participants:
            return
        self._remove(participant, why)
        kicked = why == "participant_kicked"
        if participant.end_on_exit:
            reason = "participant-with-end-conference-on-exit-" + ("kicked" if kicked else "left")
            self.end(reason, "moderator_ended_conference", participant)
        elif not self.participants:
            self.end("last-participant-" + ("kicked" if kicked else "left"), "", participant)
        else:
            self.refresh()
            self.beep(participant, "onExit")

    def beep(self, participant: Participant, when: str) -> None:
        """Everyone who hears the room hears that somebody came or left."""
        if self.status != "in-progress" or when not in BEEPS.get(participant.beep, ()):
            return
        for one in self.participants:
            if one.voice is None and not one.hold:
                one.leg.hears(Beep())
        self.town.clock.call_later(BEEP_SECONDS, self.refresh)

    def end(self, reason: str, why: str, ending: Participant | None = None) -> None:
        """Everyone's `<Dial>` ends; each leg goes on with its own TwiML."""
        if self.status == "completed":
            return
        self.status, self.reason_ended = "completed", reason
        self.updated_at = self.town.clock.now()
        for one in list(self.participants):
            self._remove(one, why)
        fields = {"ReasonConferenceEnded": reason, "Reason": SENTENCES[reason]}
        if ending is not None:
            self.call_sid_ending = ending.leg.sid
            fields["CallSidEndingConference"] = ending.leg.sid
            if ending.label:
                fields["ParticipantLabelEndingConference"] = ending.label
        self.event("conference-end", None, fields)
        if self.recording is not None:
            self.recording.end()

    def _remove(self, participant: Participant, why: str) -> None:
        participant.stop_listening()
        self.participants.remove(participant)
        participant.present = False
        participant.leg.participant = None
        participant.leg.hears(Silence())
        fields = {
            "ParticipantCallStatus": participant.leg.status,
            "ReasonParticipantLeft": why,
            "Reason": SENTENCES[why],
        }
        self.event("participant-leave", participant, fields)
        participant.left.set(why)

    def refresh(self) -> None:
        """Who hears the room, and who hears nothing because nobody can be heard."""
        if self.status != "in-progress":
            return
        audible = {id(hearer) for one in self.participants for hearer in one.listeners()}
        for one in self.participants:
            if one.voice is None and not one.hold:
                one.leg.hears(InTheRoom(self.friendly_name) if id(one) in audible else Silence())

    def announce(self, goto: Goto) -> None:
        for one in self.participants:
            one.listen_to(goto, "announcement-end")

    def event(
        self,
        name: str,
        participant: Participant | None = None,
        fields: dict[str, str] | None = None,
    ) -> None:
        """Number it, note it, and tell the one subscriber if it asked for this kind."""
        self.told += 1
        who = (participant.label or participant.leg.sid) if participant else ""
        self.town.timeline.note(
            participant.leg if participant else None, name, f"{self.friendly_name} {who}".strip()
        )
        subscription = self.subscription
        if subscription is None or CATEGORY[name] not in subscription.events:
            return
        params = {
            "ConferenceSid": self.sid,
            "FriendlyName": self.friendly_name,
            "AccountSid": self.town.account_sid,
            "SequenceNumber": str(self.told),
            "Timestamp": rfc2822(self.town.clock.now()),
            "StatusCallbackEvent": name,
        }
        params |= (participant.facts() if participant else {}) | (fields or {})
        notify(self.town, None, "conference-event", subscription.method, subscription.url, params)


def _word(value: bool) -> str:
    return "true" if value else "false"


def living(town: "Emulator", name_or_sid: str) -> Conference | None:
    """The conference of this SID, or the one not yet ended of this name."""
    found = town.conferences.get(name_or_sid)
    return found or town.rooms.get(name_or_sid)


def open_room(
    town: "Emulator", name: str, subscription: Subscription | None, size_max: int
) -> Conference:
    """The living room of this name, or a new one: its first participant decides who is told."""
    found = town.rooms.get(name)
    if found is not None and found.status != "completed":
        return found
    now = town.clock.now()
    room = Conference(town, town.new_sid("CF"), name, now, now)
    room.subscription, room.size_max = subscription, min(size_max, PARTICIPANTS_MAX)
    room.listed_at = now + timedelta(seconds=town.faults.listed_after_seconds())
    town.conferences[room.sid] = town.rooms[name] = room
    return room
