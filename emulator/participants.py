"""What does one participant of a conference hear, and who hears it?

Twilio's pages "<Conference>" and "Participant resource".
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from emulator.audio import BUILT_IN_SECONDS, HOLD_MUSIC
from emulator.errors import TwimlFailure
from emulator.fibers import Fiber, Signal
from emulator.interpreter import Performance, Scene
from emulator.sounds import Play, Silence
from emulator.twiml import Goto
from emulator.verbs_sound import speech_seconds

if TYPE_CHECKING:
    from emulator.conferences import Conference
    from emulator.legs import Leg

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

    def speaks(self, words: str) -> None:
        """Something is said into the room: who asked for `speaker` is told from when till when."""
        if self.muted or self.hold or self.conference.status != "in-progress":
            return
        self.conference.event("participant-speech-start", self)
        self.leg.town.clock.call_later(speech_seconds(words), self._has_spoken)

    def _has_spoken(self) -> None:
        if self.present:
            self.conference.event("participant-speech-stop", self)

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


def _word(value: bool) -> str:
    return "true" if value else "false"
