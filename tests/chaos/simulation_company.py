"""Who else comes into the talks of a story? Guests, whoever is consulted, a supervisor: drawn.

Drawn by a chance of its own, so that the rest of a seed's story is what it was without them.
"""

import random
from dataclasses import dataclass

GUESTS = ("crew", "interpreter", "partner", "dispatcher", "colleague")
COMES = ("presses", "presses", "presses", "another key", "voicemail", "family", "busy", "drops")
AT_DESK = ("joins", "joins", "joins", "declines", "ignores", "no leg", "twice")
SUPERVISES = ("listen", "whisper", "join", "stop", "hangs up", "loses the network")
ALONE = (
    "hold",
    "off hold",
    "shares the leg",
    "not shared",
    "asks the dispatcher",
    "help",
    "send away",
    "hand over",
    "back alone",
    "back together",
    "End",
)
ASKS = ("bring", "consult")
COURSES = (
    ("bring", "hand over"),
    ("bring", "bring", "hand over"),
    ("bring", "bring", "send away", "End"),
    ("consult", "hand over"),
    ("consult", "back alone", "End"),
    ("consult", "back together", "hand over"),
    ("consult", "back together", "consult", "hand over"),
    ("consult", "End"),
    ("hold", "consult", "off hold", "back together"),
    ("bring", "consult", "hand over", "help"),
    ("asks the dispatcher", "bring", "hand over"),
    ("asks the dispatcher", "End"),
    ("shares the leg", "bring", "not shared", "asks the dispatcher", "hand over"),
)
LONGER_SECONDS = 30.0  # there must be time for it
WITH_COMPANY, SUPERVISED = 0.4, 0.4  # of the stories; of those
WITHIN_SECONDS = 55.0


@dataclass(frozen=True, slots=True)
class Move:
    """What a clinician does so many seconds into each talk of theirs: `bring crew`, `hold`."""

    who: str
    after: float
    does: str


@dataclass(frozen=True, slots=True)
class Company:
    """Everything about guests. Telephones behave as those of the cast do."""

    moves: tuple[Move, ...] = ()
    crew: str = "presses"
    interpreter: str = "presses"
    stays_for: float = 15.0  # whoever comes, on a telephone or from a desk
    at_desk: tuple[str, ...] = ("joins",)  # how a colleague answers, each time they are asked
    supervised: tuple[tuple[float, str], ...] = ()  # when, and how far into whatever talk there is

    @property
    def anybody(self) -> bool:
        return bool(self.moves or self.supervised)


NOBODY = Company()


def draw_company(seed: int, names: tuple[str, ...]) -> Company:
    """The company of this seed's story among these clinicians; of most, nobody."""
    chance = random.Random(f"company {seed}")
    if not names or chance.random() >= WITH_COMPANY:
        return NOBODY
    moves = [move for name in names for move in _moves(chance, name.lower())]
    looks = chance.randint(1, 5) if chance.random() < SUPERVISED else 0
    supervised = ((_when(chance, 75.0), chance.choice(SUPERVISES)) for _ in range(looks))
    return Company(
        moves=tuple(sorted(moves, key=lambda move: (move.who, move.after))),
        crew=chance.choice(COMES),
        interpreter=chance.choice(COMES),
        stays_for=round(chance.uniform(1, 45), 2),
        at_desk=tuple(chance.choice(AT_DESK) for _ in range(3)),
        supervised=tuple(sorted(supervised)),
    )


def _moves(chance: random.Random, who: str) -> list[Move]:
    """What people do in turn; or anything at all, in any order."""
    if chance.random() < 0.3:
        return [_any(chance, who) for _ in range(chance.randint(1, 5))]
    at, found = 0.0, []
    for step in chance.choice(COURSES):
        at += chance.choice((0.1, 1.0, 8.0, 16.0)) * chance.uniform(0.5, 1.5)
        does = f"{step} {chance.choice(GUESTS)}" if step in ASKS else step
        found.append(Move(who, round(at, 2), does))
    return found


def _any(chance: random.Random, who: str) -> Move:
    asks = chance.random() < 0.5
    does = f"{chance.choice(ASKS)} {chance.choice(GUESTS)}" if asks else chance.choice(ALONE)
    return Move(who, _when(chance, WITHIN_SECONDS), does)


def _when(chance: random.Random, at_most: float) -> float:
    return round(chance.uniform(0.2, at_most), 2)


def told_company(company: Company) -> list[str]:
    """In words, one thing a line."""
    if not company.anybody:
        return []
    lines = [f"{one.who}, {one.after:g} s into a talk: {one.does}." for one in company.moves]
    lines += [f"{at:6.2f} s: a supervisor: {how}." for at, how in company.supervised]
    phones = f"crew {company.crew}, interpreter {company.interpreter}"
    return [*lines, f"Guests: {phones}, desks {company.at_desk}; stay {company.stays_for:g} s."]
