"""What can a leg hear? Replies speak to the leg that sent the webhook, and to no other."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Say:
    """Speak the prompt `key` in the call's language, its blanks filled from `words`."""

    key: str
    words: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SayAll:
    """Speak the prompt `key` once in every other language of the line; `words` as in Say."""

    key: str
    words: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bed:
    """Play the quiet bed of sound that says the line is alive, for about `seconds` (3 to 20)."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Listen:
    """Say and play `parts` while keys may be pressed; they go to `then`.

    They go at the last of `keys`, or after `seconds` of silence; the first ends what is heard.
    """

    parts: tuple[Say | SayAll | Bed, ...]
    then: str  # which of our addresses hears the key: "language", "key", "pressed", ...
    seconds: int = 1  # of silence after the parts, and after each key
    keys: int = 1  # at most


@dataclass(frozen=True, slots=True)
class WaitInLine:
    """Put the leg into the waiting line; laps are asked for at `wait`, the end at `line-left`."""


@dataclass(frozen=True, slots=True)
class LeaveLine:
    """Take the leg out of the waiting line; the carrier then asks `line-left`."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Go on at another of our addresses: "wait" | "greeted"."""

    then: str


@dataclass(frozen=True, slots=True)
class Join:
    """Enter the call's conference under `label`; afterwards the carrier asks `then`.

    The conference ends for everybody when a leg with `ends_room` leaves; the others' documents
    go on, which is how a caller is kept when a clinician's laptop dies.
    """

    label: str  # caller | clinician | person | psap | ivr.call.Guest.label
    then: str  # "talk-ended" | "clinician-left" | "psap-left" | "guest-left"
    ends_room: bool = True
    ringing: bool = False  # hears a ringing tone until the other leg is there
    muted: bool = False  # hears, and is heard by nobody
    coach: str = ""  # the leg that alone hears this one


@dataclass(frozen=True, slots=True)
class PassTo:
    """Dial the partner line for this leg; afterwards `pass-ended`."""

    seconds: int = 30  # how long it may ring


@dataclass(frozen=True, slots=True)
class HangUp:
    """End this leg."""


Reply = Say | SayAll | Bed | Listen | WaitInLine | LeaveLine | Ask | Join | PassTo | HangUp
