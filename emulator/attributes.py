"""Which values may an attribute of TwiML have, and what does Twilio say to another one?

From Twilio's "TwiML for Programmable Voice" and its "Error and Warning Dictionary". A wrong value
is logged and counts as absent, so the default holds; where the dictionary says "error" instead of
"warning", the verb fails. An attribute nobody knows is a schema warning (12200).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from emulator import reading

SCHEMA_WARNING = 12200
DAY_SECONDS = 86_400
LABEL_CHARACTERS_MAX = 128

Check = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Rule:
    """What one attribute may be; `fatal`: its verb fails when it is something else."""

    holds: Check
    code: int = SCHEMA_WARNING
    fatal: bool = False


def among(*words: str) -> Check:
    return frozenset(words).__contains__


def some_of(*words: str) -> Check:
    """A list of words with spaces between."""
    return lambda text: bool(text.split()) and set(text.split()) <= set(words)


def whole(least: int, most: int = 10**9) -> Check:
    def holds(text: str) -> bool:
        number = reading.whole(text.strip())
        return number is not None and least <= number <= most

    return holds


def like(pattern: str) -> Check:
    compiled = re.compile(pattern)
    return lambda text: compiled.fullmatch(text) is not None


def text(_value: str) -> bool:
    return True


def url(value: str) -> bool:
    """Absolute with http or https, or relative; empty means this very document."""
    return " " not in value.strip() and reading.is_web_address(
        reading.joined("https://example.org/", value)
    )


def label(value: str) -> bool:
    fits = 0 < len(value) <= LABEL_CHARACTERS_MAX and "/" not in value
    return fits and not re.fullmatch(r"CA[0-9a-f]{32}", value)


def either(*checks: Check) -> Check:
    return lambda value: any(check(value) for check in checks)


TRUTH, METHOD = among("true", "false"), among("GET", "POST", "get", "post")
LANGUAGE = like(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
VOICE = like(r"man|woman|alice|[A-Za-z]+\..+|[A-Za-z0-9-]{8,}")
KEY, KEYS = like(r"[0-9#*]?"), like(r"[0-9#*]*")
TONES, TONES_AND_LETTERS = like(r"[0-9*#wW]*"), like(r"[0-9*#wWA-Da-d]*")
RECORDED = [
    "do-not-record",
    "record-from-answer",
    "record-from-ringing",
    "record-from-answer-dual",
    "record-from-ringing-dual",
    "true",
    "false",
]
TRIM = among("trim-silence", "do-not-trim", "true", "false")
RING_TONES = [
    "at",
    "au",
    "bg",
    "br",
    "be",
    "ch",
    "cl",
    "cn",
    "cz",
    "de",
    "dk",
    "ee",
    "es",
    "fi",
    "fr",
    "gr",
    "hu",
    "il",
    "in",
    "it",
    "lt",
    "jp",
    "mx",
    "my",
    "nl",
    "no",
    "nz",
    "ph",
    "pl",
    "pt",
    "ru",
    "se",
    "sg",
    "th",
    "uk",
    "us",
    "us-old",
    "tw",
    "ve",
    "za",
]
PROGRESS = Rule(some_of("initiated", "ringing", "answered", "completed"))


def told(*events: str) -> dict[str, Rule]:
    return {
        "statusCallback": Rule(url),
        "statusCallbackMethod": Rule(METHOD),
        "statusCallbackEvent": Rule(some_of(*events)) if events else PROGRESS,
    }


def screened(code: int) -> dict[str, Rule]:
    return {"url": Rule(url, 11100, fatal=True), "method": Rule(METHOD, code)}


RECORDING = {
    "recordingStatusCallback": Rule(url, 13256),
    "recordingStatusCallbackMethod": Rule(METHOD),
    "recordingStatusCallbackEvent": Rule(some_of("in-progress", "completed", "absent"), 13621),
    "recordingConfigurationId": Rule(text),
}
DETECTION = {
    "machineDetection": Rule(among("Enable", "DetectMessageEnd")),
    "machineDetectionTimeout": Rule(whole(3, 59)),
    "machineDetectionSpeechThreshold": Rule(whole(1000, 6000)),
    "machineDetectionSpeechEndThreshold": Rule(whole(500, 5000)),
    "machineDetectionSilenceTimeout": Rule(whole(2000, 10_000)),
    "amdStatusCallback": Rule(url),
    "amdStatusCallbackMethod": Rule(METHOD),
}
ACTION = Rule(url, 11100, fatal=True)

RULES: dict[str, dict[str, Rule]] = {
    "Dial": {
        **RECORDING,
        "action": ACTION,
        "method": Rule(METHOD, 13210),
        "timeout": Rule(whole(1, 600), 13212),
        "hangupOnStar": Rule(TRUTH, 13213),
        "callerId": Rule(text),  # 13214 where it is known who is dialled
        "timeLimit": Rule(whole(1, DAY_SECONDS), 13216),
        "record": Rule(among(*RECORDED), 13217),
        "sequential": Rule(TRUTH, 13218),
        "answerOnBridge": Rule(TRUTH, 13219),
        "ringTone": Rule(among(*RING_TONES), 13220),
        "recordingTrack": Rule(among("both", "inbound", "outbound"), 13622),
        "trim": Rule(TRIM, 13699),
        "referUrl": Rule(url),
        "referMethod": Rule(METHOD),
        "callReason": Rule(text),
        "events": Rule(among("call-progress-event")),
    },
    "Number": {
        **told(),
        **screened(13221),
        **DETECTION,
        "sendDigits": Rule(TONES, 13222),
        "byoc": Rule(like(r"BY[0-9a-fA-F]{32}")),
    },
    "Client": {**told(), **screened(SCHEMA_WARNING)},
    "Sip": {
        **told(),
        **screened(13241),
        **DETECTION,
        "sendDigits": Rule(TONES, 13242),
        "username": Rule(like(r".{1,255}"), 13249),
        "password": Rule(like(r".{1,255}"), 13249),
    },
    "Conference": {
        **RECORDING,
        **told(
            "start", "end", "join", "leave", "mute", "hold", "modify", "speaker", "announcement"
        ),
        "muted": Rule(TRUTH, 13230),
        "endConferenceOnExit": Rule(TRUTH, 13231, fatal=True),
        "startConferenceOnEnter": Rule(TRUTH, 13232),
        "waitUrl": Rule(url, 13233),
        "waitMethod": Rule(METHOD, 13234),
        "beep": Rule(among("true", "false", "onEnter", "onExit"), 13235),
        "trim": Rule(TRIM, 13239, fatal=True),
        "coach": Rule(like(r"(CA[0-9a-fA-F]{32})?"), 13240, fatal=True),
        "participantLabel": Rule(label, 16023, fatal=True),
        "maxParticipants": Rule(whole(1, 250)),
        "record": Rule(among("do-not-record", "record-from-start", "true", "false")),
        "jitterBufferSize": Rule(among("large", "medium", "small", "off")),
        "region": Rule(among("us1", "us2", "ie1", "sg1", "br1", "au1", "jp1", "de1")),
        "eventCallbackUrl": Rule(url),
    },
    "Queue": {
        "url": Rule(url, 14211, fatal=True),
        "method": Rule(METHOD, 14210, fatal=True),
        "reservationSid": Rule(text),  # 14219: no TaskRouter here
        "postWorkActivitySid": Rule(text),
    },
    "Application": {
        **told(),
        **screened(SCHEMA_WARNING),
        "customerId": Rule(like(r".{1,256}")),
        "copyParentTo": Rule(TRUTH),
    },
    "Sim": {},
    "WhatsApp": {**told(), **screened(SCHEMA_WARNING)},
    "Enqueue": {
        "method": Rule(METHOD, 14201, fatal=True),
        "waitUrl": Rule(url, 14202, fatal=True),
        "action": Rule(url, 14203, fatal=True),
        "waitUrlMethod": Rule(METHOD, 14206, fatal=True),
        "workflowSid": Rule(text),  # 14226: no TaskRouter here
        "maxQueueSize": Rule(whole(0, 5000)),
    },
    "Gather": {
        "action": ACTION,
        "finishOnKey": Rule(KEY, 13310),
        "method": Rule(METHOD, 13312),
        "timeout": Rule(either(whole(0), among("auto")), 13313),
        "numDigits": Rule(whole(1), 13314),
        "input": Rule(some_of("dtmf", "speech"), 13326),
        "speechTimeout": Rule(either(whole(1), among("auto")), 13327),
        "maxSpeechTime": Rule(whole(1), 13328),
        "partialResultCallback": Rule(url),
        "partialResultCallbackMethod": Rule(METHOD, 13329),
        "hints": Rule(like(r"(?s).{0,16000}"), 13330),
        "language": Rule(LANGUAGE, 13331),
        "bargeIn": Rule(TRUTH, 13332),
        "profanityFilter": Rule(TRUTH, 13333),
        "speechModel": Rule(like(r"[A-Za-z0-9_-]+"), 13334),
        "actionOnEmptyResult": Rule(TRUTH, 13338),
        "enhanced": Rule(TRUTH),
        "debug": Rule(TRUTH),
    },
    "Say": {
        "loop": Rule(whole(0), 13510),
        "voice": Rule(VOICE, 13511),
        "language": Rule(LANGUAGE, 13512),
    },
    "Play": {"loop": Rule(whole(0), 13410), "digits": Rule(TONES_AND_LETTERS, 13430)},
    "Pause": {"length": Rule(whole(1), 13910)},
    "Redirect": {"method": Rule(METHOD, 13710)},
    "Reject": {"reason": Rule(among("rejected", "busy"), 13810)},
    "Refer": {"action": ACTION, "method": Rule(METHOD)},
    "Record": {
        **RECORDING,
        "action": ACTION,
        "method": Rule(METHOD, 13610),
        "timeout": Rule(whole(0), 13611),
        "maxLength": Rule(whole(1, DAY_SECONDS), 13612),
        "finishOnKey": Rule(KEYS, 13613),
        "transcribe": Rule(TRUTH, 13614),
        "transcribeCallback": Rule(url, 13257),
        "playBeep": Rule(TRUTH, 13616),
        "trim": Rule(TRIM, 13699),
    },
    "Hangup": {},
    "Leave": {},
    "Echo": {},
}
# A prompt inside <Gather> has codes of its own.
WITHIN_GATHER = {("Say", "voice"): 13321, ("Say", "loop"): 13322}
# What may stand inside, and what Twilio says to anything else.
CHILDREN = {
    "Dial": (
        frozenset(
            ["Number", "Client", "Sip", "Conference", "Queue", "Application", "Sim", "WhatsApp"]
        ),
        13215,
    ),
    "Gather": (frozenset({"Say", "Play", "Pause"}), 13320),
    "Start": (frozenset({"Stream", "Siprec", "Transcription", "Recording"}), 14300),
}
