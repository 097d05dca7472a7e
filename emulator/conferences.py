"""Who is in which room, who hears whom there, and what ends it?

Twilio's pages "<Conference>", "Conference resource" and "Participant resource".
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from emulator import recordings
from emulator.legs import Subscription
from emulator.notices import notify, rfc2822
from emulator.participants import Participant
from emulator.sounds import Beep, Silence
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
    "participant-speech-start": "speaker",
    "participant-speech-stop": "speaker",
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
