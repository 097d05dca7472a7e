"""What is one seed's story? Who calls, who answers, what goes wrong: values, drawn from the seed.

Everything that happens by chance is drawn here, so that a story can be told again, and told
shorter: `simulation_shrink` leaves parts out until only what fails is left.
"""

import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from chaos.simulation_company import LONGER_SECONDS, NOBODY, Company, draw_company
from town import BASE, GENERAL, LAKESIDE, RIVERTON

from emulator.faults import FaultPlan

ELSEWHERE = "http://elsewhere.example.org"  # where the carrier keeps the document of last resort
SAFETY_SECONDS = 80.0
LIVENESS_SECONDS = 120.0
DAY_SECONDS = 86_400.0

# A Monday, in St. Louis (UTC-6): deep in the night, at the edges of the hours in which people may
# be rung, and at noon.
STARTS = {
    "at night": datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
    "as the day's window opens": datetime(2026, 11, 23, 14, 58, tzinfo=UTC),
    "at noon": datetime(2026, 11, 23, 18, 0, tzinfo=UTC),
    "as the day's window closes": datetime(2026, 11, 24, 1, 58, tzinfo=UTC),
}
NAMES = ("Ana", "Ben", "Cleo", "Dev")
LINES = (RIVERTON, RIVERTON, LAKESIDE, GENERAL)
WITHHELD = ("anonymous", "+266696687", "Restricted", "")
KEYS = ("1", "11", "2", "3", "9", "0", "#", "*", "5", "123456789", "1*1")
INCIDENT = "26104881#"  # what a dispatcher presses a second after star
CELLS = (
    "presses",
    "presses",
    "another key",
    "voicemail",
    "family",
    "late",
    "busy",
    "never",
    "unreachable",
)
ANSWERS = ("accept", "accept", "accept", "accept", "decline", "ignore", "no leg", "twice")
PICKS_UP = ("answers", "answers", "voicemail", "busy", "never", "drops")


@dataclass(frozen=True, slots=True)
class CallerPart:
    """One caller. Seconds count from the arrival, but for `at`."""

    at: float
    line: str
    shown: str
    keys: tuple[tuple[float, str], ...] = ()
    hangs_up_at: float | None = None
    when_rung: str = "answers"  # what happens when we call back


@dataclass(frozen=True, slots=True)
class ClinicianPart:
    """One clinician: what they do each time, in turn, and how long they take."""

    name: str
    tier: str | None
    languages: tuple[str, ...] = ("en",)
    desk: bool = True
    cell: str = ""  # how the cell phone behaves; "": none
    answers: tuple[str, ...] = ("accept",)
    reacts_after: float = 2.0
    talks_for: float = 15.0
    just_hangs_up: bool = False  # leaves the room instead of pressing End
    wraps_up_after: float = 5.0
    promises: str = ""  # "" | soon | tomorrow | no consent | own number
    back_after: float = 10.0


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that goes wrong at an instant; `amount` as the kind says."""

    at: float
    kind: str
    who: str = ""
    amount: float = 0.0


@dataclass(frozen=True, slots=True)
class Story:
    """Everything about one seed."""

    seed: int
    start: str
    callers: tuple[CallerPart, ...]
    clinicians: tuple[ClinicianPart, ...]
    partner: str = "answers"
    dispatcher: str = "presses"
    last_resort: str = f"{BASE}/voice/fallback"
    faults: dict[str, float] = field(default_factory=dict)  # of emulator.FaultPlan
    database: dict[str, float] = field(default_factory=dict)  # point -> probability
    troubles: tuple[Trouble, ...] = ()
    company: Company = NOBODY

    def plan(self, kind: type[FaultPlan] = FaultPlan) -> FaultPlan:
        return kind(seed=self.seed, **self.faults)


# -- drawing ----------------------------------------------------------------------------------

FAULTS: dict[str, tuple[float, float]] = {  # the range each probability is drawn from
    "drop": (0.02, 0.3),
    "duplicate": (0.05, 0.5),
    "delay": (0.05, 0.5),
    "reorder": (0.1, 0.7),
    "server_error": (0.01, 0.1),
    "timeout": (0.01, 0.05),
    "reset": (0.01, 0.1),
    "lost_response": (0.01, 0.2),
    "rest_429": (0.02, 0.2),
    "rest_5xx": (0.02, 0.2),
    "rest_lost_response": (0.02, 0.2),
    "conference_lag": (0.1, 1.0),
}
DELAYS = (5.0, 60.0, 1800.0, DAY_SECONDS)
DATABASE = ("refused", "rolled back", "lost commit", "slow")
TROUBLES = (
    "browser lost",  # amount: seconds until it is opened again
    "no beats",  # amount: seconds without a heartbeat
    "hangs up",  # the clinician's leg, without End
    "off duty",
    "crash",  # who: web | clock, or a point of it as in "web committed"; amount: its n-th time
    "freeze",  # who: web | clock; amount: seconds
    "clock jumps",  # amount: seconds, either way
    "database away",  # amount: seconds
    "database read-only",  # amount: seconds
    "forged",  # somebody without our token says that a call ended
    "replayed",  # amount: how many of the last webhooks come again
    "off the roster",  # who: the clinician whose shift is deleted
    "disabled",  # who: the clinician
    "End too early",
)
POINTS = ("opening", "committing", "committed", "asking", "asked")
KINDS = ("wire", "rest", "processes", "database", "clock", "browsers", "people")


def draw(seed: int, kinds: tuple[str, ...] = KINDS) -> Story:
    """The story of this seed; `kinds` of faults left out are drawn and not told."""
    chance = random.Random(seed)
    clinicians = _clinicians(chance)
    company = draw_company(seed, tuple(one.name for one in clinicians))
    if company.anybody:
        longer = (replace(one, talks_for=one.talks_for + LONGER_SECONDS) for one in clinicians)
        clinicians = tuple(longer)
    callers = tuple(_caller(chance, n) for n in range(chance.randint(1, 3)))
    story = Story(
        seed=seed,
        start=chance.choice(tuple(STARTS)),
        callers=callers,
        clinicians=clinicians,
        partner=chance.choice(("answers", "answers", "answers", "busy", "never")),
        dispatcher=chance.choice(("presses", "presses", "answers", "voicemail", "drops", "busy")),
        last_resort=chance.choice((f"{BASE}/voice/fallback", ELSEWHERE + "/{line}")),
        faults=_faults(chance),
        database=_database(chance),
        troubles=_troubles(chance, clinicians),
        company=company,
    )
    if any(one.kind == "freeze" and one.who == "web" for one in story.troubles):
        story = replace(story, last_resort=ELSEWHERE + "/{line}")  # a frozen house saves nobody
    return _only(story, kinds)


def _caller(chance: random.Random, n: int) -> CallerPart:
    withheld = chance.random() < 0.25
    same = chance.random() < 0.15  # a second call of the same person
    shown = chance.choice(WITHHELD) if withheld else f"+1314555015{0 if same else n}"
    keys = [
        (round(chance.uniform(0.5, 70), 2), chance.choice(KEYS))
        for _ in range(chance.choice((0, 0, 0, 1, 1, 2, 3)))
    ]
    keys += [(after + 1, INCIDENT) for after, key in keys if key == "*"]
    leaves = chance.random() < 0.5
    return CallerPart(
        at=round(chance.uniform(0, 30), 2),
        line=chance.choice(LINES),
        shown=shown,
        keys=tuple(sorted(keys)),
        hangs_up_at=round(chance.uniform(0.01, 80), 3) if leaves else None,
        when_rung=chance.choice(PICKS_UP),
    )


def _clinicians(chance: random.Random) -> tuple[ClinicianPart, ...]:
    people = [_clinician(chance, name) for name in NAMES[: chance.randint(1, 4)]]
    if chance.random() < 0.4:
        cell = chance.choice(CELLS)
        people.append(ClinicianPart("Sol", "supervisor", desk=chance.random() < 0.3, cell=cell))
    return tuple(people)


def _clinician(chance: random.Random, name: str) -> ClinicianPart:
    return ClinicianPart(
        name=name,
        tier=chance.choice(("primary", "primary", "primary", "backup", "backup", None)),
        languages=chance.choice((("en",), ("en",), ("en", "es"), ("es",))),
        desk=chance.random() < 0.8,
        cell=chance.choice(CELLS) if chance.random() < 0.5 else "",
        answers=tuple(chance.choice(ANSWERS) for _ in range(4)),
        reacts_after=round(chance.choice((0.3, 1.0, 3.0, 6.0, 15.0)) * chance.uniform(0.5, 1.5), 2),
        talks_for=round(chance.uniform(1, 60), 2),
        just_hangs_up=chance.random() < 0.2,
        wraps_up_after=round(chance.uniform(1, 20), 2),
        promises=chance.choice(("", "", "soon", "tomorrow", "no consent", "own number")),
        back_after=round(chance.uniform(2, 40), 2),
    )


def _faults(chance: random.Random) -> dict[str, float]:
    if chance.random() < 0.1:
        return {}
    found = {
        name: round(chance.uniform(*FAULTS[name]), 3) for name in FAULTS if chance.random() < 0.35
    }
    if "delay" in found:
        found["delay_seconds_max"] = chance.choice(DELAYS)
    return found


def _database(chance: random.Random) -> dict[str, float]:
    if chance.random() < 0.75:
        return {}
    names = [name for name in DATABASE if chance.random() < 0.5]
    return {name: round(chance.choice((0.002, 0.01, 0.05)), 3) for name in names}


AMOUNTS = {
    "browser lost": (5.0, 20.0, 40.0, 200.0),
    "no beats": (15.0, 30.0, 60.0),
    "freeze": (1.0, 5.0, 20.0, 60.0),
    "clock jumps": (-86400.0, -3600.0, -30.0, -2.0, 2.0, 30.0, 3600.0, 86400.0),
    "database away": (1.0, 4.0, 15.0, 45.0),
    "database read-only": (2.0, 20.0),
    "replayed": (1.0, 5.0, 20.0),
}


def _troubles(chance: random.Random, clinicians: tuple[ClinicianPart, ...]) -> tuple[Trouble, ...]:
    drawn = [_trouble(chance, clinicians) for _ in range(chance.choice((0, 0, 1, 1, 2, 3, 4)))]
    return tuple(sorted(drawn, key=lambda trouble: trouble.at))


def _trouble(chance: random.Random, clinicians: tuple[ClinicianPart, ...]) -> Trouble:
    kind = chance.choice(TROUBLES)
    who = chance.choice(clinicians).name.lower()
    amount = chance.choice(AMOUNTS.get(kind, (0.0,)))
    process = chance.choice(("web", "web", "clock"))
    if kind == "crash":
        who, amount = f"{process} {chance.choice(POINTS)}", float(chance.randint(1, 8))
    elif kind == "freeze":
        who = process
    elif kind in ("clock jumps", "database away", "database read-only", "forged", "replayed"):
        who = ""
    return Trouble(round(chance.uniform(0.5, SAFETY_SECONDS - 5), 2), kind, who, amount)


# -- leaving kinds out ------------------------------------------------------------------------

WIRE = tuple(name for name in FAULTS if not name.startswith("rest_") and name != "conference_lag")
OF_KIND = {
    "processes": ("crash", "freeze"),
    "database": ("database away", "database read-only"),
    "clock": ("clock jumps",),
    "browsers": ("browser lost", "no beats"),
    "wire": ("forged", "replayed"),
    "people": ("hangs up", "off duty", "off the roster", "disabled", "End too early"),
}


def _only(story: Story, kinds: tuple[str, ...]) -> Story:
    if set(kinds) == set(KINDS):
        return story
    wanted = {name for kind in kinds for name in OF_KIND.get(kind, ())}
    wire, rest = "wire" in kinds, "rest" in kinds
    faults = {
        name: chance
        for name, chance in story.faults.items()
        if (wire if name in WIRE or name == "delay_seconds_max" else rest)
    }
    return replace(
        story,
        faults=faults,
        database=story.database if "database" in kinds else {},
        troubles=tuple(one for one in story.troubles if one.kind in wanted),
    )
